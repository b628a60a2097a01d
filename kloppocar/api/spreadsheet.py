"""CSV that a spreadsheet opens and saves: what we write, and what comes back.

A cell that a spreadsheet would take for a formula is written with an apostrophe in front, which is taken off again when
the table comes back.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any, BinaryIO

from django.utils.translation import gettext as _

from .errors import Refusal

BOM = "\ufeff".encode()  # or a spreadsheet takes it for something older than UTF-8
LIKE_A_FORMULA = re.compile(r"'*[=+\-@\t\r]")
UTF_16 = (b"\xff\xfe", b"\xfe\xff")
WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # .xlsx and .ods, .xls
csv.field_size_limit(1 << 20)  # characters of a cell


def encoded(lines: Iterable[Iterable[Any]]) -> bytes:
    buffer = io.StringIO(newline="")
    csv.writer(buffer).writerows(lines)
    return buffer.getvalue().encode()


def guarded(text: str) -> str:
    return f"'{text}" if LIKE_A_FORMULA.match(text) else text


def unguarded(cell: str) -> str:
    return cell[1:] if cell[:1] == "'" and LIKE_A_FORMULA.match(cell[1:]) else cell


def read(stream: BinaryIO) -> Iterator[list[str]]:
    """Its rows, one after the other, the header first; refuses what is no such table."""
    refuse_other_files(stream)
    lines = decoded(stream)
    header = next(lines, "")
    try:
        yield from csv.reader(chain([header], lines), delimiter=delimiter_of(header), strict=True)
    except csv.Error as error:
        raise Refusal("malformed_csv", _("This is not CSV: {error}.").format(error=error), status=400) from None


def refuse_other_files(stream: BinaryIO) -> None:
    start = stream.read(4)
    stream.seek(0)
    if start.startswith(WORKBOOKS):
        raise Refusal("not_csv", _("This is a spreadsheet's own file: save it as CSV UTF-8."), status=400)
    if start.startswith(UTF_16):
        raise Refusal("not_utf8", _("This is UTF-16, not UTF-8: save it as CSV UTF-8."), status=400)


def decoded(stream: BinaryIO) -> Iterator[str]:
    for number, line in enumerate(stream, start=1):
        try:
            yield line.decode("utf-8-sig" if number == 1 else "utf-8")
        except UnicodeDecodeError:
            detail = _("This is not UTF-8 (in line {line}): save it as CSV UTF-8.").format(line=number)
            raise Refusal("not_utf8", detail, status=400) from None


def delimiter_of(header: str) -> str:
    """German spreadsheets write semicolons, others commas or tabs."""
    return max(",;\t", key=header.count)
