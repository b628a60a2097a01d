"""What so many people a day need: instances, connections, rows and money, from measured costs and stated assumptions.

python -m benchmarks.growth [--people 1000000] [--json] [--write]

The costs are those of `benchmarks/measured.json`, which `make bench ARGS="--save benchmarks/measured.json"` makes; with
--write both tables are put into docs/scaling.md. A day is walked through hour by hour. Requests arrive at random
(Poisson) and an instance holds one at a time, as long as it takes: with an instance for whoever comes (M/G/infinity),
the number held at once is Poisson too, and its mean is Little's law's: arrivals a second times seconds held.
Source: https://en.wikipedia.org/wiki/M/G/%E2%88%9E_queue
"""

import argparse
import json
import math
import re
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, NamedTuple

MEASURED = Path(__file__).with_name("measured.json")
PAGE = MEASURED.parent.parent / "docs" / "scaling.md"
# Requests of one person a day, by what `make bench` calls them: five openings, thirty pages, a code every other day.
A_DAY = {
    "home": 5.0, "list of 50, first page": 6.0, "list of 50, deep page": 2.0, "one row": 8.0, "my 50 copies": 4.0,
    "gallery": 3.0, "missions": 3.0, "inbox": 4.0, "redeem": 0.5, "change": 2.0,
}  # fmt: skip
HOURS = [1, 1, 1, 1, 1, 1, 2, 3, 4, 4, 4, 5, 6, 5, 5, 5, 6, 7, 8, 9, 9, 7, 4, 1]  # a day's requests, in hundredths
NETWORK_MS = 0.5  # a statement's way to a database that is not on the same machine, and back
SLOWER = 1.7  # Lambda gives a whole core at 1,769 MB, and we have 1,024
MEMORY_GB = 1.0
COLD_SHARE, COLD_MS = 0.01, 600.0  # of requests that start an instance, and what that costs them
COMPRESSED = 0.2  # of a JSON answer, once the gateway has compressed it
LOG_BYTES = 700  # our line and Lambda's three
# With their indexes, from information_schema; progress, whose rows are rewritten rather than added, is an assumption.
ROW_BYTES = {"copy": 280, "grant": 480, "ledger": 250, "progress": 100}
DOLLARS = {
    "million_requests": 0.20, "gb_second": 0.0000166667, "million_gateway": 3.50, "gb_out": 0.09, "gb_logged": 0.50,
    "core_hour": 0.145, "proxy_core_hour": 0.015, "gb_month": 0.115,
}  # fmt: skip


class Cost(NamedTuple):
    """What one request takes."""

    held: float  # ms of an instance
    database: float  # ms of a database core
    bytes: int


@dataclass(frozen=True)
class Day:
    """What a day of so many people comes to."""

    people: int
    requests_a_day: int
    requests_a_second_at_peak: int
    redemptions_a_second_at_peak: float
    instances_at_peak: int
    connections_at_peak: int
    database_cores_at_peak: float
    gigabytes_out_a_day: int
    gigabytes_kept_a_year: int
    lambda_dollars_a_day: int
    gateway_dollars_a_day: int
    data_out_dollars_a_day: int
    log_dollars_a_day: int
    database_dollars_a_day: int


def measured() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(MEASURED.read_text())
    return found


def costs(found: dict[str, Any]) -> dict[str, Cost]:
    """By scenario, as Lambda would have it."""
    return {
        row["scenario"]: Cost(
            held=row["cpu"] * SLOWER + row["wall"] - row["cpu"] + row["statements"] * NETWORK_MS,
            database=row["database"],
            bytes=row["bytes"],
        )
        for row in found["table"]
        if row["contender"] == "product"
    }


def day(people: int, cost: dict[str, Cost]) -> Day:
    def a_person(of: Callable[[Cost], float]) -> float:
        return sum(number * of(cost[name]) for name, number in A_DAY.items())

    each = sum(A_DAY.values())
    requests, peak = people * each, max(HOURS) / sum(HOURS) / 3600  # share of the day in the busiest second
    held = a_person(lambda one: one.held) / each + COLD_SHARE * COLD_MS
    instances = at_once(requests * peak * held / 1000)
    cores = people * peak * a_person(lambda one: one.database) / 1000
    redeemed = people * A_DAY["redeem"]
    gigabytes_out = people * a_person(lambda one: one.bytes) * COMPRESSED / 1e9
    gigabytes_a_year = redeemed * 365 * sum(ROW_BYTES.values()) / 1e9
    bought = max(2, 2 * math.ceil(cores))
    return Day(
        people=people,
        requests_a_day=round(requests),
        requests_a_second_at_peak=round(requests * peak),
        redemptions_a_second_at_peak=round(redeemed * peak, 1),
        instances_at_peak=instances,
        connections_at_peak=instances,
        database_cores_at_peak=round(cores, 1),
        gigabytes_out_a_day=round(gigabytes_out),
        gigabytes_kept_a_year=round(gigabytes_a_year),
        lambda_dollars_a_day=round(
            requests / 1e6 * DOLLARS["million_requests"] + requests * held / 1000 * MEMORY_GB * DOLLARS["gb_second"]
        ),
        gateway_dollars_a_day=round(requests / 1e6 * DOLLARS["million_gateway"]),
        data_out_dollars_a_day=round(gigabytes_out * DOLLARS["gb_out"]),
        log_dollars_a_day=round(requests * LOG_BYTES / 1e9 * DOLLARS["gb_logged"]),
        database_dollars_a_day=round(
            bought * 24 * (DOLLARS["core_hour"] + DOLLARS["proxy_core_hour"])
            + gigabytes_a_year * DOLLARS["gb_month"] / 30
        ),
    )


def at_once(mean: float) -> int:
    """What is not exceeded but for one moment in ten thousand."""
    return math.ceil(mean + 3.72 * math.sqrt(mean))


def days_table(days: list[Day]) -> str:
    """Markdown, one column a number of people."""
    rows = [asdict(each) for each in days]
    head = ["| people a day |" + "".join(f" {row['people']:,} |" for row in rows), "|---|" + "---:|" * len(rows)]
    names = [name for name in rows[0] if name != "people"]
    return "\n".join([*head, *(f"| {label(name)} |" + "".join(f" {row[name]:,} |" for row in rows) for name in names)])


def costs_table(found: dict[str, Any]) -> str:
    """Markdown, one row a request."""
    head = [
        "| request | CPU, ms | wall, ms | database's CPU, ms | statements | kB | x limit |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]
    rows = [row for row in found["table"] if row["contender"] == "product"]
    return "\n".join([*head, *map(costs_row, rows)])


def costs_row(row: dict[str, Any]) -> str:
    ratio = f"{row['ratio']:.1f}" if row["ratio"] else ""
    figures = [f"{row[name]:.1f}" for name in ("cpu", "wall", "database")]
    cells = [row["scenario"], *figures, str(row["statements"]), f"{row['bytes'] / 1000:.1f}", ratio]
    return "| " + " | ".join(cells) + " |"


def label(name: str) -> str:
    return name.replace("_", " ").replace("lambda", "Lambda")


def tables(people: list[int]) -> dict[str, str]:
    """By the heading that each stands under."""
    found = measured()
    return {
        "Growth on paper": days_table([day(number, costs(found)) for number in people]),
        "What was measured": costs_table(found),
    }


def write(made: dict[str, str]) -> None:
    page = PAGE.read_text()
    for heading, table in made.items():
        old = re.search(rf"# {re.escape(heading)}\n.*?\n\n(\|.*?)\n\n", page, re.DOTALL)
        if old is None:
            raise SystemExit(f"{PAGE.name} has no table below {heading}.")
        page = page.replace(old[1], table, 1)
    PAGE.write_text(page)


def main() -> int:
    raw = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(prog="python -m benchmarks.growth", description=__doc__, formatter_class=raw)
    parser.add_argument("--people", type=int, nargs="*", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--json", action="store_true", help="the figures as JSON")
    parser.add_argument("--write", action="store_true", help="put both tables into docs/scaling.md")
    options = parser.parse_args()
    if options.write:
        write(tables(options.people))
    elif options.json:
        print(json.dumps([asdict(day(people, costs(measured()))) for people in options.people], indent=2))
    else:
        print("\n\n".join(tables(options.people).values()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
