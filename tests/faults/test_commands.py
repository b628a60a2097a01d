"""Commands whose database is away: one sentence that says where to look, and a traceback only where it is asked for."""

import os
import subprocess
import sys

import pytest
from django.conf import settings

AWAY = os.environ | {"ENV": "local", "DATABASE_URL": "mysql://u:p@127.0.0.1:1/k"}


def manage(*arguments):
    command = [sys.executable, "manage.py", *arguments]
    return subprocess.run(command, env=AWAY, cwd=settings.BASE_DIR, capture_output=True, text=True)


@pytest.mark.parametrize("command", ["migrate", "demo", "export_rows ranks -"])
def test_a_database_that_is_away_is_one_sentence(command):
    done = manage(*command.split(" ", 2))

    assert (done.returncode, done.stdout) == (2, "")
    (sentence,) = done.stderr.splitlines()
    assert sentence.startswith("The database: Can't connect to")
    assert sentence.endswith("`manage.py doctor --only database` looks closer.")


def test_the_traceback_is_there_for_who_asks():
    done = manage("migrate", "--traceback")

    assert done.returncode == 1
    assert done.stderr.startswith("Traceback")


def test_a_token_of_nobody_known_says_why():
    done = manage("token", "alice")

    assert done.returncode == 1
    assert "The database cannot say who that is: Can't connect to" in done.stderr
