"""Nobody learns by the clock what they may not know: what is hidden is refused as quickly as what never was."""

from statistics import median
from time import perf_counter

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.test import Client

from collectibles.models import Copy, Distribution, Grant, Mission, Transfer
from communities.models import Challenge, Community, Membership
from tests.make import make_user
from tests.objects.conftest import NOBODYS
from users.models import Notification, PushDevice, User

pytestmark = pytest.mark.deep
PAIRS, APART = 200, 0.005  # tries of each, and seconds between their medians
ROUNDS = 3  # a machine that is busy may disturb one

ASKED = {
    "copies/{}/": (Copy, "get"),
    "copies/{}/history/": ("draft copy", "get"),
    "transfers/{}/": (Transfer, "get"),
    "transfers/{}/cancel/": (Transfer, "post"),
    "redemptions/{}/": (Grant, "get"),
    "memberships/{}/": (Membership, "get"),
    "memberships/{}/ban/": (Membership, "post"),
    "communities/{}/": (Community, "get"),
    "communities/{}/join/": (Community, "post"),
    "inbox/{}/": (Notification, "get"),
    "devices/{}/": (PushDevice, "delete"),
    "missions/{}/claim/": (Mission, "post"),
    "challenges/{}/claim/": (Challenge, "post"),
    "distributions/{}/": (Distribution, "get"),
    "users/{}/": (User, "get"),
    "users/{}/copies/": (User, "get"),
}


def apart(one, other):
    """Seconds between the medians of two requests, tried in turn; the least of a few rounds."""
    least = float("inf")
    for _ in range(ROUNDS):
        times = {one: [], other: []}
        for number in range(PAIRS):
            for ask in (one, other) if number % 2 else (other, one):
                started = perf_counter()
                ask()
                times[ask].append(perf_counter() - started)
        least = min(least, abs(median(times[one]) - median(times[other])))
        if least < APART:
            break
    return least


@pytest.fixture
def uncounted(settings):
    settings.THROTTLING = False
    settings.THROTTLE_RATES = dict.fromkeys(settings.THROTTLE_RATES, (10**9, 10**7))


@pytest.mark.parametrize("path", ASKED)
def test_what_is_hidden_takes_as_long_as_what_never_was(api, world, uncounted, path):
    of, method = ASKED[path]
    client = api("carol")
    hidden = world.draft_copy if of == "draft copy" else world.hidden[of][0]

    def ask(pk):
        return getattr(client, method)(f"/api/v1/{path.format(pk)}", {})

    assert ask(hidden).status_code == ask(NOBODYS).status_code >= 400
    assert apart(lambda: ask(hidden), lambda: ask(NOBODYS)) < APART


class Quicker(PBKDF2PasswordHasher):
    """A tenth of the work, so that it takes twenty times as long as may lie between."""

    iterations = 100_000


@pytest.mark.parametrize("path", ["/admin/login/", "/api/auth/login/"])
def test_a_name_that_nobody_has_takes_as_long_as_a_wrong_password(db, settings, uncounted, path):
    settings.PASSWORD_HASHERS = [f"{__name__}.Quicker"]
    get_user_model().objects.create_superuser("Boss", "garage-and-road-1")
    player = make_user("player")

    def ask(name):
        assert Client().post(path, {"username": name, "password": "wrong"}).status_code == 200

    for name in ("Boss", player.username):
        assert apart(lambda name=name: ask(name), lambda: ask("nobody")) < APART
