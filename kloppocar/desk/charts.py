"""Bars as inline SVG: numbers to rectangles. The template draws them, and tells the same as a table."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.formats import date_format

from collectibles.statistics import Bucket

WIDTH, HEIGHT = 480, 120


@dataclass(frozen=True)
class Bar:
    x: float
    y: float
    width: float
    height: float
    label: str
    count: int


@dataclass(frozen=True)
class Chart:
    """`steps` are columns over time; `share` (0 to 100) of a row says how long its bar is."""

    name: str
    title: Any
    bars: list[Bar]
    total: int
    highest: int
    first: str = ""
    last: str = ""
    width: int = WIDTH
    height: int = HEIGHT


@dataclass(frozen=True)
class Row:
    label: str
    count: int
    share: int
    url: str = ""
    note: str = ""


def over_time(
    name: str, title: Any, buckets: Sequence[Bucket], format: str, *, size: tuple[int, int] | None = None
) -> Chart:
    """One column for each hour or day."""
    width, height = size or (WIDTH, HEIGHT)
    highest = max((bucket.count for bucket in buckets), default=0)
    step = width / max(1, len(buckets))
    bars = []
    for number, bucket in enumerate(buckets):
        tall = round(bucket.count / highest * (height - 4), 1) if highest else 0
        label = said(bucket.at, format)
        bars.append(
            Bar(round(number * step, 1), round(height - tall, 1), round(step * 0.8, 1), tall, label, bucket.count)
        )
    first, last = (bars[0].label, bars[-1].label) if bars else ("", "")
    return Chart(name, title, bars, sum(bar.count for bar in bars), highest, first, last, width, height)


def rows_of(entries: Sequence[tuple[str, int, str, str]]) -> list[Row]:
    """Label, count, address and note of each; the longest bar is full."""
    highest = max((count for _, count, _, _ in entries), default=0)
    return [
        Row(label, count, round(count / highest * 100) if highest else 0, url, note)
        for label, count, url, note in entries
    ]


def said(moment: datetime, format: str) -> str:
    return date_format(moment, format)
