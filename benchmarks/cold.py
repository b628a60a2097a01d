"""How long a fresh process takes to its first answer, and what it holds after ten thousand."""

import statistics
from typing import Any

from tqdm import tqdm

from benchmarks.contenders import Contender, Process, events
from benchmarks.scenarios import Scenario

STARTS = 5
BATCH = 100


def starts(contenders: list[Contender], environment: dict[str, str], scenario: Scenario, rows: int, signed: Any) -> Any:
    """By contender: milliseconds of CPU from the interpreter's start to the first answer, in turns, the median."""
    taken: dict[str, list[float]] = {contender.name: [] for contender in contenders}
    for _ in tqdm(range(STARTS), desc="cold starts", disable=None, leave=False):
        for contender in contenders:
            process = Process(contender, environment)
            first = process.ask(events(contender.name, scenario, rows, signed, range(1)))
            taken[contender.name].append(process.start["import"] + first["cpu"][0])
            process.end()
    return {name: statistics.median(each) for name, each in taken.items()}


def memory(
    contender: Contender, environment: dict[str, str], chosen: list[Scenario], rows: int, signed: Any, requests: int
) -> dict[str, float]:
    """MiB resident after the first tenth of so many mixed requests, and after the last."""
    process = Process(contender, environment)
    after: dict[int, float] = {}
    for done in tqdm(range(BATCH, requests + 1, BATCH), desc="memory", disable=None, leave=False):
        scenario = chosen[done // BATCH % len(chosen)]
        turns = range(1_000_000 + done, 1_000_000 + done + BATCH)
        process.ask(events(contender.name, scenario, rows, signed, turns))
        after[done] = resident(process.process.pid)
    process.end()
    return {"requests": requests, "early": after[max(BATCH, requests // 10)], "late": after[max(after)]}


def resident(pid: int) -> float:
    with open(f"/proc/{pid}/status") as file:
        line = next(line for line in file if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024
