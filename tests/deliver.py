"""Deliver one event many times at once, each time in a process of its own, through the function's handler.

    python -m tests.deliver FILE COUNT        the database is the one of the environment

Prints every answer as a JSON list. A program of its own, because only a process without threads can be forked safely.
"""

import contextlib
import json
import multiprocessing
import os
import sys
from pathlib import Path
from typing import Any

import django

barrier: Any = None
context = multiprocessing.get_context("fork")


def main(file: str, count: int) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kloppocar.settings")
    with contextlib.redirect_stdout(sys.stderr):
        django.setup()
        from kloppocar.management.commands import event

        event.prepare("dev")
    with context.Pool(count, share, [context.Barrier(count)]) as pool:
        answers = pool.map(deliver, [Path(file).read_text()] * count, chunksize=1)
    print(json.dumps(answers))  # noqa: T201


def share(one_for_all: Any) -> None:
    global barrier
    barrier = one_for_all


def deliver(text: str) -> Any:
    """Begins when all have one to deliver: then no process can take two."""
    from kloppocar.handler import lambda_handler

    barrier.wait()
    return os.getpid(), lambda_handler(json.loads(text), None)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
