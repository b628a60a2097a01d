"""One run: is everything in step, what would come, then perhaps write it, count missions, and prove the invariants."""

from collections.abc import Callable, Iterator
from itertools import chain

from django.db import connection
from django.utils import timezone

from collectibles import invariants, missions
from kloppocar import pages
from kloppocar.models import LegacyId, LegacyTable

from . import bring, copies, shifts, survey
from .findings import REFUSED, Report
from .scratch import Scratch
from .source import Source, SourceError
from .table import Context, Table
from .tables import COPIES, TABLES

Show = Callable[[str, int, Iterator[int]], None]


def refuse_what_is_not_in_step(source: Source) -> None:
    """Nothing is imported into a database that lacks a migration or a trigger, nor from itself."""
    if trouble := pages.out_of_step():
        names = "; ".join(f"{kind}: {', '.join(names[:3])}" for kind, names in trouble.items())
        raise SourceError(f"Our own database is not in step ({names}): run `manage.py migrate` and `apply_triggers`.")
    if connection.vendor == "mysql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT CONCAT(@@hostname, ':', @@port), DATABASE()")
            if cursor.fetchone() == source.identity():
                raise SourceError("This is our own database, not the old backend's.")


def chosen(names: list[str]) -> list[Table]:
    """The tables that `--only` names, in their order; all without it."""
    by_name = {name.lower(): table for name, table in TABLES.items()}
    if unknown := [name for name in names if name.lower() not in by_name]:
        raise SourceError(f"Not known: {', '.join(unknown)}. Tables are {', '.join(TABLES)}.")
    wanted = {by_name[name.lower()].name for name in names} or set(TABLES)
    return [table for table in TABLES.values() if table.name in wanted]


def prepare(source: Source, language: str) -> tuple[Context, list[LegacyTable]]:
    planned = shifts.plan(source)
    context = Context(source, Scratch(), language, shifts={row.name: row.shift for row in planned})
    return context, planned


def check(context: Context, report: Report, show: Show) -> None:
    """The first phase, of all tables whatever `--only` says: what comes decides what else can."""
    survey.take(context)
    for table in TABLES.values():
        show(f"check {table.name}", context.source.number_of(table.read_from), bring.report(table, context, report))


def is_refused(report: Report) -> bool:
    return report.number_of(REFUSED) > 0


def write(context: Context, planned: list[LegacyTable], tables: list[Table], report: Report, show: Show) -> None:
    shifts.save(planned)
    context.is_reporting = False
    for table in tables:
        refuse_what_is_missing(table, context)
        work = bring.write(table, context, report)
        total = context.source.number_of(table.read_from)
        if table is COPIES:
            work, total = chain(copies.write(context, report), work), 2 * total
        show(table.name, total, work)
        LegacyTable.objects.filter(name=table.name, finished_at=None).update(finished_at=timezone.now())


def refuse_what_is_missing(table: Table, context: Context) -> None:
    """With `--only` a table may be asked for before those that its rows point to."""
    for name in sorted(table.prerequisites()):
        missing = context.scratch.one("SELECT COUNT(*) FROM kept WHERE name = ?", name)
        there = LegacyId.objects.filter(table=name, new_id__isnull=False).count()
        if there < missing:
            raise SourceError(f"{table.name} needs {name}, of which {missing - there} rows are not imported yet.")


def finish() -> dict[str, list[int]]:
    """Everybody's missions counted anew, once what was claimed has come; then whatever of the house's invariants does
    not hold, by name.
    """
    if LegacyTable.objects.filter(name="MissionUser", finished_at__isnull=False).exists():
        missions.recompute_stale()
    return invariants.violations()
