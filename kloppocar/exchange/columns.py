"""A serializer's fields as columns: what a row says in an export, and what its cells mean when they come back.

    text      as it is
    number    1200, true, 2026-03-01T09:00:00Z: as the API writes them
    texts     a column for each language: `name:en`, `name:de`
    relation  the id, and beside it `collection.name`, which is there to be read
    the rest  JSON: media, lists, a pool

A field that clients cannot write is a column to be read. An empty cell says "nothing": null, or no text.
"""

import json
import re
from collections.abc import Iterable
from math import isfinite
from typing import Any, NoReturn

from django.conf import settings
from rest_framework import serializers
from rest_framework.fields import empty

from kloppocar.api.localized import LocalizedSerializerField
from kloppocar.api.models import is_utf8
from kloppocar.api.spreadsheet import guarded, unguarded

from .registry import Resource

KEYS = ("id", "version")
WHOLE = re.compile(r"-?[0-9]{1,18}")
SPREADSHEET_DATE = re.compile(r"[0-9]{1,2}[./-][0-9]{1,2}[./-][0-9]{2,4}\b")
WORDS = {"true": True, "wahr": True, "1": True, "false": False, "falsch": False, "0": False}


class Column:
    """One field. `headers` are its columns in a table, of which `read_only` ones are ignored on the way in."""

    is_related = False

    def __init__(self, name: str, field: Any) -> None:
        self.name, self.field = name, field
        self.source: str = field.source or name
        self.headers = [name]

    @property
    def is_writable(self) -> bool:
        return not self.field.read_only

    @property
    def to_read(self) -> list[str]:
        return [] if self.is_writable else self.headers

    def of(self, row: Any) -> Any:
        """The value as the API takes it."""
        value = getattr(row, self.source)
        return None if value is None else self.field.to_representation(value)

    def cells(self, value: Any, row: Any) -> list[str]:
        return ["" if value is None else guarded(str(value))]

    def parse(self, cells: dict[str, str]) -> Any:
        """What these cells say, as the API takes it, or `empty`; refuses with ValueError what nobody can mean."""
        cell = unguarded(cells[self.name])
        return self.read(cell) if cell else empty

    def read(self, cell: str) -> Any:
        return cell

    def nothing(self) -> Any:
        """What an emptied cell means to a row that is there already."""
        return None if self.field.allow_null else ""

    def is_same(self, sent: Any, stored: Any) -> bool:
        return type(sent) is type(stored) and sent == stored


class Flag(Column):
    def cells(self, value: Any, row: Any) -> list[str]:
        return ["" if value is None else str(value).lower()]

    def read(self, cell: str) -> bool:
        if cell.strip().lower() not in WORDS:
            raise ValueError(f"{cell[:30]!r} is neither true nor false.")
        return WORDS[cell.strip().lower()]


class Whole(Column):
    def read(self, cell: str) -> int:
        if not WHOLE.fullmatch(cell.strip()):
            hint = "Write it without thousands separators or decimals, like 1200."
            raise ValueError(f"{cell[:30]!r} is not a whole number. {hint}")
        return int(cell)

    def nothing(self) -> None:
        return None


class Moment(Column):
    def read(self, cell: str) -> str:
        if SPREADSHEET_DATE.match(cell.strip()):
            hint = "Write 2026-03-01T09:00:00Z, and format the column as text so that the spreadsheet leaves it alone."
            raise ValueError(f"{cell[:30]!r} is how a spreadsheet writes a date. {hint}")
        return cell.strip()

    def nothing(self) -> None:
        return None


class Texts(Column):
    def __init__(self, name: str, field: Any) -> None:
        super().__init__(name, field)
        self.headers = [f"{name}:{code}" for code in settings.CONTENT_LANGUAGES]

    def of(self, row: Any) -> dict[str, str]:
        return dict(getattr(row, self.source) or {})

    def cells(self, value: Any, row: Any) -> list[str]:
        return [guarded(value.get(code, "")) for code in settings.CONTENT_LANGUAGES]

    def parse(self, cells: dict[str, str]) -> Any:
        """Of the languages whose columns are there; an emptied one is taken away."""
        return {code: unguarded(cells[key]) or None for code, key in self.languages() if key in cells} or empty

    def languages(self) -> Iterable[tuple[str, str]]:
        return zip(settings.CONTENT_LANGUAGES, self.headers, strict=True)

    def is_same(self, sent: Any, stored: Any) -> bool:
        return isinstance(sent, dict) and all(stored.get(code) == text for code, text in sent.items())


class Reference(Column):
    """A related row by its id; what it is called stands beside it."""

    is_related = True

    def __init__(self, name: str, field: Any) -> None:
        super().__init__(name, field)
        self.headers = [name, f"{name}.name"]

    @property
    def to_read(self) -> list[str]:
        return self.headers[1:] if self.is_writable else self.headers

    def of(self, row: Any) -> Any:
        return row.serializable_value(self.source)

    def cells(self, value: Any, row: Any) -> list[str]:
        return ["", ""] if value is None else [str(value), guarded(str(getattr(row, self.source)))]

    def read(self, cell: str) -> int:
        if not WHOLE.fullmatch(cell.strip()):
            raise ValueError(f"{cell[:30]!r} is not an id: write the number of the {self.name}.")
        return int(cell)

    def nothing(self) -> None:
        return None

    def is_same(self, sent: Any, stored: Any) -> bool:
        return (sent.get("id") if isinstance(sent, dict) else sent) == stored


class Structure(Column):
    """JSON in a cell."""

    def of(self, row: Any) -> Any:
        return getattr(row, self.source)

    def cells(self, value: Any, row: Any) -> list[str]:
        return ["" if value is None else guarded(json.dumps(value, ensure_ascii=False, separators=(",", ":")))]

    def read(self, cell: str) -> Any:
        try:
            return sound(DECODER.decode(cell))
        except (ValueError, RecursionError) as error:
            raise ValueError(f"This is not JSON ({error}); write it as the export does.") from None

    def nothing(self) -> Any:
        return None if self.field.allow_null else {}

    def is_same(self, sent: Any, stored: Any) -> bool:
        """Also of what Python calls equal: 1, 1.0 and true."""
        return json.dumps(sent, sort_keys=True) == json.dumps(stored, sort_keys=True)


class Keys(Structure):
    """Related rows, by their ids."""

    def of(self, row: Any) -> list[int]:
        return sorted(related.pk for related in getattr(row, self.source).all())

    def nothing(self) -> list[Any]:
        return []

    def is_same(self, sent: Any, stored: Any) -> bool:
        return isinstance(sent, list) and all(type(key) is int for key in sent) and sorted(sent) == stored


class Parts(Keys):
    """Rows that are part of this one, each an object."""

    def __init__(self, name: str, field: Any) -> None:
        super().__init__(name, field)
        self.columns = [column_of(name, part) for name, part in field.child.fields.items() if not part.read_only]

    def of(self, row: Any) -> list[Any]:
        parts = sorted(getattr(row, self.source).all(), key=lambda part: part.pk)
        return [{column.name: column.of(part) for column in self.columns} for part in parts]

    def is_same(self, sent: Any, stored: Any) -> bool:
        def in_order(entries: Any) -> list[str]:
            return sorted(json.dumps(entry, sort_keys=True) for entry in entries)

        return isinstance(sent, list) and in_order(sent) == in_order(stored)


KINDS: list[tuple[Any, type[Column]]] = [
    (LocalizedSerializerField, Texts),
    (serializers.PrimaryKeyRelatedField, Reference),
    (serializers.ManyRelatedField, Keys),
    (serializers.ListSerializer, Parts),
    (serializers.JSONField, Structure),
    (serializers.BooleanField, Flag),
    (serializers.IntegerField, Whole),
    (serializers.DateTimeField, Moment),
    ((serializers.CharField, serializers.ChoiceField), Column),
]


def column_of(name: str, field: Any) -> Column:
    for kinds, column in KINDS:
        if isinstance(field, kinds):
            return column(name, field)
    raise TypeError(f"{name} is a {type(field).__name__}, of which no column can be made yet")


def columns_of(resource: Resource, serializer: Any) -> list[Column]:
    """Those of a resource. What the API computes for whoever asks is left out."""
    computed = serializers.SerializerMethodField
    columns = [column_of(name, field) for name, field in serializer.fields.items() if not isinstance(field, computed)]
    for column in columns:
        if column.name in resource.says:
            column.of = resource.says[column.name]  # type: ignore[method-assign, assignment]
    return columns


def refuse_constant(name: str) -> NoReturn:
    """NaN and Infinity are no JSON, though Python reads them."""
    raise ValueError(f"{name} is no number")


def finite(digits: str) -> float:
    """1e999 is JSON, and to Python infinite."""
    number = float(digits)
    return number if isfinite(number) else refuse_constant(digits[:30])


def sound(found: Any) -> Any:
    """Refuses halves of surrogate pairs, which no answer can say."""
    if not is_utf8(json.dumps(found, ensure_ascii=False)):
        raise ValueError("it holds half a character")
    return found


DECODER = json.JSONDecoder(parse_constant=refuse_constant, parse_float=finite)
