"""One SELECT for a queryset and the columns to read of it; all but its WHERE is compiled once and remembered.

The queryset's own tables and WHERE (clauses.py) are the key under which the whole text is remembered, so that None,
empty lists, joins and whatever else changes the SQL can never meet the wrong text.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple

from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import ForeignKey, Func, Q, QuerySet, TextField

from kloppocar.api.conditions import stopped_clock
from kloppocar.api.connections import read
from kloppocar.api.etag import digest

from .clauses import Clauses, clauses_of

MOST = 1_000  # remembered texts; a full memory is emptied

Rows = list[tuple[Any, ...]]


class Column(NamedTuple):
    """What to read: a path (or an annotation's name), and as what."""

    path: str
    kind: str = "raw"  # as the driver gives it; python: with the ORM's converters; time: as ISO 8601 in UTC; digest
    source: Any = None  # of a column of its own making, which has an `expression()`

    def expression(self, vendor: str) -> Any:
        if self.source is not None:
            return self.source.expression()
        return ISOTime(self.path) if self.kind == "time" and vendor == "mysql" else self.path

    def converter(self, found: Any, connection: Any) -> Callable[[Any], Any] | None:
        """What turns the driver's value into ours; `found` are the ORM's converters and what they convert."""
        if self.kind == "raw" or (self.kind == "time" and connection.vendor == "mysql"):
            return None
        if self.kind == "digest":
            return digest
        steps: list[Callable[[Any], Any]] = []
        if found:
            steps += [partial(each, expression=found[1], connection=connection) for each in found[0]]
        return chained([*steps, iso] if self.kind == "time" else steps)


class ISOTime(Func):
    """A time as DRF writes it: without a fraction where it is zero."""

    output_field = TextField()

    def as_mysql(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        template = (
            "REPLACE(DATE_FORMAT(%(expressions)s, '%%%%Y-%%%%m-%%%%dT%%%%H:%%%%i:%%%%s.%%%%fZ'), '.000000Z', 'Z')"
        )
        return self.as_sql(compiler, connection, template=template, **extra)


@dataclass(eq=False)
class Columns:
    """What to read of each row; the same object stands for the same columns, so that it can be a key."""

    columns: tuple[Column, ...]

    def __post_init__(self) -> None:
        self.places = {column: place for place, column in enumerate(self.columns)}
        self.widened: dict[tuple[Column, ...], Columns] = {}

    def also(self, more: tuple[Column, ...]) -> "Columns":
        """These and more of them."""
        if more not in self.widened:
            self.widened[more] = Columns(tuple(dict.fromkeys([*self.columns, *more])))
        return self.widened[more]


class Only(NamedTuple):
    """One more condition, on whole numbers: those rows whose `path` is one of these."""

    path: str
    values: tuple[int, ...]

    def applied(self, queryset: QuerySet) -> QuerySet:
        return queryset.filter(**{f"{self.path}__in": self.values})


class After(NamedTuple):
    """One more condition: rows that come after these values of the columns that the list is ordered by."""

    order: tuple[Any, ...]
    values: tuple[Any, ...]
    fields: tuple[Any, ...]
    condition: Callable[[Any, Any], Q]  # from order and values

    def applied(self, queryset: QuerySet) -> QuerySet:
        return queryset.filter(self.condition(self.order, self.values))

    @property
    def shape(self) -> Any:
        return self.order, tuple(value is None for value in self.values)

    def places(self) -> list[int]:
        """Which of the values its parameters are, in their order."""
        places = [Place(number) for number in range(len(self.values))]
        marked = [None if value is None else place for value, place in zip(self.values, places, strict=True)]
        return [value.number for value in values_in(self.condition(self.order, marked)) if isinstance(value, Place)]

    def prepared(self, places: list[int], connection: Any) -> list[Any]:
        values = [
            field.get_db_prep_value(field.get_prep_value(value), connection, prepared=True)  # as the ORM compares
            for field, value in zip(self.fields, self.values, strict=True)
        ]
        return [values[place] for place in places]


class Place(NamedTuple):
    number: int


def values_in(condition: Q) -> Iterator[Any]:
    for child in condition.children:
        if isinstance(child, Q):
            yield from values_in(child)
        else:
            yield child[1]  # type: ignore[index]  # a pair of lookup and value


class Asked(NamedTuple):
    """What is asked of a queryset on top."""

    only: Only | None = None
    after: After | None = None
    limit: int | None = None
    in_order: bool = True  # read the queryset's own table first, in the list's order, then what it joins

    @property
    def shape(self) -> Any:
        return self.only and self.only.path, self.after and self.after.shape, self.limit, self.in_order


@dataclass(slots=True)
class Text:
    """A remembered statement. `tail` follows the numbers of `only`, where there are any."""

    sql: str
    tail: str
    converters: list[tuple[int, Callable[[Any], Any]]]
    sources: list[Any] | None  # of its parameters: annotations by name, CONDITIONS, places in `after`; None: unknown


CONDITIONS = object()
texts: dict[Any, Text] = {}


def fetch(queryset: QuerySet, columns: Columns, asked: Asked) -> Rows:
    """The rows, as tuples of `columns`."""
    only = asked.only
    if only and not all(type(value) is int for value in only.values):
        queryset, asked = only.applied(queryset), asked._replace(only=None)
    elif only and not only.values:
        return []
    try:
        sql, params, converters = prepare(queryset, columns, asked)
    except EmptyResultSet:
        return []
    rows = read(queryset.db, sql, params)
    return convert(rows, converters) if converters else list(rows)


def convert(rows: Any, converters: list[tuple[int, Callable[[Any], Any]]]) -> Rows:
    converted = []
    for row in rows:
        values = list(row)
        for place, converter in converters:
            values[place] = converter(values[place])
        converted.append(tuple(values))
    return converted


def prepare(queryset: QuerySet, columns: Columns, asked: Asked) -> tuple[str, tuple, list]:
    """SQL, parameters and converters; raises EmptyResultSet when nothing can be found."""
    clauses = clauses_of(queryset)
    key = key_of(queryset, columns, clauses, asked)
    text = texts.get(key)
    if text is None or text.sources is None:
        with stopped_clock():
            text, params = compile_whole(queryset, columns, clauses_of(queryset), asked)
        if len(texts) >= MOST:
            texts.clear()
        texts[key] = text
        return filled(text, asked), params, text.converters
    found = parameters(text.sources, clauses, asked, connections[queryset.db])
    return filled(text, asked), tuple(found), text.converters


def filled(text: Text, asked: Asked) -> str:
    """The SQL with the numbers of `only` in it: they are numbers and nothing else."""
    return f"{text.sql}{','.join(map(str, asked.only.values))}{text.tail}" if asked.only else text.sql


def key_of(queryset: QuerySet, columns: Columns, clauses: Clauses, asked: Asked) -> Any:
    query = queryset.query
    order = (query.order_by, query.default_ordering, query.standard_ordering, *query.extra_order_by)
    limits = (query.low_mark, query.high_mark, query.distinct, query.distinct_fields)
    selected = tuple((name, sql) for name, (sql, _) in clauses.annotations.items())
    kind = (selected, query.combinator, query.group_by is None, query.select_for_update)
    return queryset.db, query.model, columns, clauses.tables, clauses.where_sql, order, limits, kind, asked.shape


MARK = -8_765_432_109_876_543  # stands for the numbers of `only` while the ORM compiles; no key is negative


def compile_whole(queryset: QuerySet, columns: Columns, clauses: Clauses, asked: Asked) -> tuple[Text, tuple]:
    """The statement as the ORM makes it, and how to come by its parameters next time."""
    connection = connections[queryset.db]
    is_led = asked.in_order and connection.vendor == "mysql" and is_led_by_its_table(queryset, clauses)
    if asked.only:
        queryset = Only(asked.only.path, (MARK,)).applied(queryset)
    if asked.after:
        queryset = asked.after.applied(queryset)
    if asked.limit is not None:
        queryset = queryset[: asked.limit]
    values = queryset.values_list(*(column.expression(connection.vendor) for column in columns.columns))
    compiler = values.query.get_compiler(queryset.db)
    sql, params = compiler.as_sql()
    if is_led:
        sql = sql.replace("SELECT ", "SELECT STRAIGHT_JOIN ", 1)
    head, tail, rest = split_at_mark(sql, list(params)) if asked.only else (sql, "", list(params))
    found = compiler.get_converters([entry[0] for entry in compiler.select])
    every = [(place, each.converter(found.get(place), connection)) for place, each in enumerate(columns.columns)]
    converters = [(place, converter) for place, converter in every if converter]
    return Text(head, tail, converters, sources_of(queryset, columns, clauses, asked, rest)), tuple(rest)


def split_at_mark(sql: str, params: list[Any]) -> tuple[str, str, list[Any]]:
    """The text before and after MARK's placeholder, and the other parameters."""
    number = params.index(MARK)
    spot = [found for found in re.finditer(r"%%|%s", sql) if found.group() == "%s"][number]
    return sql[: spot.start()], sql[spot.end() :], params[:number] + params[number + 1 :]


def chained(steps: list[Callable[[Any], Any]]) -> Callable[[Any], Any] | None:
    if len(steps) < 2:
        return steps[0] if steps else None

    def convert_one(value: Any) -> Any:
        for step in steps:
            value = step(value)
        return value

    return convert_one


def iso(value: datetime | None) -> str | None:
    """As DRF writes a time in UTC."""
    return None if value is None else value.isoformat().replace("+00:00", "Z")


def is_led_by_its_table(queryset: QuerySet, clauses: Clauses) -> bool:
    """Whether its own table may be read first, in the list's order: not where another one decides which rows there are.

    MariaDB and MySQL like to begin at the smallest table of a join, and then sort all that they have found.
    """
    joins: list[Any] = [
        join for alias, join in queryset.query.alias_map.items() if queryset.query.alias_refcount[alias]
    ]
    is_to_one = all(isinstance(join.join_field, ForeignKey) for join in joins if join.join_type)
    return is_to_one and "(SELECT " not in clauses.where_sql and queryset.query.group_by is None


def sources_of(queryset: QuerySet, columns: Columns, clauses: Clauses, asked: Asked, params: list[Any]) -> Any:
    """How the parameters were put together, checked against those that the ORM has put together; None: unknown."""
    query = queryset.query
    if query.group_by is not None or query.combinator or not all(isinstance(each, str) for each in query.order_by):
        return None
    selected = [column.path for column in columns.columns if column.path in clauses.annotations]
    ordered = [name for each in query.order_by if (name := str(each).lstrip("-")) in clauses.annotations]
    conditions = [*selected, CONDITIONS, *([asked.after.places()] if asked.after else [])]
    for sources in (conditions, [*conditions, *ordered]):
        if parameters(sources, clauses, asked, connections[queryset.db]) == params:
            return sources
    return None


def parameters(sources: list[Any], clauses: Clauses, asked: Asked, connection: Any) -> list[Any]:
    found: list[Any] = []
    for source in sources:
        if source is CONDITIONS:
            found += clauses.from_params
            found += clauses.where_params
        elif isinstance(source, list):
            found += asked.after.prepared(source, connection) if asked.after else []
        else:
            found += clauses.annotations[source][1]
    return found
