"""Rows in: a file is gone through twice, first to check it whole, then to write it.

Nothing is written while any row is refused. Then rows are written in batches, each a transaction: a hundred thousand
rows in one would lock what players redeem at that moment, and nobody could wait for it. Whoever is interrupted takes
the same file again: what was changed is unchanged by now, and what was made is remembered with its batch.

A dry run is the first half: it writes and takes back batch by batch, so that the database's own rules speak too.
"""

from collections.abc import Callable, Iterator
from functools import partial
from itertools import islice
from typing import Any

from django.db import DatabaseError, DataError, IntegrityError, OperationalError, transaction
from django.db.models import prefetch_related_objects

from kloppocar.api import history
from kloppocar.api.errors import SIGNALLED
from kloppocar.api.transactions import atomically
from kloppocar.models import TakenBatch

from .columns import columns_of
from .export import related_by
from .registry import Resource
from .report import Entry, Outcome, Report
from .row import Row, Table
from .source import Given, Source

BATCH = 200  # rows that are locked together, for a fifth of a second or so
Progress = Callable[[int], object]


class RefusedLateError(Exception):
    """A row that was sound when it was checked is refused while its batch is written: the others are written alone."""


class Taking:
    """One file into one resource. `force` overwrites what somebody changed since; `again` makes rows a second time."""

    def __init__(self, resource: Resource, user: Any, *, force: bool = False, again: bool = False) -> None:
        self.resource, self.user, self.again = resource, user, again
        view = resource.view(user)
        self.at_hand: dict[Any, Any] = {}
        view.at_hand = self.at_hand
        self.columns = columns_of(resource, view.get_serializer())
        self.table = Table(view, self.columns, force=force)

    def take(self, source: Source, report: Report, *, dry_run: bool, progress: Progress = int) -> Report:
        """Fills the report; what it says at the end is what happened, or what would happen."""
        report.is_dry = dry_run
        self.digest = "" if self.again else source.digest()
        self.run(source, report, write=False, progress=progress)
        if not dry_run and not report.refused:
            self.run(source, report, write=True, progress=progress)
        return report

    def run(self, source: Source, report: Report, *, write: bool, progress: Progress) -> None:
        report.begin()
        self.table.seen.clear()
        for rows in batched(source):
            for entry in self.batch(rows, write=write):
                report.note(entry)
            progress(source.place)

    def batch(self, rows: list[Given], *, write: bool) -> list[Entry]:
        """All of them in one transaction; each in a savepoint of its own only once the database has refused one.

        That may be what remembers the batch, when somebody else takes the same file: then it is looked up once more.
        """
        refused: Exception | None = None
        for alone in (False, True, True):
            try:
                return atomically(partial(self.once, rows, write=write, alone=alone))
            except (RefusedLateError, DatabaseError) as error:
                if isinstance(error, DatabaseError) and not is_a_rule(error):
                    raise
                refused = error
        assert refused
        raise refused

    def once(self, rows: list[Given], *, write: bool, alone: bool) -> list[Entry]:
        self.at_hand.clear()
        made = self.made_before(rows)
        stored = self.stored({row.pk for row in rows if row.pk})
        moving = {row.pk for row in rows if row.pk in stored and Row(row, stored[row.pk], self.table).differs}
        stored |= self.stored(moving, lock=True)
        entries = []
        for given in rows:
            if given.line in made:
                entries.append(Entry(given.line, Outcome.MADE_BEFORE, made[given.line]))
            else:
                entries.append(self.one(given, stored.get(given.pk), alone=alone))
        if write and not alone and any(entry.outcome == Outcome.REFUSED for entry in entries):
            raise RefusedLateError
        self.remember(rows, entries)
        if not write:
            transaction.set_rollback(True)
            for entry in entries:
                entry.pk = entry.pk if entry.outcome != Outcome.CREATED else None  # which nobody will find
        return entries

    def one(self, given: Given, stored: Any, *, alone: bool) -> Entry:
        row = Row(given, stored, self.table)
        if not alone:
            return row.take()
        try:
            with transaction.atomic():
                entry = row.take()
                transaction.set_rollback(entry.outcome == Outcome.REFUSED)
                return entry
        except DatabaseError as error:
            if not is_a_rule(error):
                raise
            sentence = f"A rule of the database forbids it: {error.args[-1]}."
            return Entry(given.line, Outcome.REFUSED, given.pk, problems=[("", "conflict", sentence)])

    def stored(self, keys: set[Any], *, lock: bool = False) -> dict[Any, Any]:
        """The rows with these ids, and what a row says of others; locked in the order of their ids."""
        if not keys:
            return {}
        found = self.resource.model._base_manager.filter(pk__in=keys).order_by("pk")
        rows = list(found.select_for_update() if lock else found)
        prefetch_related_objects(rows, *related_by(self.columns, names=False))
        return {row.pk: row for row in rows}

    def made_before(self, rows: list[Given]) -> dict[int, int]:
        """What this very file has made of these lines already."""
        if not self.digest or all(row.pk for row in rows):
            return {}
        batch = TakenBatch.objects.filter(digest=self.digest, resource=self.resource.name, line=rows[0].line).first()
        return dict(batch.made) if batch else {}

    def remember(self, rows: list[Given], entries: list[Entry]) -> None:
        """With the batch itself, so that both are there or neither; of two who take one file the second waits here."""
        if self.user.pk is not None:  # whoever runs a command without a name has no history
            written = [(entry.pk, entry.name, entry.history) for entry in entries if entry.history]
            history.write_all(self.user, self.resource.model, written)
        made = [[entry.line, entry.pk] for entry in entries if entry.outcome == Outcome.CREATED]
        if made and self.digest:
            where = {"digest": self.digest, "resource": self.resource.name, "line": rows[0].line}
            TakenBatch.objects.create(**where, made=made)


def batched(source: Source) -> Iterator[list[Given]]:
    rows = iter(source)
    while batch := list(islice(rows, BATCH)):
        yield batch


def is_a_rule(error: DatabaseError) -> bool:
    """Whether the database refused a row, rather than failed."""
    is_signal = isinstance(error, OperationalError) and error.args[:1] == (SIGNALLED,)
    return is_signal or isinstance(error, IntegrityError | DataError)
