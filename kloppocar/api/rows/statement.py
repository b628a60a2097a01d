"""One SELECT for a queryset and the columns to read of it; all but its WHERE is compiled once and remembered.

The ORM compiles the queryset's own FROM and WHERE anew each time: they are the key under which the whole text is
remembered, so that None, empty lists, joins and whatever else changes the SQL can never meet the wrong text.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple

from django.core.exceptions import EmptyResultSet, FullResultSet
from django.db import connections
from django.db.models import ForeignKey, Func, QuerySet, TextField

from kloppocar.api.connections import read

MOST = 2_000  # remembered texts; a full memory is emptied

Rows = list[tuple[Any, ...]]


class Column(NamedTuple):
    """What to read: a path (or an annotation's name), and as what."""

    path: str
    kind: str = "raw"  # raw: as the driver gives it; python: with the ORM's converters; time: as ISO 8601 in UTC

    def expression(self, vendor: str) -> Any:
        return ISOTime(self.path) if self.kind == "time" and vendor == "mysql" else self.path

    def converter(self, found: Any, connection: Any) -> Callable[[Any], Any] | None:
        """What turns the driver's value into ours; `found` are the ORM's converters and what they convert."""
        if self.kind == "raw" or (self.kind == "time" and connection.vendor == "mysql"):
            return None
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


@dataclass(slots=True)
class Text:
    """A remembered statement."""

    sql: str
    converters: list[tuple[int, Callable[[Any], Any]]]
    sources: (
        list[str | None] | None
    )  # whose parameters follow each other: an annotation's, or (None) those of FROM and WHERE


class Clauses(NamedTuple):
    """What the queryset itself says, compiled."""

    from_sql: str
    from_params: list[Any]
    where_sql: str
    where_params: list[Any]
    annotations: dict[str, tuple[str, list[Any]]]


texts: dict[Any, Text] = {}


def fetch(queryset: QuerySet, columns: tuple[Column, ...], *, in_order: bool = True) -> Rows:
    """The rows, as tuples of `columns`. `in_order`: read the queryset's own table first, then what it joins."""
    try:
        sql, params, converters = prepare(queryset, columns, in_order)
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


def prepare(queryset: QuerySet, columns: tuple[Column, ...], in_order: bool) -> tuple[str, tuple, list]:
    """SQL, parameters and converters; raises EmptyResultSet when nothing can be found."""
    clauses = compile_clauses(queryset)
    key = key_of(queryset, columns, clauses, in_order)
    text = texts.get(key)
    if text is None or text.sources is None:
        text, params = compile_whole(queryset, columns, clauses, in_order)
        if len(texts) >= MOST:
            texts.clear()
        texts[key] = text
        return text.sql, params, text.converters
    return text.sql, tuple(parameters(text.sources, clauses)), text.converters


def compile_clauses(queryset: QuerySet) -> Clauses:
    query = queryset.query
    query.get_initial_alias()
    compiler = query.get_compiler(queryset.db)
    try:
        where_sql, where_params = compiler.compile(query.where) if query.where else ("", [])
    except FullResultSet:
        where_sql, where_params = "", []
    from_sql, from_params = compiler.get_from_clause()
    annotations = {}
    if query.annotation_select and query.group_by is None:
        annotations = {name: compiler.compile(each) for name, each in query.annotation_select.items()}
    return Clauses(" ".join(from_sql), list(from_params), where_sql, list(where_params), annotations)


def key_of(queryset: QuerySet, columns: tuple[Column, ...], clauses: Clauses, in_order: bool) -> Any:
    query = queryset.query
    order = (query.order_by, query.default_ordering, query.standard_ordering, query.extra_order_by)
    limits = (query.low_mark, query.high_mark, query.distinct, query.distinct_fields)
    selected = tuple((name, sql) for name, (sql, _) in clauses.annotations.items())
    return queryset.db, query.model, columns, clauses.from_sql, clauses.where_sql, selected, order, limits, in_order


def compile_whole(queryset: QuerySet, columns: tuple[Column, ...], clauses: Clauses, in_order: bool) -> Any:
    """The statement as the ORM makes it, and how to come by its parameters next time."""
    connection = connections[queryset.db]
    values = queryset.values_list(*(column.expression(connection.vendor) for column in columns))
    compiler = values.query.get_compiler(queryset.db)
    sql, params = compiler.as_sql()
    found = compiler.get_converters([entry[0] for entry in compiler.select])
    converters = [(place, column.converter(found.get(place), connection)) for place, column in enumerate(columns)]
    if in_order and connection.vendor == "mysql" and is_led_by_its_table(queryset, clauses):
        sql = sql.replace("SELECT ", "SELECT STRAIGHT_JOIN ", 1)
    needed = [(place, converter) for place, converter in converters if converter]
    return Text(sql, needed, sources_of(queryset, columns, clauses, list(params))), tuple(params)


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


def sources_of(queryset: QuerySet, columns: tuple[Column, ...], clauses: Clauses, params: list) -> list | None:
    """How the parameters are put together: of selected annotations, FROM, WHERE and order; None: unknown."""
    query = queryset.query
    if query.group_by is not None or query.combinator or not all(isinstance(each, str) for each in query.order_by):
        return None
    selected: list[str | None] = [column.path for column in columns if column.path in clauses.annotations]
    ordered: list[str | None] = [
        name for each in query.order_by if (name := str(each).lstrip("-")) in clauses.annotations
    ]
    for sources in ([*selected, None], [*selected, None, *ordered]):
        if parameters(sources, clauses) == params:
            return sources
    return None


def parameters(sources: list[str | None], clauses: Clauses) -> list[Any]:
    if sources == [None] and not clauses.from_params:
        return clauses.where_params
    found: list[Any] = []
    for source in sources:
        found += [*clauses.from_params, *clauses.where_params] if source is None else clauses.annotations[source][1]
    return found
