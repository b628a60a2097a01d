"""The SQL objects of sql/: read from files, compared with what the database really holds, applied where they differ.

`AppliedObject` remembers each file's checksum and a digest of the database's own description after applying it, so a
changed file, a hand-edited object and a dropped one are told apart. MySQL cannot roll DDL back: each object is replaced
on its own, without a moment in which neither or both versions fire.
"""

import hashlib
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import DatabaseError, transaction

from kloppocar.models import AppliedObject

LOCK_NAME = "kloppocar.apply_triggers"
LOCK_SECONDS = 30
GUARDS = ["copy_is_never_deleted", "ledger_is_append_only__update", "ledger_is_append_only__delete"]
header = re.compile(
    r"\bCREATE\s+(?P<kind>TRIGGER|PROCEDURE|FUNCTION|VIEW)\s+(?P<name>\w+)"
    r"(?:\s+(?:BEFORE|AFTER)\s+(?:INSERT|UPDATE|DELETE)\s+(?:OF\s[\w\s,]+?\s)?ON\s+(?P<table>\w+))?",
    re.IGNORECASE,
)
needs = re.compile(r"^--\s*requires:\s*(.+)$", re.MULTILINE)


class TriggerError(Exception):
    """Why an object could not be read or applied, with its file and line."""


@dataclass(frozen=True)
class SqlObject:
    """One file: the object it makes, and what must be there before."""

    name: str
    kind: str
    table: str
    sql: str
    requires: tuple[str, ...]
    path: Path

    @property
    def checksum(self) -> str:
        return digest(self.sql)


@dataclass(frozen=True)
class Step:
    """What is to be done about one object: create, replace, drifted (replace), unchanged, or orphaned."""

    name: str
    state: str
    kind: str
    source: SqlObject | None = None


def digest(text: str) -> str:
    return hashlib.sha256(" ".join(text.split()).encode()).hexdigest()


# --- Files ----------------------------------------------------------------------------------------------------


def folder_of(connection: Any) -> Path:
    return settings.BASE_DIR / "sql" / connection.vendor


def read(folder: Path) -> list[SqlObject]:
    """Every file, in an order that respects `-- requires:` and is otherwise alphabetical."""
    objects = {path.stem: parse(path) for path in sorted(folder.glob("*.sql"))}
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
    requires = tuple(name.strip() for line in needs.findall(text) for name in line.split(","))
    lines = [line for line in text.splitlines() if not re.match(r"\s*DELIMITER\b", line, re.IGNORECASE)]
    sql = re.sub(r"(\$\$|//)\s*\Z", "", "\n".join(lines).strip()).strip()
    match = header.search(re.sub(r"--.*", lambda found: " " * len(found[0]), sql))
    if match is None:
        raise TriggerError(f"{path.name}: holds no CREATE TRIGGER, PROCEDURE, FUNCTION or VIEW.")
    if match["name"] != path.stem:
        raise TriggerError(f"{path.name}: makes {match['name']}; the file's name must be the object's.")
    return SqlObject(path.stem, match["kind"].upper(), match["table"] or "", sql[match.start() :], requires, path)


# --- What the database holds ------------------------------------------------------------------------------------

SEEN_MYSQL = """
SELECT trigger_name, 'TRIGGER', CONCAT_WS(' ', action_timing, event_manipulation, event_object_table, action_statement)
FROM information_schema.triggers WHERE trigger_schema = DATABASE()
UNION ALL
SELECT routine_name, routine_type, routine_definition
FROM information_schema.routines WHERE routine_schema = DATABASE()
UNION ALL
SELECT table_name, 'VIEW', view_definition
FROM information_schema.views WHERE table_schema = DATABASE()
"""
SEEN_SQLITE = "SELECT name, upper(type), sql FROM sqlite_master WHERE type IN ('trigger', 'view')"


def seen(connection: Any) -> dict[str, tuple[str, str]]:
    """Each object in the database by name: its kind, and a digest of the server's own description."""
    with connection.cursor() as cursor:
        cursor.execute(SEEN_SQLITE if connection.vendor == "sqlite" else SEEN_MYSQL)
        return {name: (kind, digest(text or "")) for name, kind, text in cursor.fetchall()}


def plan(connection: Any) -> list[Step]:
    """What differs, in the order in which it would be mended; nothing is changed."""
    present = seen(connection)
    known = {row.name: row for row in AppliedObject.objects.using(connection.alias)}
    objects = read(folder_of(connection))
    steps = [Step(item.name, state_of(item, present, known), item.kind, item) for item in objects]
    ours = {item.name for item in objects}
    orphans = [Step(name, "orphaned", row.kind) for name, row in known.items() if name not in ours and name in present]
    return steps + orphans


def state_of(item: SqlObject, present: dict[str, tuple[str, str]], known: dict[str, AppliedObject]) -> str:
    row = known.get(item.name)
    if item.name not in present:
        return "create"
    if row is None or row.checksum != item.checksum:
        return "replace"
    return "unchanged" if row.seen == present[item.name][1] else "drifted"


def out_of_step(connection: Any) -> list[str]:
    """Names of objects that are missing, changed or edited by hand."""
    return [step.name for step in plan(connection) if step.state not in {"unchanged", "orphaned"}]


# --- Applying ---------------------------------------------------------------------------------------------------


def apply_step(connection: Any, step: Step) -> float:
    """Put one object into the database and remember it; the milliseconds it took."""
    started = time.perf_counter()
    assert step.source is not None
    try:
        replace(connection, step.source)
    except DatabaseError as error:
        raise TriggerError(explain(step.source, error)) from error
    kind, description = seen(connection)[step.name]
    row, is_new = AppliedObject.objects.using(connection.alias).get_or_create(name=step.name)
    row.kind, row.checksum, row.seen = kind, step.source.checksum, description
    row.version += 0 if is_new else 1
    row.save(using=connection.alias)
    return (time.perf_counter() - started) * 1000


def replace(connection: Any, item: SqlObject) -> None:
    if connection.vendor == "sqlite":
        with transaction.atomic(using=connection.alias):
            execute(connection, f"DROP {item.kind} IF EXISTS {item.name}", item.sql)
    elif connection.mysql_is_mariadb:
        execute(connection, re.sub(r"^CREATE\b", "CREATE OR REPLACE", item.sql, flags=re.IGNORECASE))
    else:
        replace_locked(connection, item)


def replace_locked(connection: Any, item: SqlObject) -> None:
    """MySQL has no CREATE OR REPLACE TRIGGER: writers wait while the old one goes and the new one comes."""
    old = definition(connection, item)
    if item.table:
        execute(connection, f"LOCK TABLES {item.table} WRITE")
    try:
        execute(connection, f"DROP {item.kind} IF EXISTS {item.name}")
        try:
            execute(connection, item.sql)
        except DatabaseError:
            if old:
                execute(connection, old)
            raise
    finally:
        if item.table:
            execute(connection, "UNLOCK TABLES")


def definition(connection: Any, item: SqlObject) -> str | None:
    """The CREATE statement of what is there now; None when nothing is."""
    if item.name not in seen(connection):
        return None
    with connection.cursor() as cursor:
        cursor.execute(f"SHOW CREATE {item.kind} {item.name}")
        return cursor.fetchone()[1 if item.kind == "VIEW" else 2]


def execute(connection: Any, *statements: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def explain(item: SqlObject, error: DatabaseError) -> str:
    """File, line where the server names one, and the server's own words."""
    if error.args and error.args[0] == 1419:
        return (
            f"{item.path.name}: the server keeps binary logs and lets only SUPER make triggers."
            " Set its parameter log_bin_trust_function_creators = 1 and run this again."
        )
    words = str(error.args[-1] if error.args else error)
    inside = re.search(r"at line (\d+)", words)
    above = item.path.read_text().count("\n") - item.sql.count("\n")
    line = f":{above - 1 + int(inside[1])}" if inside else ""
    return f"{item.path.name}{line}: {words}"


def drop(connection: Any, step: Step) -> None:
    """Take an object of ours out, and forget it."""
    execute(connection, f"DROP {step.kind} IF EXISTS {step.name}")
    AppliedObject.objects.using(connection.alias).filter(name=step.name).delete()


def apply_all(connection: Any) -> list[Step]:
    """Mend everything that differs; the steps that were taken."""
    steps = [step for step in plan(connection) if step.state not in {"unchanged", "orphaned"}]
    for step in steps:
        apply_step(connection, step)
    return steps


@contextmanager
def alone(connection: Any) -> Iterator[None]:
    """Only one run at a time; on SQLite the file's own lock does it."""
    if connection.vendor == "sqlite":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT GET_LOCK(%s, %s), IS_USED_LOCK(%s)", [LOCK_NAME, LOCK_SECONDS, LOCK_NAME])
        got, holder = cursor.fetchone()
        if not got:
            raise TriggerError(f"Another run holds the lock: connection {holder}. It was waited for {LOCK_SECONDS} s.")
        try:
            yield
        finally:
            cursor.execute("SELECT RELEASE_LOCK(%s)", [LOCK_NAME])


def is_used(connection: Any) -> bool:
    """Whether our objects were ever put into this database."""
    tables = connection.introspection.table_names()
    return AppliedObject._meta.db_table in tables and AppliedObject.objects.using(connection.alias).exists()


def step_aside(connection: Any) -> None:
    """Drop our own triggers; `apply_all` brings them back."""
    if not is_used(connection):
        return
    ours = set(AppliedObject.objects.using(connection.alias).values_list("name", flat=True))
    held = [name for name, (kind, _) in seen(connection).items() if name in ours and kind == "TRIGGER"]
    execute(connection, *(f"DROP TRIGGER {name}" for name in held))


def drop_guards(connection: Any) -> None:
    """For tests that empty tables: apply_all() puts the guards back."""
    execute(connection, *(f"DROP TRIGGER IF EXISTS {name}" for name in GUARDS))
