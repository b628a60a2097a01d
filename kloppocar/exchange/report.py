"""What became of each row: counted, the first problems kept, and every row in a file for who asks."""

import csv
from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TextIO

KEPT = 100  # entries of each kind that are shown


class Outcome(StrEnum):
    CREATED = "created"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    MADE_BEFORE = "made before"  # by this very file: it is taken again after it was interrupted
    MOVED_ON = "moved on"  # changed by somebody since the export, and left alone
    REFUSED = "refused"


LEFT_ALONE = {Outcome.MOVED_ON, Outcome.REFUSED}


@dataclass
class Entry:
    line: int
    outcome: Outcome
    pk: int | None = None
    fields: list[str] = field(default_factory=list)
    problems: list[tuple[str, str, str]] = field(default_factory=list)  # column, code, sentence
    name: str = ""  # of a row that was written, and what the history says of it
    history: list[dict[str, Any]] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        problems = [{"column": column, "code": code, "detail": detail} for column, code, detail in self.problems]
        said = {"line": self.line, "id": self.pk, "outcome": self.outcome.value}
        return said | {"fields": self.fields, "problems": problems}

    @property
    def sentences(self) -> str:
        return " ".join(f"{column}: {detail}" if column else detail for column, code, detail in self.problems)


class Report:
    """`file` gets a line for every row."""

    def __init__(self, file: TextIO | None = None) -> None:
        self.file = file
        self.is_dry = False
        self.begin()

    def begin(self) -> None:
        """Forget what was noted: the rows are gone through again."""
        self.counts: Counter[Outcome] = Counter()
        self.problems: list[Entry] = []
        self.changes: list[Entry] = []
        if self.file:
            self.file.seek(0)
            self.file.truncate()
            self.writer = csv.writer(self.file)
            self.writer.writerow(["line", "outcome", "id", "fields", "problems"])

    def note(self, entry: Entry) -> None:
        self.counts[entry.outcome] += 1
        kept = self.problems if entry.outcome in LEFT_ALONE else self.changes
        if entry.outcome != Outcome.UNCHANGED and len(kept) < KEPT:
            kept.append(entry)
        if self.file:
            cells = [entry.line, entry.outcome, entry.pk or "", " ".join(entry.fields), entry.sentences]
            self.writer.writerow(cells)

    @property
    def rows(self) -> int:
        return self.counts.total()

    @property
    def is_sound(self) -> bool:
        """Whether every row was taken, or would be."""
        return not self.left_alone

    @property
    def left_alone(self) -> int:
        return sum(self.counts[outcome] for outcome in LEFT_ALONE)

    @property
    def refused(self) -> int:
        return self.counts[Outcome.REFUSED]

    def words(self) -> str:
        counted = ", ".join(f"{self.counts[outcome]:,} {outcome}" for outcome in Outcome if self.counts[outcome])
        return f"{self.rows:,} row{'s' * (self.rows != 1)}: {counted or 'nothing in them'}"

    def as_dict(self) -> dict[str, Any]:
        counts = {outcome.name.lower(): self.counts[outcome] for outcome in Outcome}
        shown = {"problems": self.problems, "changes": self.changes}
        entries = {name: [entry.as_dict() for entry in kept] for name, kept in shown.items()}
        return {"dry_run": self.is_dry, "rows": self.rows, **counts, **entries}
