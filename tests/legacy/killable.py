"""Imports in children that can be killed: run by test_killed.py. Django starts once, a child takes milliseconds.

Each line of the input is an order: `{"url": ..., "kill_at": 120}`, answered by the child's exit code. `kill_at` is a
statement's number or nothing; `kill_after` seconds it is killed from outside.
"""

import json
import os
import signal
import sys
import time

import django


def obey(order: dict) -> int:
    from tests.collectibles.killable import arm
    from tests.legacy.conftest import run_import

    if "kill_at" in order:
        arm(order["kill_at"])
    code, said = run_import(order["url"], "--json", "--go-on")
    if code:
        sys.stderr.write(f"{said}\n")
    return code


def main() -> None:
    django.setup()
    for module in ("kloppocar.legacy.run", "collectibles.missions", "kloppocar.urls"):
        __import__(module)  # the children find everything imported
    for line in sys.stdin:
        order = json.loads(line)
        child = os.fork()
        if not child:
            os._exit(obey(order))
        if "kill_after" in order:
            time.sleep(order["kill_after"])
            os.kill(child, signal.SIGKILL)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
