"""A file as rows, read one by one: CSV as spreadsheets save it, or JSON."""

import codecs
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any, BinaryIO

from django.utils.translation import gettext as _
from rest_framework.fields import empty

from kloppocar.api import spreadsheet
from kloppocar.api.errors import Refusal

from .columns import DECODER, KEYS, WHOLE, Column, sound

CHUNK, LONGEST_ROW = 1 << 16, 1 << 20
MOST_NAMED = 10  # columns in one sentence
BETWEEN_ROWS = re.compile(r"[\s,\[\]]*")


@dataclass
class Given:
    """A row as it came: what it says, as the API takes it. `emptied` are fields whose cells are empty."""

    line: int  # of the file as the export writes it: a table's header is 1, a list's bracket too
    pk: int | None = None
    version: int | None = None
    data: dict[str, Any] = field(default_factory=dict)
    emptied: list[Column] = field(default_factory=list)
    problems: list[tuple[str, str, str]] = field(default_factory=list)  # column, code, sentence

    def as_new(self) -> dict[str, Any]:
        """What is empty is null, or left to its default."""
        return {**self.data, **{column.name: None for column in self.emptied if column.field.allow_null}}

    def as_change(self) -> dict[str, Any]:
        """What is empty is emptied."""
        return {**self.data, **{column.name: column.nothing() for column in self.emptied}}


class Source:
    """The rows of a stream, as often as they are asked for. Refuses what nobody could take any row of."""

    def __init__(
        self,
        stream: BinaryIO,
        columns: list[Column],
        form: str,
        *,
        needs_version: bool = True,
        most: int | None = None,
    ) -> None:
        self.stream, self.form, self.needs_version, self.most = stream, form, needs_version, most
        self.columns = [column for column in columns if column.is_writable]
        self.headers = {header: column for column in columns for header in column.headers}
        self.ignored = {header for column in columns for header in column.to_read} - set(KEYS)
        self.size = stream.seek(0, 2)

    @property
    def place(self) -> int:
        """How many bytes have been read."""
        return self.stream.tell()

    def digest(self) -> str:
        self.stream.seek(0)
        return hashlib.file_digest(self.stream, "sha256").hexdigest()  # type: ignore[arg-type]

    def __iter__(self) -> Iterator[Given]:
        if not self.size:
            raise Refusal("empty_file", _("This file is empty."), status=400)
        self.stream.seek(0)
        for number, given in enumerate(self.of_table() if self.form == "csv" else self.of_list()):
            if number == self.most:
                detail = _("At most {number} rows at once: take larger files by manage.py import_rows.")
                raise Refusal("too_many_rows", detail.format(number=number), status=413)
            yield given

    # --- CSV -----------------------------------------------------------------------------------------------------

    def of_table(self) -> Iterator[Given]:
        rows = spreadsheet.read(self.stream)
        header = [name.strip().lower() for name in next(rows)]
        while header and not header[-1]:  # spreadsheets save columns that were touched once
            header.pop()
        self.refuse_header(header)
        present = [(column, [name for name in column.headers if name in header]) for column in self.columns]
        written = [column for column, names in present if set(names) - self.ignored]
        for line, cells in enumerate(rows, start=2):
            if any(cells):
                yield self.of_cells(line, header, cells, written)

    def refuse_header(self, header: list[str]) -> None:
        known = {*self.headers, *KEYS}
        names = ", ".join(self.headers)
        if doubled := sorted({name for name in header if header.count(name) > 1}):
            detail = _("The first line names columns twice: {columns}.").format(columns=few(doubled))
            raise Refusal("doubled_column", detail, status=400)
        if unknown := [name for name in header if name not in known]:
            detail = _("Unknown columns: {columns}. Known are: {known}.").format(columns=few(unknown), known=names)
            raise Refusal("unknown_column", detail, status=400)
        if not set(header) - self.ignored - set(KEYS):
            detail = _("The first line names no column that can be written. Known are: {known}.").format(known=names)
            raise Refusal("no_column", detail, status=400)
        self.refuse_missing(header)

    def refuse_missing(self, header: list[str]) -> None:
        """What every row would be refused for is said once."""
        missing = [column.headers[0] for column in self.columns if column.field.required] if "id" not in header else []
        missing = [name for name in missing if name not in header]
        if "id" in header and "version" not in header and self.needs_version:
            missing = ["version"]
        if missing:
            detail = _("Columns are missing: {columns}.").format(columns=few(missing))
            raise Refusal("missing_column", detail, status=400)

    def of_cells(self, line: int, header: list[str], cells: list[str], written: list[Column]) -> Given:
        given = Given(line)
        if len(cells) < len(header) or any(cells[len(header) :]):
            sentence = f"{len(cells)} cells where the first line has {len(header)}."
            given.problems.append(("", "wrong_length", sentence))
            return given
        named = dict(zip(header, cells, strict=False))
        self.take_keys(given, *(named.get(name, "").strip() for name in KEYS))
        for column in written:
            try:
                value = column.parse(named)
            except ValueError as error:
                given.problems.append((column.name, "invalid", str(error)))
                continue
            if value is empty:
                given.emptied.append(column)
            else:
                given.data[column.name] = value
        return given

    # --- JSON ----------------------------------------------------------------------------------------------------

    def of_list(self) -> Iterator[Given]:
        names = {column.name for column in self.headers.values()}
        writable = {column.name for column in self.columns}
        for line, found in enumerate(objects(self.stream), start=2):
            given = Given(line, data={name: value for name, value in found.items() if name in writable})
            keys = (found.get(name) for name in KEYS)
            self.take_keys(given, *("" if key is None else str(key) for key in keys))
            unknown = [str(name) for name in found if name not in names]
            if unknown:
                given.problems.append(("", "unknown_field", f"Unknown: {few(unknown)}."))
            yield given

    def take_keys(self, given: Given, pk: str, version: str) -> None:
        """Without an id the row is a new one, and a version says nothing."""
        for name, text in zip(KEYS, (pk, version), strict=True):
            if text and not WHOLE.fullmatch(text):
                given.problems.append((name, "not_a_number", f"{text[:30]!r} is not a whole number."))
                return
        given.pk, given.version = int(pk) if pk else None, int(version) if version else None
        if given.pk is not None and given.version is None and self.needs_version:
            sentence = "Without a version nobody can tell whether the row has changed since."
            given.problems.append(("version", "required", sentence))


def few(names: list[str]) -> str:
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return ", ".join(name[:40] for name in names[:MOST_NAMED]) + more


def objects(stream: BinaryIO) -> Iterator[dict[str, Any]]:
    """The rows of an array, or rows one after the other; holds no more of them than one and a chunk."""
    text, number, brackets = "", 0, ""
    for chunk, is_last in decoded(stream):
        text, start = text + chunk, 0
        while True:
            between = BETWEEN_ROWS.match(text, start)
            assert between
            brackets += between.group().strip(" \t\r\n,")
            start = between.end()
            if start == len(text):
                break
            try:
                found, end = DECODER.raw_decode(text, start)
                sound(found)
            except (ValueError, RecursionError) as error:
                if is_last or len(text) - start > LONGEST_ROW or isinstance(error, RecursionError):
                    raise malformed(f"row {number + 1}: {error}") from None
                break  # perhaps its end has not been read yet
            start, number = end, number + 1
            if not isinstance(found, dict):
                detail = _("The file has to hold an array of rows, or a row a line.")
                raise Refusal("not_rows", detail, status=400)
            yield found
        text = text[start:]
    if brackets not in {"", "[]"}:
        raise malformed("it breaks off, or its brackets do not match")


def decoded(stream: BinaryIO) -> Iterator[tuple[str, bool]]:
    """Its text in chunks, each with whether it is the last."""
    spreadsheet.refuse_other_files(stream)
    decode = codecs.getincrementaldecoder("utf-8-sig")().decode
    for chunk in iter(partial(stream.read, CHUNK), b""):
        try:
            yield decode(chunk), False
        except UnicodeDecodeError as error:
            raise malformed(f"byte {stream.tell() - len(chunk) + error.start} is not UTF-8") from None
    yield "", True


def malformed(reason: str) -> Refusal:
    return Refusal("malformed_json", _("This is not JSON: {error}.").format(error=reason), status=400)
