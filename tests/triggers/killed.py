"""apply_triggers in a process that is killed before its statement number KILL_AT: run by test_killed.py."""

import itertools
import os
import signal

import django
from django.core.management import call_command
from django.db import connection

statements = itertools.count(1)


def die_at(execute, sql, params, many, context):
    if next(statements) == int(os.environ["KILL_AT"]):
        os.kill(os.getpid(), signal.SIGKILL)
    return execute(sql, params, many, context)


def main():
    django.setup()
    if os.environ.get("FORCE_MYSQLS_WAY"):
        from kloppocar.triggers import apply

        apply.has_or_replace = lambda connection: False
    with connection.execute_wrapper(die_at):
        call_command("apply_triggers")


if __name__ == "__main__":
    main()
