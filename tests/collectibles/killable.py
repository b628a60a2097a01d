"""Makes calls in children that can be killed: run by test_killed.py. Django starts once, a child takes milliseconds.

Each line of the input is an order: `{"calls": [[action, user, what], ...], "threads": 1, "kill_at": 7}`, answered by
the child's exit code. `kill_at` is a statement's number, "commit" or "after commit": the child kills itself before that
statement or commit, or after it. `kill_after` seconds, it is killed from outside; with neither, it lives.
"""

import itertools
import json
import os
import signal
import sys
import threading
import time
from typing import Any

import django
from django.db import connection

from kloppocar.stress.process import outcome_of


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def arm(kill_at: Any) -> None:
    connection.ensure_connection()
    statements, commit = itertools.count(1), connection._commit

    def run_or_die(execute, sql, params, many, context):
        if next(statements) == kill_at:
            die()
        return execute(sql, params, many, context)

    def commit_and_die():
        commit()
        die()

    connection.execute_wrappers.append(run_or_die)
    if kill_at == "commit":
        connection._commit = die
    if kill_at == "after commit":
        connection._commit = commit_and_die


def obey(order: dict[str, Any]) -> None:
    from kloppocar.stress.scenarios import Call

    calls = [Call(*call) for call in order["calls"]]
    if "kill_at" in order:
        arm(order["kill_at"])
        outcome_of(calls[0])
        return
    shares = [calls[place :: order["threads"]] for place in range(order["threads"])]
    threads = [threading.Thread(target=lambda share=share: list(map(outcome_of, share))) for share in shares]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def main() -> None:
    django.setup()
    from kloppocar.stress import scenarios  # noqa: F401 - the children find everything imported

    for line in sys.stdin:
        order = json.loads(line)
        child = os.fork()
        if not child:
            obey(order)
            os._exit(0)
        if "kill_after" in order:
            time.sleep(order["kill_after"])
            os.kill(child, signal.SIGKILL)  # not waited for yet, so the number is still the child's
        sys.stdout.write(f"{os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
