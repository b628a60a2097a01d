"""What so many people a day need: instances, connections, rows and money, from measured costs and stated assumptions.

python -m benchmarks.growth [--people 1000000] [--json]

A day is walked through hour by hour. Requests arrive at random (Poisson), and an instance holds one at a time, so the
number held at once is Poisson too, with the mean of Little's law: arrivals a second times seconds held.
Source: https://en.wikipedia.org/wiki/M/G/k_queue (with as many servers as it takes)
"""

import argparse
import json
import math
import sys
from dataclasses import asdict, dataclass

# Milliseconds that a warm request holds its instance, and MySQL's share of a core: from `make bench`, 100k rows, with
# the way to a database that is not on the same machine added (half a millisecond a statement).
HELD = {"read": 4.0, "home": 15.0, "redeem": 20.0, "write": 10.0}
DATABASE = {"read": 0.8, "home": 4.0, "redeem": 5.0, "write": 1.5}
A_DAY = {"read": 30.0, "home": 5.0, "redeem": 0.5, "write": 2.0}  # requests of one person
# Shares of a day's requests by hour; the evening is the peak.
HOURS = [1, 1, 1, 1, 1, 1, 2, 3, 4, 4, 4, 5, 6, 5, 5, 5, 6, 7, 8, 9, 9, 7, 4, 1]
# With their indexes, from information_schema; progress, whose rows are rewritten rather than added, is an assumption.
ROW_BYTES = {"copy": 280, "grant": 480, "ledger": 250, "progress": 100}
COLD_SHARE = 0.01  # of requests that start an instance, each holding it for half a second longer
COLD_MS = 600.0
MEMORY_GB = 1.0
DOLLARS = {"million_requests": 0.20, "gb_second": 0.0000166667, "million_gateway": 3.50, "core_hour": 0.145}


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
    gigabytes_a_year: int
    lambda_dollars_a_day: int
    gateway_dollars_a_day: int
    database_dollars_a_day: int


def day(people: int) -> Day:
    requests = people * sum(A_DAY.values())
    peak = max(HOURS) / sum(HOURS) / 3600  # share of the day in the busiest second
    held = sum(A_DAY[kind] * HELD[kind] for kind in A_DAY) / sum(A_DAY.values()) + COLD_SHARE * COLD_MS
    instances = at_once(requests * peak * held / 1000)
    cores = people * peak * sum(A_DAY[kind] * DATABASE[kind] for kind in A_DAY) / 1000
    redeemed = people * A_DAY["redeem"]
    seconds = requests * held / 1000
    return Day(
        people=people,
        requests_a_day=round(requests),
        requests_a_second_at_peak=round(requests * peak),
        redemptions_a_second_at_peak=round(redeemed * peak, 1),
        instances_at_peak=instances,
        connections_at_peak=instances,
        database_cores_at_peak=round(cores, 1),
        gigabytes_a_year=round(redeemed * 365 * sum(ROW_BYTES.values()) / 1e9),
        lambda_dollars_a_day=round(
            requests / 1e6 * DOLLARS["million_requests"] + seconds * MEMORY_GB * DOLLARS["gb_second"]
        ),
        gateway_dollars_a_day=round(requests / 1e6 * DOLLARS["million_gateway"]),
        database_dollars_a_day=round(max(2, 2 * math.ceil(cores)) * 24 * DOLLARS["core_hour"]),
    )


def at_once(mean: float) -> int:
    """What is not exceeded but for one moment in ten thousand."""
    return math.ceil(mean + 3.72 * math.sqrt(mean))


def table(days: list[Day]) -> str:
    """Markdown, one column a number of people."""
    rows = [asdict(each) for each in days]
    head = ["| people a day |" + "".join(f" {row['people']:,} |" for row in rows), "|---|" + "---:|" * len(rows)]
    names = [name for name in rows[0] if name != "people"]
    return "\n".join([*head, *(f"| {label(name)} |" + "".join(f" {row[name]:,} |" for row in rows) for name in names)])


def label(name: str) -> str:
    return name.replace("_", " ").replace("lambda", "Lambda")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.growth", description=__doc__.splitlines()[0])
    parser.add_argument("--people", type=int, nargs="*", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--json", action="store_true", help="the figures as JSON")
    options = parser.parse_args()
    days = [day(people) for people in options.people]
    print(json.dumps([asdict(each) for each in days], indent=2) if options.json else table(days))
    return 0


if __name__ == "__main__":
    sys.exit(main())
