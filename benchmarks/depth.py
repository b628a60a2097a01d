"""How much more a page costs at the end of many rows than at the beginning of few."""

import statistics
from typing import Any

from benchmarks import data
from benchmarks.contenders import Contender, Process, events
from benchmarks.scenarios import SCENARIOS
from scripts.mariadb import MariaDB

BATCH, WARM = 20, 2  # requests in a turn; turns that do not count
FEWEST = "1k"
FIRST, DEEP = SCENARIOS[0], next(scenario for scenario in SCENARIOS if scenario.deep)


def ratios(
    mariadb: MariaDB, contenders: list[Contender], environment: dict[str, str], rows: int, signed: Any, rounds: int
) -> dict[str, float]:
    """By contender, the wall of the page at 90 % of these rows as a multiple of that of the first page of FEWEST rows;
    both in turns.
    """
    few = environment | {"DATABASE_URL": data.load(mariadb, FEWEST)}
    found = {}
    for contender in contenders:
        sides = [(FIRST, data.SIZES[FEWEST], Process(contender, few)), (DEEP, rows, Process(contender, environment))]
        walls: list[list[float]] = [[], []]
        try:
            for turn in range(WARM + rounds):
                for (scenario, many, process), wall in zip(sides, walls, strict=True):
                    turns = range(turn * BATCH, (turn + 1) * BATCH)
                    heard = process.ask(events(contender.name, scenario, many, signed, turns))
                    wall += heard["wall"] if turn >= WARM else []
        finally:
            for _, _, process in sides:
                process.end()
        first, deep = map(statistics.median, walls)
        found[contender.name] = deep / first
    return found
