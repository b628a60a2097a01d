"""One's own account: what it shows, and exactly the fields that a person owns."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from rest_framework.test import APIClient

from collectibles.models import Copy, MissionProgress
from tests.conftest import token_of
from tests.make import (
    make_collectible,
    make_community,
    make_membership,
    make_message,
    make_mission,
    make_rank,
    make_user,
)
from users.models import User
from users.names import is_offensive, is_reserved

ME = "/api/v1/users/me/"


def test_it_shows_rank_the_way_to_the_next_one_and_what_one_has(api, alice, django_assert_num_queries):
    make_rank(min_score=0, level=1, title={"en": "Novice", "de": "Neuling"})
    make_rank(min_score=100, level=2, title={"en": "Driver"})
    first, second = make_collectible(), make_collectible()
    for mint, collectible in enumerate([first, first, second], start=1):
        Copy.objects.create(collectible=collectible, mint=mint, owner=alice)
    make_membership(alice, make_community())
    MissionProgress.objects.create(user=alice, mission=make_mission(), progress=1, claimed_at="2026-01-01T00:00:00Z")
    make_message(), make_message(alice)
    User.objects.filter(pk=alice.pk).update(score=40)
    client = api("alice")

    with django_assert_num_queries(3):  # 1 who asks, 2 the row and its counts, 3 the ranks
        me = client.get(f"{ME}?lang=de").json()

    assert me["rank"]["localized"]["title"] == "Neuling"
    assert (me["next_rank"]["title"], me["next_rank"]["points_missing"]) == ({"en": "Driver"}, 60)
    assert me["counts"] == {"copies": 3, "collectibles": 2, "missions_claimed": 1, "communities": 1, "unread": 2}
    assert me["copies"] == 3


@pytest.mark.parametrize(("score", "rank", "missing"), [(0, None, 10), (9, None, 1), (10, 1, 10), (20, 2, None)])
def test_the_next_rank(api, alice, score, rank, missing):
    make_rank(min_score=10, level=1)
    make_rank(min_score=20, level=2)
    User.objects.filter(pk=alice.pk).update(score=score)

    me = api("alice").get(ME).json()

    assert (me["rank"] and me["rank"]["level"]) == rank
    assert (me["next_rank"] and me["next_rank"]["points_missing"]) == missing


@pytest.mark.parametrize(
    "own",
    [
        {"username": "alice.b"},
        {"language": "de"},
        {"language": ""},
        {"country": "DE"},
        {"newsletter": True},
        {"push_enabled": False},
    ],
)
def test_what_a_person_owns_can_be_changed(api, own):
    answer = api("alice").patch(ME, own)

    assert answer.status_code == 200
    assert answer.json() == answer.json() | own


@pytest.mark.parametrize(
    "field",
    [
        "id", "email", "status", "picture", "picture_small", "score", "rank", "next_rank", "copies", "counts",
        "version", "is_staff", "is_superuser", "is_active", "cognito_sub", "password", "groups", "created_at", "x",
    ],
)  # fmt: skip
def test_what_is_protected_is_refused_not_ignored(api, alice, field):
    answer = api("alice").patch(ME, {field: 1, "language": "de"})

    assert answer.status_code == 400
    assert (answer.json()["errors"][0]["code"], answer.json()["errors"][0]["attr"]) == ("not_writable", field)
    alice.refresh_from_db()
    assert alice.language == ""


@pytest.mark.parametrize(
    ("username", "code"),
    [
        ("bob", "username_taken"),
        ("BOB", "username_taken"),
        ("ab", "invalid"),
        ("a" * 31, "max_length"),
        ("with space", "invalid"),
        ("ümlaut", "invalid"),
        ("", "invalid"),
        (None, "null"),
        ("admin", "reserved_name"),
        ("Kloppo.Car", "reserved_name"),
        ("support_1", "reserved_name"),
        ("xX_Hitler_Xx", "offensive_name"),
        ("h1tl3r", "offensive_name"),
        ("F.u.c.k", "offensive_name"),
        ("n4zi", "offensive_name"),
    ],
)
def test_a_name_that_one_cannot_have(api, username, code):
    answer = api("alice").patch(ME, {"username": username})

    assert answer.status_code == (409 if code == "username_taken" else 400)
    assert answer.json()["errors"][0]["code"] == code
    assert User.objects.filter(username="alice").exists()


@pytest.mark.parametrize("name", ["teammate", "rootbeer", "Medea", "grape", "Scunthorpe", "shiitake", "mod3l"])
def test_harmless_names_stay_allowed(name):
    assert not is_reserved(name)
    assert not is_offensive(name)


def test_of_many_who_choose_one_name_at_once_one_has_it(real_db):
    people = [make_user(None, status="onboarding") for _ in range(6)]
    tokens = [token_of(person.cognito_sub, False) for person in people]
    barrier = threading.Barrier(6)

    def choose(token):
        client = APIClient(HTTP_AUTHORIZATION=f"Bearer {token}")
        barrier.wait()
        try:
            answer = client.patch(ME, {"username": "Wanted" if token == tokens[0] else "wanted"})
            return answer.status_code if answer.status_code == 200 else answer.json()["errors"][0]["code"]
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as threads:
        answers = list(threads.map(choose, tokens))

    assert sorted(map(str, answers)) == ["200"] + ["username_taken"] * 5
    assert User.objects.get(username_key="wanted").status == "active"
