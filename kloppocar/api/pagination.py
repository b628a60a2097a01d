"""Cursor pages over a total order: the cost of a page does not grow with its position.

A cursor holds the values of the ordering columns of the last row seen. MySQL and SQLite both put NULL first.
"""

import base64
import re
from collections.abc import Callable
from datetime import datetime
from functools import cached_property
from typing import Any, NamedTuple

import orjson
from django.db.models import CharField, DateTimeField, Q, QuerySet, TextField
from rest_framework.exceptions import ValidationError as InvalidQuery
from rest_framework.pagination import BasePagination
from rest_framework.response import Response

from .times import is_beyond

CURSOR = re.compile(r"(^[^?]*\?|&)cursor=[^&]*")
DEFAULT_SIZE, MAX_SIZE = 50, 200
MAX_CURSOR = 2_000
BIGGEST = (1 << 63) - 1


def refuse(name: str, sentence: str) -> InvalidQuery:
    return InvalidQuery({name: sentence}, code="invalid")


class CursorPagination(BasePagination):
    """`{"next", "previous", "results"}`, with `count` when `?count=true` asks for it."""

    template = "rest_framework/pagination/previous_and_next.html"
    display_page_controls = True
    unique: frozenset[str] = frozenset()  # columns that no two rows of the list have in common, besides the key
    next = previous = None  # until a page was read: an error has a page of its own too

    def paginate_queryset(self, queryset, request, view=None):
        read = [list(part[: self.size + 1]) for part in self.open(queryset, request)]
        return self.close(read, lambda row: [value_of(row, name) for name, *_ in self.order])

    def open(self, queryset: QuerySet, request: Any) -> list[QuerySet]:
        """What to read for the page that is asked for: of each part `size` rows and one more."""
        self.look_at(queryset, request)
        after = beyond(self.way, self.cursor) if self.cursor else None
        return [ordered(part.filter(after) if after else part, self.way) for part in self.parts(queryset)]

    def look_at(self, queryset: QuerySet, request: Any) -> QuerySet:
        """Understand what is asked: how many rows, in which order, beyond which of them."""
        self.request = request
        self.size = page_size(request.query_params.get("page_size"))
        self.count = self.how_many(queryset) if wants_count(request.query_params.get("count")) else None
        self.order = total_order(queryset, self.unique)
        self.cursor, self.backwards = decode(request.query_params.get("cursor"), self.order, queryset)
        self.way = flipped(self.order) if self.backwards else self.order
        return queryset

    def close(self, read: list[list[Any]], values: Callable[[Any], list[Any]]) -> list[Any]:
        """The page, of what was read of each part. `values` gives what a cursor remembers of a row."""
        rows = read[0] if len(read) == 1 else merged(read, values, self.way)
        more, page = len(rows) > self.size, rows[: self.size]
        if self.backwards:
            page = page[::-1]
        has_next, has_previous = (True, more) if self.backwards else (more, bool(self.cursor))
        self.next = encode(self.order, values(page[-1]), backwards=False) if has_next and page else None
        self.previous = encode(self.order, values(page[0]), backwards=True) if has_previous and page else None
        return page

    def parts(self, queryset: QuerySet) -> list[QuerySet]:
        """Querysets that together are the list, where each of them has an index that the whole has not."""
        return [queryset]

    def how_many(self, queryset: QuerySet) -> int:
        return sum(part.count() for part in self.parts(queryset))

    def get_paginated_response(self, data):
        links = {"next": self.get_next_link(), "previous": self.get_previous_link()}
        counted = {} if self.count is None else {"count": self.count}
        return Response(links | counted | {"results": data})

    def get_next_link(self):
        return self.link(self.next)

    def get_previous_link(self):
        return self.link(self.previous)

    def link(self, cursor: str | None) -> str | None:
        """This page's address with another cursor, which needs no quoting."""
        if cursor is None:
            return None
        here, found = CURSOR.subn(rf"\1cursor={cursor}", self.here)
        return here if found else f"{here}{'&' if '?' in here else '?'}cursor={cursor}"

    @cached_property
    def here(self) -> str:
        return self.request.build_absolute_uri()

    def get_html_context(self):
        return {"previous_url": self.get_previous_link(), "next_url": self.get_next_link()}

    def to_html(self):
        from django.template import loader

        return loader.get_template(self.template).render(self.get_html_context())

    def get_paginated_response_schema(self, schema):
        link = {"type": ["string", "null"], "format": "uri"}
        return {
            "type": "object",
            "required": ["next", "previous", "results"],
            "properties": {"next": link, "previous": link, "count": {"type": "integer"}, "results": schema},
        }

    def get_schema_operation_parameters(self, view):
        def parameter(name: str, schema: dict, description: str) -> dict:
            return {"name": name, "in": "query", "required": False, "schema": schema, "description": description}

        sizes = {"type": "integer", "minimum": 1, "maximum": MAX_SIZE, "default": DEFAULT_SIZE}
        return [
            parameter(
                "cursor",
                {"type": "string", "pattern": "^[A-Za-z0-9_-]+$"},
                "Where to go on: taken from `next` or `previous`.",
            ),
            parameter("page_size", sizes, "How many rows a page holds."),
            parameter("count", {"type": "boolean"}, "Also say how many rows there are in all."),
        ]


def page_size(text: str | None) -> int:
    if text is None:
        return DEFAULT_SIZE
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= MAX_SIZE and len(text) < 9):
        raise refuse("page_size", f"Must be a whole number from 1 to {MAX_SIZE}.")
    return int(text)


def wants_count(text: str | None) -> bool:
    if text not in {None, "true", "false"}:
        raise refuse("count", "Must be true or false.")
    return text == "true"


class Column(NamedTuple):
    """One column (or annotation) of an order."""

    name: str
    descending: bool
    nullable: bool = False

    def flipped(self) -> "Column":
        return self._replace(descending=not self.descending)

    def __str__(self) -> str:
        return f"-{self.name}" if self.descending else self.name


Order = list[Column]


def total_order(queryset: QuerySet, unique: frozenset[str] = frozenset()) -> Order:
    """What the queryset is ordered by, with the key at its end where rows could be equal."""
    names = [*(queryset.query.order_by or queryset.model._meta.ordering or ["id"])]
    order = [Column(name.lstrip("-"), name.startswith("-"), is_nullable(queryset, name.lstrip("-"))) for name in names]
    if not any(column.name in {"id", "pk", *unique} for column in order):
        order.append(Column("id", order[-1].descending))
    return order


def is_nullable(queryset: QuerySet, name: str) -> bool:
    return name not in queryset.query.annotations and bool(queryset.model._meta.get_field(name).null)


def ordered(queryset: QuerySet, order: Order) -> QuerySet:
    names = tuple(map(str, order))
    query = queryset.query
    now: Any = query.order_by or queryset.model._meta.ordering or ()
    return queryset if names == tuple(now) and query.standard_ordering else queryset.order_by(*names)


def flipped(order: Order) -> Order:
    return [column.flipped() for column in order]


def merged(parts: list[list[Any]], values: Callable[[Any], list[Any]], order: Order) -> list[Any]:
    """Rows of all parts in the one order; for columns without NULL."""
    rows = [(values(row), row) for part in parts for row in part]
    for place, column in reversed(list(enumerate(order))):
        rows.sort(key=lambda pair: pair[0][place], reverse=column.descending)
    return [row for _, row in rows]


def beyond(order: Order, values: list[Any]) -> Q:
    """Rows that come after `values`: a > x, or a = x and b > y, ... with a plain bound on `a` that an index can use."""
    condition, equal = Q(pk__in=[]), Q()
    for column, value in zip(order, values, strict=True):
        condition |= equal & after(column, value)
        equal &= same(column, value)
    first, value = order[0], values[0]
    if len(order) == 1 or first.nullable or value is None:
        return condition
    return Q(**{f"{first.name}__{'lte' if first.descending else 'gte'}": value}) & condition


def same(column: Column, value: Any) -> Q:
    return Q(**{f"{column.name}__isnull": True}) if value is None else Q(**{column.name: value})


def after(column: Column, value: Any) -> Q:
    """NULL comes first in ascending order and last in descending order."""
    name = column.name
    if value is None:
        return Q(pk__in=[]) if column.descending else Q(**{f"{name}__isnull": False})
    bound = Q(**{f"{name}__{'lt' if column.descending else 'gt'}": value})
    return bound | Q(**{f"{name}__isnull": True}) if column.descending and column.nullable else bound


def encode(order: Order, values: list[Any], *, backwards: bool) -> str:
    """The cursor that goes on after the row with these values (or before it)."""
    body = orjson.dumps([signature(order), int(backwards), values], option=orjson.OPT_UTC_Z)
    return base64.urlsafe_b64encode(body).rstrip(b"=").decode()


def value_of(row: Any, name: str) -> Any:
    for part in name.split("__"):
        row = row[part] if isinstance(row, dict) else getattr(row, part)
    return row


def signature(order: Order) -> str:
    return ",".join(map(str, order))


def decode(text: str | None, order: Order, queryset: QuerySet) -> tuple[list[Any], bool]:
    """The values of a cursor, each made the type of its column; anything else is refused with 400."""
    if text is None:
        return [], False
    try:
        body = base64.urlsafe_b64decode(text[:MAX_CURSOR] + "=" * (-len(text[:MAX_CURSOR]) % 4))
        made_for, backwards, values = orjson.loads(body)
        if made_for != signature(order) or backwards not in {0, 1} or not isinstance(values, list):
            raise ValueError
        typed = [to_python(queryset, column, value) for column, value in zip(order, values, strict=True)]
    except (ValueError, TypeError):
        raise refuse("cursor", "This cursor is not one of ours, or was made for another ordering.") from None
    return typed, bool(backwards)


def field_of(queryset: QuerySet, name: str) -> Any:
    annotation = queryset.query.annotations.get(name)
    return annotation.output_field if annotation else queryset.model._meta.get_field(name)


def to_python(queryset: QuerySet, column: Column, value: Any) -> Any:
    """A value as `encode` wrote it: a whole number, a text, a time with its zone, or null where that may be."""
    field = field_of(queryset, column.name)
    if value is None and column.nullable:
        return None
    if isinstance(field, DateTimeField):
        return moment_of(value)
    if isinstance(field, CharField | TextField):
        is_possible = isinstance(value, str) and "\x00" not in value
    else:
        is_possible = type(value) is int and abs(value) <= BIGGEST
    if not is_possible:
        raise ValueError
    return value


def moment_of(value: Any) -> datetime:
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None or is_beyond(moment):
        raise ValueError
    return moment
