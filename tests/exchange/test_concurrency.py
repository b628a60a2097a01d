"""Imports beside players and beside each other, on real connections."""

import threading
from collections import Counter
from functools import partial

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from catalog.models import Category
from collectibles.invariants import violations
from collectibles.models import Collectible
from collectibles.services import redeem
from kloppocar.exchange import taking
from kloppocar.exchange.registry import RESOURCES
from kloppocar.models import TakenBatch
from tests.make import make_category, make_code, make_collectible, make_collection, make_distribution, make_user

from .conftest import as_csv, exported, lines_of


def at_once(*calls):
    """What each said, started together in threads of their own."""
    barrier, outcomes = threading.Barrier(len(calls)), []

    def run(call):
        barrier.wait()
        try:
            call()
            outcomes.append("done")
        except CommandError as error:
            outcomes.append(str(error))
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[call]) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(outcomes) == len(calls), "a thread broke"
    return Counter(outcomes)


def import_of(name, path, *options):
    return partial(call_command, "import_rows", name, str(path), *options)


@pytest.fixture
def small_batches(monkeypatch):
    monkeypatch.setattr(taking, "BATCH", 10)


def test_redemptions_go_on_while_what_they_give_is_imported(real_db, tmp_path, small_batches):
    """A row that somebody redeemed meanwhile has moved on, or was written first; nothing of either is lost."""
    parents = {"collection": make_collection(), "category": make_category()}
    things = [make_collectible(**parents, circulation=50, points=1) for _ in range(40)]
    code = make_code(make_distribution(*things), max_uses=None).code
    people = [make_user() for _ in range(12)]
    path = tmp_path / "collectibles.csv"
    rows = lines_of(exported(RESOURCES["collectibles"]))
    path.write_bytes(as_csv([row | {"points": 7} for row in rows]))

    outcomes = at_once(import_of("collectibles", path), *(partial(redeem, user=person, code=code) for person in people))

    assert outcomes["done"] >= len(people), outcomes
    assert violations() == {}
    assert sum(Collectible.objects.values_list("minted", flat=True)) == len(people)
    left = Collectible.objects.filter(points=1)
    assert all(row.minted for row in left), "only what was redeemed meanwhile may have been left alone"


def test_of_two_who_take_the_same_new_rows_at_once_each_row_is_made_once(real_db, tmp_path, small_batches):
    path = tmp_path / "categories.csv"
    path.write_bytes(as_csv([{"name:en": f"Part {number}"} for number in range(35)]))

    outcomes = at_once(*[import_of("categories", path)] * 3)

    assert outcomes == {"done": 3}
    assert Category.objects.count() == 35
    assert TakenBatch.objects.count() == 4
