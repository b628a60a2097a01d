"""A filled table back into the database: in one transaction, or nothing, with the line of each problem.

A row that somebody changed since the table was written is reported and stays as it is. Taking a table twice changes
nothing more.
"""

from collections.abc import Iterator
from itertools import groupby
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from kloppocar.api import history
from kloppocar.api.errors import Refusal
from kloppocar.api.localized import merge, validate_texts
from kloppocar.api.transactions import atomically

from .registry import fields_of, localized_models, models_for
from .table import BATCH, Line, read

MOVED_ON = "moved_on"
Report = dict[str, Any]


def take(content: bytes, *, dry_run: bool, actor: Any) -> Report:
    """Write the table's texts, or with `dry_run` only say what would be written.

    Refused with the whole report when any line is wrong; lines of rows that moved on hold nobody up.
    """
    lines = read(content)
    refuse_what_is_not_theirs(lines, actor)

    def work() -> Report:
        report = compare(lines, writer=None if dry_run else actor)
        if not dry_run and any(problem["code"] != MOVED_ON for problem in report["problems"]):
            detail = _("Some lines are wrong: extra.problems says which and why. Nothing was written.")
            raise Refusal("invalid_lines", detail, status=400, extra=report)
        return report

    return atomically(work)


def refuse_what_is_not_theirs(lines: list[Line], actor: Any) -> None:
    """Nobody changes here what they may not change elsewhere, nor learns whether it is there."""
    theirs = models_for(actor, "change")
    for line in lines:
        if line.problem is None and line.label not in theirs:
            line.problem = ("permission_denied", f"You may not change any {line.label}.")


def compare(lines: list[Line], *, writer: Any) -> Report:
    """What the lines change, and what is wrong with which; the rows are held and written when there is a `writer`."""
    problems = [problem_of(line, *line.problem) for line in lines if line.problem]
    changes: list[dict[str, Any]] = []
    sound = sorted((line for line in lines if not line.problem), key=lambda line: (line.label, line.pk))
    for label, of_model in groupby(sound, key=lambda line: line.label):
        for batch in batched(list(of_model)):
            compare_batch(localized_models()[label], batch, changes, problems, writer=writer)
    unchanged = len(lines) - len(changes) - len(problems)
    in_order = {"changes": sorted(changes, key=number_of), "problems": sorted(problems, key=number_of)}
    return {"dry_run": writer is None, "lines": len(lines), "changed": len(changes), "unchanged": unchanged, **in_order}


def batched(lines: list[Line]) -> Iterator[list[Line]]:
    for start in range(0, len(lines), BATCH):
        yield lines[start : start + BATCH]


def compare_batch(model: Any, lines: list[Line], changes: list[Any], problems: list[Any], *, writer: Any) -> None:
    found = model._base_manager.filter(pk__in={line.pk for line in lines}).order_by("pk")
    found = found.only("pk", "version", *fields_of(model))
    rows = {row.pk: row for row in (found.select_for_update() if writer else found)}
    before = {pk: history.snapshot(row) for pk, row in rows.items()}
    changed: dict[int, list[str]] = {}
    for line in lines:
        try:
            languages = apply(line, rows.get(line.pk))
        except ValidationError as error:
            problems.append(problem_of(line, error.code or "invalid", str(error.message)))
            continue
        if languages:
            changes.append(shown(line) | {"languages": languages})
            changed.setdefault(line.pk, []).append(line.name)
    if writer is None:
        return
    for pk, names in changed.items():
        rows[pk].save(update_fields=[*names, "updated_at", "version"])
    lines_of_log = [(pk, history.name_of(rows[pk]), history.changed(before[pk], rows[pk])) for pk in changed]
    if lines_of_log:
        history.write_all(writer, model, lines_of_log)


def apply(line: Line, row: Any) -> list[str]:
    """Put the line's texts into the row in memory; the languages that this changes."""
    if row is None:
        raise ValidationError(f"There is no {line.label} {line.pk}.", code="unknown_row")
    old, kind = getattr(row, line.name), fields_of(row)[line.name]
    new = merge(old, dict(line.texts))
    languages = [code for code in new if new[code] != old.get(code)]
    if languages:
        if row.version != line.version:
            raise ValidationError(f"Changed since: version {row.version} now.", code=MOVED_ON)
        validate_texts(new, max_length=kind.text_length)
        setattr(row, line.name, new)
    return languages


def problem_of(line: Line, code: str, detail: str) -> dict[str, Any]:
    return shown(line) | {"code": code, "detail": detail}


def shown(line: Line) -> dict[str, Any]:
    return {"line": line.number, "model": line.label, "id": line.pk, "field": line.name}


def number_of(entry: dict[str, Any]) -> int:
    return entry["line"]
