"""One row of a file against what stands in the database: the API's own serializer decides, and its viewset writes."""

from functools import cached_property
from typing import Any

from drf_standardized_errors.formatter import flatten_errors
from rest_framework.exceptions import APIException, ValidationError

from kloppocar.api import history
from kloppocar.api.viewsets import parts_of

from .columns import Column
from .report import Entry, Outcome
from .source import Given


class Table:
    """What rows are compared with: their columns, who writes them, and what may stand in a file once."""

    def __init__(self, view: Any, columns: list[Column], *, force: bool) -> None:
        self.view, self.force = view, force
        self.columns = {column.name: column for column in columns}
        fields = view.queryset.model._meta.concrete_fields
        self.plain = {field.name for field in fields}
        self.unique = {field.name for field in fields if field.unique}
        self.seen: dict[Any, int] = {}  # in which line it stands


class Row:
    def __init__(self, given: Given, stored: Any, table: Table) -> None:
        self.given, self.stored, self.table, self.view = given, stored, table, table.view

    @cached_property
    def differs(self) -> dict[str, Any]:
        """What the file says otherwise than the database."""
        said = [(self.table.columns[name], value) for name, value in self.given.as_change().items()]
        return {column.name: value for column, value in said if not column.is_same(value, column.of(self.stored))}

    def take(self) -> Entry:
        try:
            return self.judge()
        except APIException as error:
            problems = [(each.attr or "", each.code, str(each.detail)) for each in flatten_errors(error.detail)]
            return self.entry(Outcome.REFUSED, problems=problems)

    def judge(self) -> Entry:
        if self.given.problems:
            return self.entry(Outcome.REFUSED, problems=self.given.problems)
        if self.given.pk is None:
            return self.create()
        if self.stored is None:
            return self.refuse("id", "unknown_row", "There is no row with this id; a new row has none.")
        self.refuse_double("id", self.given.pk)
        if not self.differs:
            return self.entry(Outcome.UNCHANGED)
        if self.given.version != self.stored.version and not self.table.force:
            sentence = f"Somebody changed it since: version {self.stored.version} now."
            return self.entry(Outcome.MOVED_ON, problems=[("version", "moved_on", sentence)])
        return self.update()

    def create(self) -> Entry:
        serializer = self.view.get_serializer(data=self.given.as_new())
        serializer.is_valid(raise_exception=True)
        self.refuse_doubles(serializer)
        self.view.perform_create(serializer)
        row = serializer.instance
        return self.written(Outcome.CREATED, row, history.added(row, parts_of(serializer)))

    def update(self) -> Entry:
        serializer = self.view.get_serializer(self.stored, data=self.differs, partial=True)
        serializer.is_valid(raise_exception=True)
        self.refuse_doubles(serializer)
        for name in [name for name, value in serializer.validated_data.items() if self.is_stored(name, value)]:
            del serializer.validated_data[name]  # the same in other words, as a time in another zone
        if not serializer.validated_data:
            return self.entry(Outcome.UNCHANGED)
        before = history.snapshot(self.stored)
        self.view.perform_update(serializer)
        changes = history.changed(before, self.stored, parts_of(serializer))
        return self.written(Outcome.CHANGED, self.stored, changes, fields=list(self.differs))

    def is_stored(self, name: str, value: Any) -> bool:
        """Whether a plain column holds exactly this."""
        return name in self.table.plain and getattr(self.stored, name) == value

    def refuse_doubles(self, serializer: Any) -> None:
        """What only one row may say, no two lines of a file may say, whether or not they are written together."""
        for name, value in serializer.validated_data.items():
            if value is not None and name in self.table.unique:
                self.refuse_double(name, value)

    def refuse_double(self, name: str, value: Any) -> None:
        earlier = self.table.seen.setdefault((name, value), self.given.line)
        if earlier != self.given.line:
            raise ValidationError({name: f"Line {earlier} says the same."}, code="duplicate")

    def refuse(self, column: str, code: str, sentence: str) -> Entry:
        return self.entry(Outcome.REFUSED, problems=[(column, code, sentence)])

    def written(self, outcome: Outcome, row: Any, changes: list[history.Change], **more: Any) -> Entry:
        return self.entry(outcome, row.pk, name=history.name_of(row), history=changes, **more)

    def entry(self, outcome: Outcome, pk: int | None = None, **more: Any) -> Entry:
        return Entry(self.given.line, outcome, pk or self.given.pk, **more)
