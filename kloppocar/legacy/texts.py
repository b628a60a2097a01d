"""Old texts: plain or JSON, whole or broken, in the right encoding or read through the wrong one."""

import json
import re
from typing import Any

DEEPEST = 20  # levels of JSON: MariaDB takes 32
Trouble = str  # the name of a rule in findings.RULES
PAIR = re.compile(r'"([a-z]{2})"\s*:\s*"((?:[^"\\]|\\.)*)')
# UTF-8 of what our texts are made of: Latin letters, punctuation, currencies, symbols, emoji. Its first bytes, shown as
# latin1, are Â, Ã, Å, â, ï and ð; after any other, like the ß of "Spaß…", the text was right before.
LOOKS_MISREAD = re.compile("[\u00c2-\u00f4][\u0080-\u00bf\u0152-\u0178\u0192\u02c6\u02dc\u2013-\u2122]")
is_expected = re.compile(
    "[\x00-\x7f\u00a0-\u00ff\u0140-\u017f\u2000-\u20cf\u2100-\u27bf\u2b00-\u2bff\ufe0f\U0001f000-\U0001ffff]*"
).fullmatch
SURROGATES = re.compile("[\ud800-\udfff\x00]")
GREATEST = 2**63
LOST = "\ufffd"


def decode(value: str) -> tuple[Any, Trouble | None]:
    """What a JSON column holds; a text stays a text. Broken JSON gives what can be read of it."""
    text = value.strip()
    if not text.startswith(("{", "[", '"')):
        return value, None
    try:
        found = json.loads(text, strict=False)
    except (ValueError, RecursionError):
        pairs = {code: unescape(part) for code, part in PAIR.findall(text)} if text.startswith("{") else {}
        return clean(pairs) or value, "broken_json" if text.startswith("{") else None
    if isinstance(found, str) and found.strip().startswith("{"):
        return decode(found)  # written as JSON twice
    storable = clean(found)
    return storable, None if storable == found else "odd_json"


def clean(found: Any, room: int = DEEPEST) -> Any:
    """JSON as every database takes it; what it does not take becomes null."""
    if isinstance(found, str):
        return SURROGATES.sub("", found)
    if isinstance(found, int | float):
        return found if abs(found) < GREATEST else None  # NaN is not less either
    if isinstance(found, dict):
        return {SURROGATES.sub("", name): clean(each, room - 1) for name, each in found.items()} if room else None
    if isinstance(found, list):
        return [clean(each, room - 1) for each in found] if room else None
    return found


def unescape(part: str) -> str:
    try:
        return str(json.loads(f'"{part}"', strict=False))
    except ValueError:
        return part


def mended(text: str) -> tuple[str, Trouble | None]:
    """A text as it was meant: UTF-8 that went through latin1 is read again; what no database holds is left out."""
    kept = SURROGATES.sub("", text)
    trouble = "forbidden_character" if kept != text else None
    if LOOKS_MISREAD.search(kept):
        try:
            meant = as_latin1(kept).decode()
        except UnicodeError:
            meant = ""
        if meant and is_expected(meant):
            return meant, "misread_text"
    return kept, "damaged_text" if LOST in kept else trouble


def as_latin1(text: str) -> bytes:
    """The bytes that MySQL's latin1 showed as this text: Windows-1252, with its five holes filled."""
    return b"".join(
        bytes([ord(character)]) if ord(character) < 256 else character.encode("cp1252") for character in text
    )


def texts_of(value: Any, *, language: str, languages: list[str]) -> tuple[dict[str, str], set[Trouble]]:
    """Texts by language of what a column held; a plain text is `language`'s."""
    troubles: set[Trouble] = set()
    found = value
    if isinstance(value, str):
        found, trouble = decode(value)
        troubles |= {trouble} if trouble else set()
    if isinstance(found, int | float) and not isinstance(found, bool):
        found = str(found)
    if isinstance(found, str):
        found = {language: found}
    if not isinstance(found, dict):
        return {}, troubles | ({"not_texts"} if found not in (None, "", []) else set())
    texts: dict[str, str] = {}
    for code, text in found.items():
        short = str(code).strip().lower().replace("_", "-").split("-")[0]
        if not isinstance(text, str):
            troubles |= {"not_texts"} if text is not None else set()
        elif text.strip() and short not in languages:
            troubles.add("unknown_language")
        elif text.strip():
            texts[short], trouble = mended(text)
            troubles |= {trouble} if trouble else set()
    return texts, troubles
