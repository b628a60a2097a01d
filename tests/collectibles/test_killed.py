"""Killed with -9 at any moment: of a grant, a claim or a transfer everything is there, or nothing is."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from functools import partial
from itertools import count

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection

from collectibles.invariants import violations
from collectibles.models import Collectible, Copy, Grant, RefusalCount
from collectibles.services import accept, claim_mission, open_offer, redeem
from kloppocar.api.errors import Refusal
from tests.make import (
    make_challenge,
    make_code,
    make_collectible,
    make_distribution,
    make_membership,
    make_mission,
    make_reward,
    make_user,
)
from tests.triggers.test_killed import address

WRITTEN = ["collectibles", "communities", "users"]


class Killable:
    """killable.py on the test database."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.collectibles.killable"],
            env=os.environ | {"DATABASE_URL": address(), "DJANGO_SETTINGS_MODULE": "kloppocar.settings"},
            cwd=settings.BASE_DIR,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def dies(self, calls, **order):
        """Let a child make the calls; whether it was killed on the way."""
        self.process.stdin.write(json.dumps({"calls": calls, "threads": 1, **order}) + "\n")
        self.process.stdin.flush()
        code = int(self.process.stdout.readline())
        assert code in {0, -signal.SIGKILL}
        return code != 0

    def end(self):
        self.process.stdin.close()
        self.process.wait(timeout=30)
        self.process.stdout.close()


@pytest.fixture(scope="module")
def killable(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        process = Killable()
    yield process
    process.end()


def everything():
    """Every row of our apps, but how often something was refused: that is counted beside the transaction."""
    models = [model for app in WRITTEN for model in apps.get_app_config(app).get_models() if model is not RefusalCount]
    return {model.__name__: list(model.objects.order_by("pk").values()) for model in models}


@pytest.fixture
def alice(real_db):
    return make_user("alice")


def a_redemption(alice):
    """Of a new edition, for points, a mission and a challenge: as much as a grant can write."""
    collectible = make_collectible(circulation=9, points=5)
    make_membership(alice, collectible.collection.community)
    make_challenge(community=collectible.collection.community)
    make_mission(collectible)
    code = make_code(make_distribution(collectible, limit=3)).code
    return ("redeem", alice.pk, code), partial(redeem, user=alice, code=code)


def a_claim(alice):
    needed = make_collectible()
    mission = make_mission(needed, points=7, reward=make_reward(make_collectible(circulation=3, points=5)))
    redeem(user=alice, code=make_code(make_distribution(needed)).code)
    return ("claim", alice.pk, mission.pk), partial(claim_mission, user=alice, mission_id=mission.pk)


def a_transfer(alice):
    collectible, bob = make_collectible(), make_user("bob")
    make_mission(collectible)
    copy = redeem(user=alice, code=make_code(make_distribution(collectible)).code).grant.copy
    secret = open_offer(giver=alice, copy=copy).secret
    return ("accept", bob.pk, secret), partial(accept, user=bob, secret=secret)


FLOWS = [(a_redemption, "already_redeemed"), (a_claim, "already_claimed"), (a_transfer, "already_accepted")]


@pytest.mark.parametrize(("flow", "again"), FLOWS)
def test_killed_before_any_statement_nothing_of_it_is_there_or_all(killable, alice, flow, again):
    """All, when the statement comes after the commit: how the missions stand is read for the answer only."""
    call, _ = flow(alice)
    before = everything()

    for statement in count(1):
        is_killed = killable.dies([call], kill_at=statement)
        if (after := everything()) != before:
            break
        assert is_killed, statement
    assert statement > 6
    assert violations() == {}

    killable.dies([call], kill_at=statement)  # again: it was all
    assert everything() == after


@pytest.mark.parametrize(("flow", "again"), FLOWS)
def test_killed_at_the_commit_it_is_lost_and_after_it_it_is_kept(killable, alice, flow, again):
    call, retry = flow(alice)
    before = everything()

    assert killable.dies([call], kill_at="commit")
    assert everything() == before

    assert killable.dies([call], kill_at="after commit")
    assert everything() != before
    assert violations() == {}

    with pytest.raises(Refusal) as told:  # the answer was lost; asked again, it is told
        retry()
    assert told.value.code == again
    assert told.value.extra["copy"]["id"] == Copy.objects.order_by("id").last().id


@pytest.mark.skipif(connection.vendor != "mysql", reason="SQLite has no server that must notice the death")
@pytest.mark.parametrize("kills", [3, pytest.param(50, marks=pytest.mark.deep)])
def test_killed_in_the_middle_of_many_grants_nothing_is_half_done(killable, real_db, kills):
    """A kill counts when some of the calls were made and some were not."""
    people = [make_user() for _ in range(6)]
    scarce, plenty, reward = (make_collectible(points=5) for _ in range(3))
    mission = make_mission(kind="collect_count", goal=3, collection=plenty.collection, reward=make_reward(reward))
    in_the_middle = 0
    for number in count(1):
        Collectible.objects.filter(pk=scarce.pk).update(circulation=10 * number, status="available")
        codes = [make_code(make_distribution(thing), max_uses=None) for thing in (scarce, scarce, plenty, plenty)]
        offers = [offer_of(giver, plenty) for giver in people]
        calls = [("redeem", user.pk, code.code) for code in codes for user in people]
        calls += [("accept", taker.pk, secret) for secret, taker in zip(offers, people[1:] + people[:1], strict=True)]
        calls += [("claim", user.pk, mission.pk) for user in people]
        random.shuffle(calls)

        killable.dies(calls, threads=4, kill_after=random.uniform(0, 0.3))
        in_the_middle += 0 < Grant.objects.filter(code__in=codes).count() < 22

        assert violations() == {}
        assert_the_rest_can_be_made(killable, calls)
        granted = Grant.objects.filter(code__in=codes)
        assert granted.filter(copy__collectible=plenty).count() == 12
        assert granted.filter(copy__collectible=scarce).count() == 10
        if in_the_middle == kills:
            break
        assert number < 8 * kills, "the kills come too early or too late"


def offer_of(giver, collectible):
    copy = redeem(user=giver, code=make_code(make_distribution(collectible)).code).grant.copy
    return open_offer(giver=giver, copy=copy).secret


def assert_the_rest_can_be_made(killable, calls):
    """No lock is left behind, and whoever asks again gets what they did not get, or hears that they have it."""
    began = time.monotonic()
    assert not killable.dies(calls, threads=4)
    assert time.monotonic() - began < 20
    assert violations() == {}
