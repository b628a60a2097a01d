"""A table's rows through its builder: once to report and to learn what comes, once to write it.

Written in batches, each one transaction together with the look-up of old ids: whoever is killed has written whole
batches, and the next run goes on behind them.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import groupby
from typing import Any

from django.db import connection, transaction
from django.db.models import DateTimeField, JSONField

from kloppocar.models import LegacyId

from .findings import Finding, Report
from .source import BELOW_ALL, OldRow
from .table import Context, Table
from .values import Row

MERGED = "merged"


def batches(table: Table, context: Context) -> Iterator[list[Row]]:
    """Rows with the new ids of what they point to; those that lack what they need are skipped already."""
    after = BELOW_ALL if context.is_reporting else 0
    for found in context.source.batches(table.read_from, table.key, after=after):
        rows = [prepared(table, values, context) for values in found]
        look_up(table, rows, context)
        context.found = table.find(rows, context)
        yield rows


def prepared(table: Table, values: OldRow, context: Context) -> Row:
    row = Row(table.name, values[table.key], values, context.language)
    row.new_id = context.shifts.get(table.name, 0) + row.old_id
    if row.old_id < 1 and table.name == table.read_from:
        row.skip("bad_id")
    return row


def look_up(table: Table, rows: list[Row], context: Context) -> None:
    for column, target in (table.needs | table.may_name).items():
        known = context.scratch.new_ids(target, (row[column] for row in rows))
        for row in rows:
            if (old := row[column]) in known:
                row.refs[column] = known[old]
            elif row.skipped or (old is None and column in table.may_name):
                continue
            elif column in table.may_name:
                row.note("lost_link", column, old)
            else:
                row.skip(table.orphans, column, old)


def build(table: Table, row: Row, context: Context) -> list[Any]:
    return [] if row.skipped else table.build(row, context)


# --- To report ----------------------------------------------------------------------------------------------------


def report(table: Table, context: Context, result: Report) -> Iterator[int]:
    """Batch by batch: how many rows were judged."""
    counts = result.of(table.name)
    for rows in batches(table, context):
        for row in rows:
            build(table, row, context)
            counts.rows += 1
            if row.skipped:
                counts.left += 1
            elif row.empty:
                counts.nothing += 1
            else:
                counts.merged += row.merged
                counts.brought += not row.merged
                context.scratch.keep(table.name, row.old_id, row.new_id)  # at once: the next row may ask for it
        result.add(finding for row in rows for finding in once(row.findings))
        yield len(rows)


def once(findings: Iterable[Finding]) -> Iterable[Finding]:
    """A builder may ask for one value twice."""
    return dict.fromkeys(findings)


# --- To write -----------------------------------------------------------------------------------------------------


def write(table: Table, context: Context, result: Report) -> Iterator[int]:
    counts = result.of(table.name)
    for rows in batches(table, context):
        known = known_already(table.name, [row.old_id for row in rows])
        new = [row for row in rows if known.get(row.old_id) is None]
        objects, lines = [], []
        for row in new:
            objects += build(table, row, context)
            if not row.empty:
                note = row.skipped or (MERGED if row.merged else "")
                lines.append(line(table.name, row.old_id, None if row.skipped else row.new_id, note))
        with transaction.atomic():
            insert(objects)
            remember(lines, known)
        counts.written += sum(each.new_id is not None for each in lines)
        yield len(rows)


def known_already(table: str, ids: list[int]) -> dict[int, int | None]:
    return dict(LegacyId.objects.filter(table=table, old_id__in=ids).values_list("old_id", "new_id"))


def line(table: str, old_id: int, new_id: int | None, note: str = "") -> LegacyId:
    return LegacyId(table=table, old_id=old_id, new_id=new_id, note=note)


def remember(lines: list[LegacyId], known: dict[int, int | None]) -> None:
    """Of one table. What was left behind before has a line already, and comes now if it was mended meanwhile."""
    insert([each for each in lines if each.old_id not in known])
    for each in lines:
        if each.old_id in known and each.new_id is not None:
            LegacyId.objects.filter(table=each.table, old_id=each.old_id).update(new_id=each.new_id, note=each.note)


def insert(objects: list[Any]) -> None:
    """As they are, stamps included, which `bulk_create` would set to now; and in half of its time."""
    ordered = sorted(objects, key=lambda each: each._meta.label)  # stable
    for model, rows in sorted_by_need(groupby(ordered, key=type)):
        fields = columns_of(model, with_key=rows[0].pk is not None)
        names = ", ".join(connection.ops.quote_name(field.column) for field, _ in fields)
        places = ", ".join(["%s"] * len(fields))
        values = [[convert(getattr(row, field.attname)) for field, convert in fields] for row in rows]
        table = connection.ops.quote_name(model._meta.db_table)
        with connection.cursor() as cursor:
            cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({places})", values)  # noqa: S608 - our names


def columns_of(model: Any, *, with_key: bool) -> list[tuple[Any, Any]]:
    """Each with what turns a value into the database's; most are that already."""
    fields = [each for each in model._meta.local_concrete_fields if not each.generated]
    return [(field, converter(field)) for field in fields if with_key or not field.primary_key]


def converter(field: Any) -> Callable[[Any], Any]:
    if isinstance(field, DateTimeField):
        return connection.ops.adapt_datetimefield_value
    return partial(field.get_db_prep_save, connection=connection) if isinstance(field, JSONField) else as_it_is


def as_it_is(value: Any) -> Any:
    return value


def sorted_by_need(groups: Any) -> list[tuple[Any, list[Any]]]:
    """What others point to first."""
    from .tables import TABLES

    order = {table.model: -place for place, table in enumerate(reversed(TABLES.values()))}
    return sorted(((model, list(group)) for model, group in groups), key=lambda pair: order.get(pair[0], 1))
