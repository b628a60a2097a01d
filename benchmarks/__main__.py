"""Measure the product beside the limit and plain DRF, interleaved, through Zappa's own handler.

python -m benchmarks [--size 100k] [--only TEXT] [--rounds 30] [--json]
"""

import argparse
import json
import sys
from typing import Any

from tqdm import tqdm

from benchmarks import data, report, tokens
from benchmarks.contenders import CONTENDERS, LIMIT, Process, events
from benchmarks.scenarios import SCENARIOS, Scenario
from scripts.mariadb import MariaDB, MariaDBError, heed_signals

BATCH = 20
WARM = 30
STATEMENTS = "SHOW GLOBAL STATUS WHERE Variable_name IN ('Com_select', 'Com_insert', 'Com_update', 'Com_delete')"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__.splitlines()[0])
    parser.add_argument("--size", choices=list(data.SIZES), default="100k", help="rows (default: 100k)")
    parser.add_argument("--only", default="", help="scenarios whose name holds this text")
    parser.add_argument("--rounds", type=int, default=30, help=f"rounds of {BATCH} requests each (default: 30)")
    parser.add_argument("--json", action="store_true", help="the table as JSON")
    options = parser.parse_args()
    heed_signals()
    chosen = [scenario for scenario in SCENARIOS if options.only in scenario.name]
    try:
        with data.server() as mariadb:
            rows = compare(mariadb, options.size, chosen, options.rounds)
    except MariaDBError as error:
        print(f"No MariaDB server: {error}", file=sys.stderr)
        return 1
    print(json.dumps(rows, indent=2) if options.json else report.table(rows))
    return 0


def compare(mariadb: MariaDB, size: str, scenarios: list[Scenario], rounds: int) -> list[dict[str, Any]]:
    """One row a scenario and contender."""
    environment, signed = tokens.issue(data.SUB)
    environment["DATABASE_URL"] = data.load(mariadb, size)
    processes = [Process(contender, environment) for contender in CONTENDERS]
    try:
        found: list[dict[str, Any]] = []
        for scenario in tqdm(scenarios, desc="measuring", disable=None, leave=False):
            found += one(mariadb, scenario, processes, data.SIZES[size], signed, rounds)
        return found
    finally:
        for process in processes:
            process.end()


def one(mariadb: MariaDB, scenario: Scenario, processes: list[Process], rows: int, signed: Any, rounds: int) -> list:
    """Everybody's figures for one scenario, in turns, so that a busy moment of the machine hits all alike."""
    series: dict[str, report.Series] = {process.name: {"cpu": [], "wall": []} for process in processes}
    facts: dict[str, dict[str, Any]] = {}
    for process in processes:
        answer = process.ask(events(process.name, scenario, rows, signed, range(WARM)))["answer"]
        if answer["statusCode"] >= 300:
            raise SystemExit(f"{process.name} answered {answer['statusCode']} to {scenario.name}: {answer.get('body')}")
        before = statements(mariadb)
        process.ask(events(process.name, scenario, rows, signed, range(WARM, WARM + 1)))
        facts[process.name] = {"statements": statements(mariadb) - before, "bytes": len(answer["body"].encode())}
    for turn in range(rounds):
        for process in processes:
            turns = range(1000 + turn * BATCH, 1000 + (turn + 1) * BATCH)
            heard = process.ask(events(process.name, scenario, rows, signed, turns))
            for kind in ("cpu", "wall"):
                series[process.name][kind] += heard[kind]
    figures = {name: report.summary(values) for name, values in series.items()}
    limit = figures[LIMIT.name]["cpu"]
    return [
        {
            "scenario": scenario.name,
            "contender": name,
            **facts[name],
            **figures[name],
            "ratio": figures[name]["cpu"] / limit,
        }
        for name in figures
    ]


def statements(mariadb: MariaDB) -> int:
    with data.connect(mariadb, "mysql") as connection, connection.cursor() as cursor:
        cursor.execute(STATEMENTS)
        return sum(int(value) for _, value in cursor.fetchall())


if __name__ == "__main__":
    sys.exit(main())
