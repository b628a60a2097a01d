"""Make a scenario's calls with real processes, all at once."""

import multiprocessing
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed

from django.db import connection

from .process import Outcome, make, prepare
from .report import Report, report_on
from .scenarios import SCENARIOS, Call
from .stage import Stage

AT_A_TIME = 5  # calls that a process is handed at once
PRELOADED = ["kloppocar.wsgi", "kloppocar.stress.scenarios"]


def run(
    scenario: str, *, users: int, supply: int, processes: int, progress: Callable[[int, int], None], in_place: bool
) -> Report:
    """Set the stage, make the calls, count. `progress` is told of calls made and of all calls."""
    stage = Stage(users)
    try:
        plan = SCENARIOS[scenario](stage, supply)
        outcomes: list[Outcome] = []
        progress(0, len(plan.calls))
        for made in outcomes_of(plan.calls, processes):
            outcomes += made
            progress(len(made), len(plan.calls))
        return report_on(stage, plan, outcomes)
    finally:
        if in_place:
            stage.retire()


def outcomes_of(calls: list[Call], processes: int) -> Iterator[list[Outcome]]:
    """What the calls were answered, in bunches, as they come."""
    bunches = list(dealt(calls, processes))
    processes = min(processes, len(bunches))
    context = multiprocessing.get_context("forkserver")  # quick to start, and no connection is inherited
    context.set_forkserver_preload(PRELOADED)
    ready = str(connection.settings_dict["NAME"]), context.Barrier(processes)
    pool = ProcessPoolExecutor(processes, mp_context=context, initializer=prepare, initargs=ready)
    try:
        for future in as_completed([pool.submit(make, bunch) for bunch in bunches]):
            yield future.result()
    finally:
        pool.shutdown(cancel_futures=True)


def dealt(calls: list[Call], processes: int) -> Iterator[list[Call]]:
    """Bunches for processes, dealt out like cards, so that neighbours are made by different processes at once."""
    for first in range(0, len(calls), processes * AT_A_TIME):
        hand = calls[first : first + processes * AT_A_TIME]
        yield from filter(None, (hand[place::processes] for place in range(processes)))
