"""stress_redemptions: what it counts is what happened, and it says so when a rule of the database is gone."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection

from collectibles.models import Copy, Distribution, DistributionCode, Grant, Mission
from kloppocar import triggers
from kloppocar.stress import scenarios
from kloppocar.stress.report import percentile
from kloppocar.stress.run import dealt
from tests.triggers.plain_sql import sql
from tests.triggers.test_killed import address
from users.models import User

NOTHING_WRONG = {"oversold": 0, "duplicate_numbers": 0, "second_grants": 0, "redemptions_without_a_copy": 0}


def in_a_process(*options):
    """The command as an operator runs it, beside the test database."""
    return subprocess.run(
        [sys.executable, "manage.py", "stress_redemptions", *options],
        env=os.environ | {"DATABASE_URL": address()},
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def scratch_databases():
    if connection.vendor == "sqlite":
        name = Path(connection.settings_dict["NAME"])
        return [path.name for path in name.parent.glob(f"{name.name}*_stress_*")]
    with connection.cursor() as cursor:
        cursor.execute("SHOW DATABASES LIKE %s", [f"{connection.settings_dict['NAME']}_stress_%"])
        return list(cursor.fetchall())


def in_place(scenario, capsys, **options):
    call_command(
        "stress_redemptions", scenario=scenario, in_place=True, json=True, users=12, supply=5, processes=3, **options
    )
    return json.loads(capsys.readouterr().out)


def test_in_a_scratch_database_that_is_dropped_afterwards(real_db):
    done = in_a_process("--users", "30", "--supply", "7", "--processes", "3", "--json")

    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert (told["granted"], told["refused"], told["errors"]) == (7, {"sold_out": 23}, {})
    assert {name: told[name] for name in NOTHING_WRONG} == NOTHING_WRONG
    assert (told["violations"], told["calls"], told["in_place"]) == ([], 30, False)
    assert told["p50_ms"] <= told["p95_ms"] <= told["p99_ms"]
    assert told["throughput"] > 0
    assert "/30 [" in done.stderr
    assert scratch_databases() == []
    assert not User.objects.exists()


@pytest.mark.parametrize(
    ("scenario", "granted", "refused"),
    [
        ("single-code", 1, {"code_used_up": 11}),
        ("limited", 5, {"already_redeemed": 5, "sold_out": 14}),
        ("last-copies", 5, {"sold_out": 7}),
        ("claims", 5, {"already_claimed": 5, "sold_out": 14}),
    ],
)
def test_each_scenario_ends_as_it_must(real_db, capsys, scenario, granted, refused):
    told = in_place(scenario, capsys)

    assert (told["granted"], told["refused"], told["violations"]) == (granted, refused, [])


def test_each_offer_ends_once(real_db, capsys):
    told = in_place("transfers", capsys)

    assert told["violations"] == []
    assert told["done"]["accepted"] + told["done"].get("withdrawn", 0) == 5
    assert set(told["refused"]) <= {"already_accepted", "cancelled", "not_owner", "already_offered"}


def test_what_stays_in_place_is_marked_gives_nothing_and_shows_nowhere(real_db, capsys, client):
    in_place("stock", capsys)

    campaign = Distribution.objects.get()
    assert campaign.name["en"].startswith("Stress test")
    assert not campaign.active
    assert not DistributionCode.objects.filter(revoked_at=None).exists()
    assert not Mission.objects.filter(active=True).exists()
    assert not User.objects.filter(is_active=True).exists()
    assert Copy.objects.count() == Grant.objects.count() == 5
    for route in ("users", "ranks", "communities", "collections", "projects", "collectibles", "missions"):
        assert client.get(f"/api/v1/{route}/").json()["results"] == [], route


def test_a_missing_rule_of_the_database_is_found(real_db, capsys, monkeypatch):
    def without_the_ledger(stage, supply):
        sql("DROP TRIGGER grant_writes_ledger")
        return scenarios.stock(stage, supply)

    monkeypatch.setitem(scenarios.SCENARIOS, "stock", without_the_ledger)
    try:
        with pytest.raises(CommandError, match="grants without a ledger line") as failed:
            call_command("stress_redemptions", in_place=True, users=4, supply=2, processes=2)
    finally:
        triggers.apply_all(connection)

    assert failed.value.returncode == 1
    assert "granted" in capsys.readouterr().out


def test_it_does_not_begin_without_the_rules_of_the_database(real_db):
    sql("DROP TRIGGER grant_writes_ledger")
    try:
        with pytest.raises(CommandError, match="apply_triggers first: grant_writes_ledger"):
            call_command("stress_redemptions", in_place=True)
    finally:
        triggers.apply_all(connection)

    assert not User.objects.exists()


@pytest.mark.parametrize("option", ["--users=1", "--users=many", "--supply=0", "--processes=65", "--scenario=other"])
def test_a_wrong_option_is_refused(option):
    with pytest.raises(CommandError, match="argument"):
        call_command("stress_redemptions", option)


def test_answers_that_differ_from_what_must_be_are_named():
    problems = scenarios.exactly(granted=5, sold_out=2)(scenarios.Answers(granted=6, revoked=1, sold_out=2))

    assert problems == ["granted: 6 instead of 5", "revoked: 1 instead of 0"]


def test_neighbours_are_made_by_different_processes_and_none_is_left_out():
    bunches = list(dealt(list(range(33)), 4))

    assert bunches[:4] == [[0, 4, 8, 12, 16], [1, 5, 9, 13, 17], [2, 6, 10, 14, 18], [3, 7, 11, 15, 19]]
    assert sorted(call for bunch in bunches for call in bunch) == list(range(33))


@pytest.mark.parametrize(("number", "part", "expected"), [(1, 99, 1.0), (100, 50, 50.0), (100, 99, 99.0), (3, 50, 2.0)])
def test_a_percentile_is_a_time_that_was_measured(number, part, expected):
    assert percentile([float(place) for place in range(1, number + 1)], part) == expected


@pytest.mark.deep
@pytest.mark.parametrize("scenario", scenarios.SCENARIOS)
def test_five_hundred_people_run_after_run(real_db, scenario):
    for _ in range(10 if scenario == "stock" else 3):
        done = in_a_process("--scenario", scenario, "--json")

        assert (done.returncode, json.loads(done.stdout)["violations"]) == (0, []), done.stderr
