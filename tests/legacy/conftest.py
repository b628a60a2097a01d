"""Old databases live in the suite's own server; SQLite has none to put them in."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from kloppocar import triggers
from tests.legacy.old_backend import Old


def old_database(name: str = "old") -> Old:
    at = connection.settings_dict
    return Old(at["HOST"], int(at["PORT"]), at["USER"], at["PASSWORD"], f"{at['NAME']}_{name}")


@pytest.fixture(scope="package")
def old_tables(django_db_setup, django_db_blocker):
    if connection.vendor != "mysql":
        pytest.skip("the old backend is on MySQL: the MariaDB half imports it")
    with django_db_blocker.unblock():
        database = old_database()
    database.make()
    yield database
    database.drop()


@pytest.fixture
def old(old_tables, db, request):
    """Without a row."""
    old_tables.empty()
    old_tables.as_json = getattr(request, "param", True)
    return old_tables


@pytest.fixture
def run(old):
    """`run("--check")`: the exit code and what `--json` says."""
    return lambda *arguments: run_import(old.url, "--json", *arguments)


def run_import(*arguments):
    out = StringIO()
    try:
        call_command("import_legacy", *arguments, stdout=out)
    except CommandError as error:
        said = json.loads(out.getvalue()) if out.getvalue() else {}
        return error.returncode, said | {"error": str(error)}
    return 0, json.loads(out.getvalue())


def start_again():
    triggers.drop_guards(connection)
    call_command("flush", interactive=False, verbosity=0)
    triggers.apply_all(connection)
