"""What every loader of benchmark rows does: scripts of statements, ranges with a progress bar, triggers out of the way."""

import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from tqdm import tqdm


def run(cursor: Any, script: str, places: Mapping[str, Any] | None = None) -> None:
    """The script's statements, one after the other, with what `places` says for its words in capitals."""
    numbers = {name: str(value) for name, value in (places or {}).items()}
    longest_first = sorted(map(re.escape, numbers), key=len, reverse=True)  # none is taken for another's beginning
    words = re.compile("|".join(longest_first) or "(?!)")
    for statement in filter(str.strip, script.split(";\n")):
        filled = words.sub(lambda word: numbers[word[0]], statement)
        cursor.execute(filled.strip().rstrip(";"))


def ranges(rows: int, size: int, bar: tqdm) -> Iterator[tuple[int, int]]:
    """First and last of each part, from 1; the bar moves on when a part is done."""
    for first in range(1, rows + 1, size):
        last = min(first + size - 1, rows)
        yield first, last
        bar.update(last - first + 1)


def bar_of(rows: int, what: str) -> tqdm:
    return tqdm(total=rows, desc=what, unit="row", unit_scale=True, file=sys.stderr, disable=None, leave=False)


@contextmanager
def no_triggers() -> Iterator[None]:
    """What they would write is loaded already, and row by row they would take hours."""
    from django.db import connection

    from kloppocar import triggers

    triggers.step_aside(connection)
    try:
        yield
    finally:
        triggers.apply_all(connection)
