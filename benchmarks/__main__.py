"""Measure the product beside the limit and plain DRF, interleaved, through Zappa's own handler.

python -m benchmarks [--size 100k] [--only TEXT] [--rounds 20] [--json] [--save FILE] [--against FILE]
"""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from tqdm import tqdm

from benchmarks import cold, data, depth, redemptions, report, server, tokens
from benchmarks.contenders import CONTENDERS, LIMIT, PRODUCT, Process, events
from benchmarks.scenarios import CODE_PREFIX, SCENARIOS, Scenario
from scripts.mariadb import MariaDB, MariaDBError, heed_signals

BATCH = 20
WARM = 30
STATEMENTS = "SHOW GLOBAL STATUS WHERE Variable_name IN ('Com_select', 'Com_insert', 'Com_update', 'Com_delete')"


def main() -> int:
    options = arguments()
    heed_signals()
    try:
        with data.server() as mariadb:
            found = measure(mariadb, options)
    except MariaDBError as error:
        print(f"No MariaDB server: {error}", file=sys.stderr)
        return 1
    if options.save:
        options.save.write_text(json.dumps(found, indent=2))
    print(json.dumps(found, indent=2) if options.json else report.everything(found))
    if options.against:  # beside JSON it would spoil it
        print(report.comparison(found, options.against), file=sys.stderr if options.json else sys.stdout)
    return 0


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__.splitlines()[0])
    parser.add_argument("--size", choices=list(data.SIZES), default="100k", help="rows (default: 100k)")
    parser.add_argument("--only", default="", help="only scenarios whose name holds this text")
    parser.add_argument("--rounds", type=int, default=20, help=f"rounds of {BATCH} requests each (default: 20)")
    parser.add_argument("--requests", type=int, default=10_000, help="requests while memory is watched")
    parser.add_argument("--redemptions", type=int, default=2_000, help="redemptions of each kind")
    parser.add_argument("--json", action="store_true", help="the figures as JSON")
    parser.add_argument("--save", type=Path, metavar="FILE", help="keep the figures, to compare later ones against")
    parser.add_argument("--against", type=kept, metavar="FILE", help="compare with figures that were kept")
    options = parser.parse_args()
    if options.against and options.against["size"] != options.size:
        parser.error(f"--against holds figures of {options.against['size']} rows, and {options.size} are asked for")
    return options


def kept(path: str) -> dict[str, Any]:
    """The figures of an earlier --save; read before minutes are spent on measuring."""
    try:
        found = json.loads(Path(path).read_text())
        report.comparison(found, found)
        return {"size": found["size"], "table": found["table"]}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise argparse.ArgumentTypeError(f"{path} holds no figures that --save kept ({type(error).__name__})") from None


def measure(mariadb: MariaDB, options: argparse.Namespace) -> dict[str, Any]:
    """The table; without --only also depth, cold starts, memory and redemptions."""
    chosen = [scenario for scenario in SCENARIOS if options.only in scenario.name]
    rows = data.SIZES[options.size]
    environment, signed = tokens.issue(data.SUB, data.REDEEMER)
    environment["DATABASE_URL"] = data.load(mariadb, options.size)
    data.codes(mariadb, options.size, CODE_PREFIX)
    found: dict[str, Any] = {
        "size": options.size,
        "table": compare(mariadb, environment, signed, chosen, rows, options),
    }
    if not options.only:
        reads = [scenario for scenario in SCENARIOS if scenario.method == "GET"]
        found["depth"] = depth.ratios(mariadb, [LIMIT, PRODUCT], environment, rows, signed, options.rounds)
        found["cold"] = cold.starts(CONTENDERS, environment, SCENARIOS[0], rows, signed)
        found["memory"] = cold.memory(PRODUCT, environment, reads, rows, signed, options.requests)
        found["server"] = server.rates(CONTENDERS, environment, SCENARIOS[0], signed)
        found["redemptions"] = redemptions.measure(mariadb, options.redemptions)
    return found


def compare(
    mariadb: MariaDB, environment: dict[str, str], signed: Any, scenarios: list[Scenario], rows: int, options: Any
) -> list[dict[str, Any]]:
    """One row a scenario and contender."""
    processes = [Process(contender, environment) for contender in CONTENDERS]
    try:
        found: list[dict[str, Any]] = []
        for scenario in tqdm(scenarios, desc="measuring", disable=None, leave=False):
            taking_part = [each for each in processes if not scenario.product_only or each.name == PRODUCT.name]
            found += one(mariadb, scenario, taking_part, rows, signed, options.rounds)
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
        facts[process.name]["database"] = 0.0
    for turn in range(rounds):
        for process in processes:
            turns = range(1000 + turn * BATCH, 1000 + (turn + 1) * BATCH)
            asked = events(process.name, scenario, rows, signed, turns)
            before = mariadb.cpu_seconds()
            heard = process.ask(asked)
            facts[process.name]["database"] += (mariadb.cpu_seconds() - before) * 1000 / (rounds * BATCH)
            for kind in ("cpu", "wall"):
                series[process.name][kind] += heard[kind]
    figures = {name: report.summary(values) for name, values in series.items()}
    limit = figures[LIMIT.name]["cpu"] if LIMIT.name in figures else None
    return [
        {
            "scenario": scenario.name,
            "contender": name,
            **facts[name],
            **figures[name],
            "ratio": figures[name]["cpu"] / limit if limit else None,
        }
        for name in figures
    ]


def statements(mariadb: MariaDB) -> int:
    with data.connect(mariadb, "mysql") as connection, connection.cursor() as cursor:
        cursor.execute(STATEMENTS)
        return sum(int(value) for _, value in cursor.fetchall())


if __name__ == "__main__":
    sys.exit(main())
