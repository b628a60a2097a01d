"""Reading sql/: one object a file, and its name is the file's. Comments, strings and DELIMITER lines do no harm."""

import hashlib
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from django.conf import settings

# What may hide words that mean something elsewhere: strings, and comments.
hidden = re.compile(r"'(?:[^'\\]|''|\\.)*'|\"(?:[^\"\\]|\"\"|\\.)*\"|--[^\n]*|#[^\n]*|/\*.*?\*/", re.DOTALL)
header = re.compile(
    r"\bCREATE\s+(?:OR\s+REPLACE\s+)?"
    r"(?P<how>(?:(?:DEFINER|ALGORITHM)\s*=\s*\S+\s+|SQL\s+SECURITY\s+\w+\s+)*)"
    r"(?P<kind>TRIGGER|PROCEDURE|FUNCTION|VIEW)\s+(?:IF\s+NOT\s+EXISTS\s+)?[`\"]?(?P<name>\w+)[`\"]?"
    r"(?P<event>\s+(?:BEFORE|AFTER)\s+(?:INSERT|UPDATE|DELETE)\s+(?:OF\s[\w\s,]+?\s)?ON\s+[`\"]?(?P<table>\w+))?",
    re.IGNORECASE,
)
delimiter = re.compile(r"^[ \t]*DELIMITER[ \t]+(\S+)[ \t]*$", re.IGNORECASE | re.MULTILINE)
needs = re.compile(r"^--\s*requires:\s*(.+)$", re.MULTILINE)


class TriggerError(Exception):
    """Why an object could not be read or applied, with its file and line."""


@dataclass(frozen=True)
class SqlObject:
    """One file: the object it makes, the statement that makes it, and what must be there before."""

    name: str
    kind: str
    table: str
    sql: str
    requires: tuple[str, ...]
    path: Path
    line: int

    @cached_property
    def checksum(self) -> str:
        return digest(self.sql)


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def folder_of(connection: Any) -> Path:
    return settings.BASE_DIR / "sql" / connection.vendor


def read(folder: Path) -> list[SqlObject]:
    """Every file, in an order that respects `-- requires:` and is otherwise alphabetical."""
    objects = {path.stem: parse(path) for path in sorted(folder.glob("*.sql"))}
    if not objects:
        raise TriggerError(f"{folder} holds no .sql file.")
    ordered: dict[str, SqlObject] = {}

    def place(name: str, waiting: tuple[str, ...]) -> None:
        if name in ordered:
            return
        if name in waiting or name not in objects:
            raise TriggerError(f"{objects[waiting[-1]].path.name}: requires {name}, which is missing or a circle.")
        for needed in objects[name].requires:
            place(needed, (*waiting, name))
        ordered[name] = objects[name]

    for name in objects:
        place(name, ())
    return list(ordered.values())


def parse(path: Path) -> SqlObject:
    """One CREATE statement; a DELIMITER line is taken and not needed, nor is the last semicolon."""
    text = path.read_text(encoding="utf-8")
    bare = blank(text)
    for word in delimiter.finditer(bare):
        text, bare = erase(text, word), erase(bare, word)
    found = list(header.finditer(bare))
    if not found:
        raise TriggerError(f"{path.name}: holds no CREATE TRIGGER, PROCEDURE, FUNCTION or VIEW.")
    first, line = found[0], line_of(text, found[0].start())
    if len(found) > 1:
        raise TriggerError(f"{path.name}:{line_of(text, found[1].start())}: a second object; one file makes one.")
    if bare[: first.start()].strip():
        raise TriggerError(f"{path.name}:{line}: something stands before CREATE; one file makes one object.")
    if first["name"] != path.stem:
        raise TriggerError(f"{path.name}:{line}: makes {first['name']}; the file's name must be the object's.")
    requires = tuple(
        name.strip() for names in needs.findall(path.read_text(encoding="utf-8")) for name in names.split(",")
    )
    kind = first["kind"].upper()
    return SqlObject(path.stem, kind, first["table"] or "", statement(text, first, path), requires, path, line)


def statement(text: str, first: re.Match[str], path: Path) -> str:
    """The CREATE itself, without the OR REPLACE and IF NOT EXISTS that this tool decides about."""
    end = re.sub(r"(\$\$|//|;;)\s*\Z", "", text).rstrip()
    if first["kind"].upper() == "TRIGGER" and not first["table"]:
        raise TriggerError(f"{path.name}:{line_of(text, first.start())}: BEFORE or AFTER what, and on which table?")
    how = " ".join(first["how"].split())
    return f"CREATE {how + ' ' if how else ''}{first['kind'].upper()} {first['name']}{end[after_name(first) :]}"


def after_name(first: re.Match[str]) -> int:
    """Where the name ends, its quote included."""
    end = first.end("name")
    return end + 1 if first.string[end : end + 1] in {"`", '"'} else end


def blank(text: str) -> str:
    """The text with strings and comments as spaces, every line where it was."""
    return hidden.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), text)


def erase(text: str, found: re.Match[str]) -> str:
    return text[: found.start()] + " " * len(found[0]) + text[found.end() :]


def line_of(text: str, place: int) -> int:
    return text.count("\n", 0, place) + 1
