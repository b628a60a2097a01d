"""Texts on paper: which can be drawn, how large, and in which lines. The font is in the file, as printers ask.

Ours is DejaVu Sans with its letters of Latin, Greek, Cyrillic, Armenian and Georgian, without hints for screens and
layout tables, made by `pyftsubset`: a third of the whole.
"""

import unicodedata
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

FONT = "DejaVuSans"
FILE = Path(__file__).with_name("fonts") / f"{FONT}.ttf"
FROM_THE_RIGHT = {"R", "AL"}  # such letters would want another order and other shapes


@cache
def font() -> Any:
    """Read once; reportlab writes the characters that a document uses into it."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    loaded = TTFont(FONT, str(FILE))
    pdfmetrics.registerFont(loaded)
    return loaded


def width_of(text: str, size: float) -> float:
    return font().stringWidth(text, size)


def can_draw(character: str) -> bool:
    known = character == " " or ord(character) in font().face.charToGlyph
    return known and character.isprintable() and unicodedata.bidirectional(character) not in FROM_THE_RIGHT


def drawable(texts: Iterable[str], otherwise: str) -> str:
    """The first text of which every character can be drawn; else what is left of the first that leaves anything."""
    cleaned = [" ".join(unicodedata.normalize("NFC", text).split()) for text in texts]
    for text in cleaned:
        if text and all(map(can_draw, text)):
            return text
    for text in cleaned:
        if rest := " ".join("".join(filter(can_draw, text)).split()):
            return rest
    return otherwise


def largest(text: str, width: float, most: float) -> float:
    """The size at which a text just fits a width."""
    return min(most, 0.99 * width / width_of(text, 1))


def wrapped(text: str, width: float, size: float, lines: int) -> list[str]:
    """In at most so many lines, words whole where they can be; what does not fit ends in an ellipsis."""
    found: list[str] = []
    rest = text
    while rest and len(found) < lines:
        line = fitting(rest, width, size)
        found.append(line.rstrip())
        rest = rest[len(line) :].lstrip()
    if rest:
        found[-1] = shortened(found[-1], width, size)
    return found


def fitting(text: str, width: float, size: float) -> str:
    """As much of its beginning as fits, up to the last space or hyphen; of a long word as many characters as fit."""
    end = len(text)
    while end > 1 and width_of(text[:end].rstrip(), size) > width:
        end -= 1
    gap = max(text.rfind(" ", 0, end + 1), text.rfind("-", 0, end))
    return text[: gap + 1] if end < len(text) and gap > 0 else text[:end]


def shortened(line: str, width: float, size: float) -> str:
    while line and width_of(f"{line}…", size) > width:
        line = line[:-1]
    return f"{line.rstrip()}…"
