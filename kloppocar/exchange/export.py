"""Rows out, in the order of their ids, with no more in memory than a batch."""

import json
from collections.abc import Callable, Iterator
from typing import Any

from django.db.models import QuerySet, prefetch_related_objects

from kloppocar.api import spreadsheet

from .columns import Column, Keys, columns_of
from .registry import OPERATOR, Resource

BATCH = 500
FORMATS = ["csv", "json"]


class Export:
    """A resource as a table. `rows` narrows it; whoever exports is staff, who see all."""

    def __init__(self, resource: Resource, rows: QuerySet | None = None) -> None:
        self.rows = resource.model._base_manager.all() if rows is None else rows
        self.columns = columns_of(resource, resource.view(OPERATOR).get_serializer())
        self.number = 0  # of rows that were written

    def __len__(self) -> int:
        return self.rows.count()

    def written(self, form: str, progress: Callable[[int], object] = int) -> Iterator[bytes]:
        write = self.csv if form == "csv" else self.json
        yield from write(self.batches(progress))

    def batches(self, progress: Callable[[int], object]) -> Iterator[list[Any]]:
        """By key, and not by an open cursor: MySQL's client would hold all rows at once."""
        found, last = self.rows.order_by("pk"), 0
        while rows := list(found.filter(pk__gt=last)[:BATCH]):
            prefetch_related_objects(rows, *related_by(self.columns))
            yield rows
            self.number += len(rows)
            progress(len(rows))
            last = rows[-1].pk

    def csv(self, batches: Iterator[list[Any]]) -> Iterator[bytes]:
        yield spreadsheet.BOM + spreadsheet.encoded([[name for column in self.columns for name in column.headers]])
        for rows in batches:
            yield spreadsheet.encoded(self.line(row) for row in rows)

    def line(self, row: Any) -> Iterator[str]:
        for column in self.columns:
            yield from column.cells(column.of(row), row)

    def json(self, batches: Iterator[list[Any]]) -> Iterator[bytes]:
        """An array, a row a line."""
        before = "["
        for rows in batches:
            objects = ",\n".join(map(self.object, rows))
            yield f"{before}\n{objects}".encode()
            before = ","
        yield b"\n]\n" if before == "," else b"[]\n"

    def object(self, row: Any) -> str:
        values = {column.name: column.of(row) for column in self.columns}
        return json.dumps(values, ensure_ascii=False, separators=(",", ":"))


def related_by(columns: list[Column], *, names: bool = True) -> list[str]:
    """What has to be read beside the rows themselves, a statement each a batch; with or without related rows' names."""
    return [column.source for column in columns if (names and column.is_related) or isinstance(column, Keys)]
