"""The table of texts: a line for each text, a column for each language, in CSV that a spreadsheet opens and saves."""

import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from kloppocar.api import spreadsheet
from kloppocar.api.errors import Refusal
from kloppocar.api.localized import lacking, lacks_text
from kloppocar.api.spreadsheet import encoded, guarded, unguarded

from .registry import fields_of, localized_models

KEYS = ["model", "id", "version", "field"]
BATCH = 500
BYTES, LINES = 4 << 20, 10_000  # what is taken at once
NUMBER = re.compile(r"[0-9]{1,18}")


# --- Out ---------------------------------------------------------------------------------------------------------


def written(models: Iterable[str], missing: str | None) -> Iterator[bytes]:
    """The table of these models, batch by batch; of those texts alone that lack `missing`, when it is given."""
    yield spreadsheet.BOM
    yield encoded([[*KEYS, *settings.CONTENT_LANGUAGES]])
    for label in models:
        model = localized_models()[label]
        for rows in batches(model, missing):
            yield encoded(line for row in rows for line in lines_of(label, row, missing))


def batches(model: Any, missing: str | None) -> Iterator[list[Any]]:
    """Rows by their key, with no more columns than needed, and no more in memory than a batch."""
    found = model._base_manager.only("pk", "version", *fields_of(model)).order_by("pk")
    if missing:
        found = found.filter(lacking(model, missing))
    last = 0
    while rows := list(found.filter(pk__gt=last)[:BATCH]):
        yield rows
        last = rows[-1].pk


def lines_of(label: str, row: Any, missing: str | None) -> Iterator[list[Any]]:
    for name, kind in fields_of(row).items():
        texts = getattr(row, name)
        is_wanted = lacks_text(kind, texts, missing) if missing else texts or not kind.blank
        if is_wanted:
            cells = (guarded(texts.get(code, "")) for code in settings.CONTENT_LANGUAGES)
            yield [label, row.pk, row.version, name, *cells]


# --- In ----------------------------------------------------------------------------------------------------------


@dataclass
class Line:
    """A text as it came back; an empty cell says nothing. `problem` is a code and a sentence."""

    number: int  # as a spreadsheet counts, the header being 1
    label: str = ""
    pk: int = 0
    version: int = 0
    name: str = ""
    texts: dict[str, str] = field(default_factory=dict)
    problem: tuple[str, str] | None = None


def read(content: bytes) -> list[Line]:
    """Every line that is not empty, those with a problem too; refuses what is no such table."""
    if len(content) > BYTES:
        raise Refusal("too_large", _("At most {size} MiB at once.").format(size=BYTES >> 20), status=413)
    rows = spreadsheet.read(io.BytesIO(content))
    header = checked_header(next(rows, []))
    lines = [line_of(number, header, row) for number, row in enumerate(rows, start=2) if any(row)]
    if len(lines) > LINES:
        raise Refusal("too_many_lines", _("At most {lines} lines at once.").format(lines=LINES), status=400)
    refuse_doubles(lines)
    return lines


def checked_header(header: list[str]) -> list[str]:
    names = [name.strip().lower() for name in header]
    known = {*KEYS, *settings.CONTENT_LANGUAGES}
    wrong = [name[:20] for name in names if name not in known or names.count(name) > 1]
    if wrong or not set(KEYS) <= set(names) or len(names) == len(KEYS):
        what = f"unknown or there twice: {', '.join(wrong)}" if wrong else f"found: {', '.join(names)[:200]}"
        expected = ", ".join([*KEYS, *settings.CONTENT_LANGUAGES])
        detail = _("The first line must name the columns {expected} ({found}).").format(expected=expected, found=what)
        raise Refusal("wrong_header", detail, status=400)
    return names


def line_of(number: int, header: list[str], row: list[str]) -> Line:
    if len(row) != len(header):
        return Line(number, problem=("wrong_length", f"{len(row)} cells where the header has {len(header)}."))
    cells = dict(zip(header, row, strict=True))
    label, name = cells["model"].strip().lower(), cells["field"].strip()
    model = localized_models().get(label)
    if model is None:
        return Line(number, problem=("unknown_model", f"There is no localised model {label[:60]!r}."))
    if name not in fields_of(model):
        return Line(number, problem=("unknown_field", f"{label} has no localised field {name[:60]!r}."))
    keys = [cells["id"].strip(), cells["version"].strip()]
    if not all(map(NUMBER.fullmatch, keys)):
        return Line(number, problem=("not_a_number", "id and version must be whole numbers."))
    texts = {code: unguarded(cells[code]) for code in settings.CONTENT_LANGUAGES if cells.get(code)}
    return Line(number, label, int(keys[0]), int(keys[1]), name, texts)


def refuse_doubles(lines: list[Line]) -> None:
    """Of two lines for one text nobody knows which is meant."""
    first: dict[tuple[str, int, str], int] = {}
    for line in lines:
        if line.problem is None:
            earlier = first.setdefault((line.label, line.pk, line.name), line.number)
            if earlier != line.number:
                line.problem = ("duplicate", f"Line {earlier} is for the same text.")
