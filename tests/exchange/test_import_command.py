"""manage.py import_rows: what it says, its exit codes, and what a second try does after the first broke off."""

import csv
import json

import pytest
from django.contrib.admin.models import LogEntry
from django.core.management import CommandError, call_command
from django.db import OperationalError

from catalog.models import Category
from kloppocar.exchange import taking
from kloppocar.models import TakenBatch
from tests.make import make_category, make_user
from users.models import User

from .conftest import as_csv

BAD = {"name:en": "x" * 121}


@pytest.fixture
def table(tmp_path):
    def write(rows, name="categories.csv"):
        path = tmp_path / name
        path.write_bytes(rows if isinstance(rows, bytes) else as_csv(rows))
        return str(path)

    return write


def run(*arguments):
    """Its exit code, and what it says at the end when that is not 0."""
    try:
        call_command("import_rows", *arguments)
    except CommandError as error:
        return error.returncode, str(error)
    return 0, ""


def test_it_says_what_happened(db, table, capsys):
    assert run("categories", table([{"name:en": "A"}, {"name:en": "B"}])) == (0, "")

    assert capsys.readouterr().out == "2 rows: 2 created\n"
    assert Category.objects.count() == 2


def test_a_dry_run_says_that_it_was_one(db, table, capsys):
    assert run("categories", table([{"name:en": "A"}]), "--dry-run") == (0, "")

    assert capsys.readouterr().out == "1 row: 1 created\nDry run: nothing was written.\n"
    assert not Category.objects.exists()


def test_of_a_thousand_bad_rows_some_are_shown_and_all_are_in_the_report(db, table, tmp_path, capsys):
    report = tmp_path / "report.csv"
    path = table([{"name:en": "good"}, *[BAD] * 1_000])

    code, said = run("categories", path, "--report", str(report))

    assert (code, said) == (1, "1,000 rows are refused. Nothing was written.")
    shown = capsys.readouterr().out.splitlines()
    assert len(shown) == 22
    assert shown[1] == "  line 3, refused: name: The text for en is longer than 120."
    assert shown[-1] == "  ... and 980 more: --report FILE holds every row"
    lines = list(csv.DictReader(report.read_text("utf-8-sig").splitlines()))
    assert [(line["line"], line["outcome"]) for line in lines[:2]] == [("2", "created"), ("3", "refused")]
    assert len(lines) == 1_001
    assert not Category.objects.exists()


def test_for_machines_it_says_the_same_in_json(db, table, capsys):
    code, _ = run("categories", table([BAD]), "--json")

    said = json.loads(capsys.readouterr().out)
    assert (code, said["refused"], said["dry_run"]) == (1, 1, False)
    assert said["problems"][0]["problems"][0]["code"] == "max_length"


def test_a_row_that_moved_on_is_exit_1_and_the_others_are_written(db, table):
    moved, still = make_category(version=3), make_category()
    rows = [{"id": moved.id, "version": 2, "name:en": "x"}, {"id": still.id, "version": 1, "name:en": "x"}]

    code, said = run("categories", table(rows))

    assert (code, said) == (1, "1 rows have moved on and stay as they are (--force overwrites them).")
    assert [row.name["en"] for row in Category.objects.order_by("id")] == ["Part", "x"]
    assert run("categories", table(rows), "--force") == (0, "")


def test_it_writes_in_the_name_of_a_member_of_the_staff(db, table):
    User.objects.create_superuser("Boss")
    make_user("alice")

    assert run("categories", table([{"name:en": "A"}]), "--by", "boss") == (0, "")
    assert run("categories", table([{"name:en": "B"}]), "--by", "alice") == (2, "alice is nobody of the staff.")

    assert [(str(entry.user), entry.object_repr) for entry in LogEntry.objects.all()] == [("Boss", "A")]
    assert Category.objects.count() == 1


@pytest.mark.parametrize(
    ("path", "says"), [("nowhere.csv", "No such file"), (".", "Is a directory"), ("empty.csv", "This file is empty")]
)
def test_a_file_that_cannot_be_read_is_exit_2(db, table, tmp_path, path, says):
    table(b"", "empty.csv")

    code, said = run("categories", str(tmp_path / path))

    assert (code, says in said) == (2, True), said


def test_the_same_file_makes_no_row_twice(db, table, capsys):
    path = table([{"name:en": "A"}, {"name:en": "B"}])
    run("categories", path)

    assert run("categories", path) == (0, "")

    assert capsys.readouterr().out.endswith("2 rows: 2 made before\n")
    assert Category.objects.count() == 2
    assert run("categories", path, "--again") == (0, "")
    assert Category.objects.count() == 4


@pytest.mark.parametrize("after", range(4))
def test_interrupted_after_any_batch_the_same_file_goes_on_where_it_stopped(db, table, monkeypatch, after):
    monkeypatch.setattr(taking, "BATCH", 2)
    old = [make_category() for _ in range(3)]
    changed = [{"id": row.id, "version": 1, "name:en": f"changed {row.id}"} for row in old]
    path = table([*changed, *({"id": "", "version": "", "name:en": f"new {number}"} for number in range(4))])
    once, written = taking.Taking.once, []

    def breaks_off(self, rows, *, write, alone):
        if write and len(written) == after:
            raise OperationalError(2013, "Lost connection to server during query")
        written.extend([rows] if write else [])
        return once(self, rows, write=write, alone=alone)

    with monkeypatch.context() as patch:
        patch.setattr(taking.Taking, "once", breaks_off)
        code, said = run("categories", path)
    assert (code, "goes on where it stopped" in said) == (1, True)

    assert run("categories", path) == (0, "")

    names = [row.name["en"] for row in Category.objects.order_by("id")]
    assert names == [f"changed {row.id}" for row in old] + [f"new {number}" for number in range(4)]


def test_of_two_who_take_one_file_at_once_the_rows_are_made_once(db, table, monkeypatch):
    """The second finds nothing remembered, and then the first has committed."""
    path = table([{"name:en": "A"}])
    run("categories", path)
    remembered, calls = taking.Taking.made_before, []

    def too_early(self, rows):
        calls.append(rows)
        return {} if len(calls) == 1 else remembered(self, rows)

    monkeypatch.setattr(taking.Taking, "made_before", too_early)

    assert run("categories", path) == (0, "")

    assert Category.objects.count() == TakenBatch.objects.count() == 1
    assert len(calls) > 2


def test_an_export_goes_out_and_in_by_the_commands(story, table, tmp_path, capsys):
    for name in ("collectibles", "distributions"):
        for form in ("csv", "json"):
            path = str(tmp_path / f"{name}.{form}")
            call_command("export_rows", name, path)
            assert run(name, path) == (0, "")
            assert "unchanged" in capsys.readouterr().out.splitlines()[-1]
