"""Killed with -9 before any statement, apply_triggers leaves a database that the next run mends."""

import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.db import connection

from kloppocar import triggers
from kloppocar.models import AppliedObject

EDITED, DROPPED = "user_on_create", "project_update_logic"


def damage():
    """One object to be created, one to be replaced."""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER IF EXISTS {DROPPED}")
    AppliedObject.objects.filter(name=EDITED).update(checksum="changed")


def address():
    """DATABASE_URL of the test database, for another process."""
    at = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{at['NAME']}"
    return f"mysql://{at['USER']}:{at['PASSWORD']}@{at['HOST']}:{at['PORT']}/{at['NAME']}"


def killed_at(statement, way):
    """Whether the process was killed; otherwise it had fewer statements."""
    environment = os.environ | {"DATABASE_URL": address(), "KILL_AT": str(statement)}
    environment |= {"DJANGO_SETTINGS_MODULE": "kloppocar.settings", "FORCE_MYSQLS_WAY": "1" if way == "locked" else ""}
    done = subprocess.run(
        [sys.executable, "-m", "tests.triggers.killed"],
        env=environment,
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode in {0, -9}, done.stderr
    return done.returncode == -9


def assert_a_run_mends_it():
    with triggers.alone(connection):
        triggers.apply_all(connection)
    assert triggers.out_of_step(connection) == []
    assert set(AppliedObject.objects.values_list("name", flat=True)) == set(triggers.seen(connection))


@pytest.mark.deep
def test_killed_before_any_statement_the_next_run_repairs(own_folder, way):
    statement = 0
    while True:
        damage()
        statement += 1
        if not killed_at(statement, way):
            break
        assert_a_run_mends_it()
    assert statement > 10


@pytest.mark.parametrize("part", [0.4, 0.6, 0.8])
def test_killed_on_the_way_the_next_run_repairs(own_folder, way, part):
    damage()
    with CountStatements() as count:
        triggers.apply_all(connection)
    damage()

    assert killed_at(round(part * count.seen) + 1, way)

    assert_a_run_mends_it()


class CountStatements:
    """How many statements a run has."""

    def __enter__(self):
        self.seen = 0
        self.wrapper = connection.execute_wrapper(self.count)
        self.wrapper.__enter__()
        return self

    def __exit__(self, *error):
        self.wrapper.__exit__(*error)

    def count(self, execute, *arguments):
        self.seen += 1
        return execute(*arguments)
