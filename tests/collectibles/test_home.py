"""The home screen: one answer, six statements, and in it what concerns its reader."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone
from rest_framework.test import APIClient

from collectibles.models import Copy, MissionProgress
from communities.models import Role
from tests.api.test_plans import fill, mysql_only
from tests.conftest import token_of
from tests.make import (
    DAY,
    make_challenge,
    make_collectible,
    make_community,
    make_membership,
    make_message,
    make_mission,
    make_news,
    make_rank,
)
from users.models import User

URL = "/api/v1/home/"


@pytest.fixture
def home(api):
    def read(person="alice", query=""):
        response = api(person).get(URL + query)
        assert response.status_code == 200, response.content
        return response.json()

    return read


def give(person, **fields):
    fields.setdefault("collectible", make_collectible(name={"en": "Door", "de": "Tür"}))
    return Copy.objects.create(owner=person, **{"mint": 1, **fields})


def test_somebody_new_has_an_empty_home(home, alice):
    assert home() == {
        "user": {
            "id": alice.id,
            "username": "alice",
            "picture": "",
            "picture_small": "",
            "score": 0,
            "rank": None,
            "next_rank": None,
        },
        "newest_copy": None,
        "missions": [],
        "challenge": None,
        "news": [],
        "unread_count": 0,
    }


def test_the_newest_copy_is_ones_own(home, alice, bob):
    now = timezone.now()
    give(alice, acquired_at=now - 2 * DAY)
    newest = give(alice, acquired_at=now - DAY)
    give(bob, acquired_at=now)

    copy = home(query="?lang=de")["newest_copy"]

    assert (copy["id"], copy["mint"], copy["collectible"]["localized"]["name"]) == (newest.id, 1, "Tür")


def test_the_rank_and_what_is_missing_to_the_next(home, alice):
    make_rank(min_score=0, title={"en": "Passenger"})
    make_rank(min_score=50, level=2, title={"en": "Driver", "de": "Fahrer"})
    User.objects.filter(pk=alice.pk).update(score=30)

    user = home(query="?lang=de")["user"]

    assert user["rank"]["title"] == {"en": "Passenger"}
    assert (user["next_rank"]["min_score"], user["next_rank"]["points_missing"]) == (50, 20)
    assert user["next_rank"]["localized"] == {"title": "Fahrer"}


@pytest.mark.parametrize("ranks", [0, 2])
def test_unread_messages_are_counted_with_and_without_ranks(home, alice, bob, ranks):
    for number in range(ranks):
        make_rank(min_score=number * 10)
    make_message(alice)
    make_message(bob)
    for _ in range(2):
        make_message(published_at=timezone.now() + timedelta(seconds=1))

    assert home()["unread_count"] == 3


def test_missions_are_open_and_unclaimed_and_nearest_first(home, alice):
    now = timezone.now()
    names = ["untouched", "half", "done", "claimed", "ended", "to come", "inactive", "of a closed collection"]
    missions = {name: make_mission(title={"en": name}, goal=4, kind="collect_count") for name in names}
    for name, progress in [("half", 2), ("done", 4), ("claimed", 4)]:
        claimed_at = now if name == "claimed" else None
        MissionProgress.objects.create(user=alice, mission=missions[name], progress=progress, claimed_at=claimed_at)
    changes = {"ended": {"ends_at": now - timedelta(hours=1)}, "to come": {"starts_at": now + DAY}}
    for name, change in (changes | {"inactive": {"active": False}}).items():
        type(missions[name]).objects.filter(pk=missions[name].pk).update(**change)
    collection = missions["of a closed collection"].collection
    type(collection).objects.filter(pk=collection.pk).update(active=False)

    shown = [(row["title"]["en"], row["progress"], row["state"]) for row in home()["missions"]]

    assert shown == [("done", 4, "claimable"), ("half", 2, "in_progress"), ("untouched", 0, "in_progress")]


def test_the_challenge_is_one_of_ones_own_community_that_runs(home, alice, bob):
    now, ours = timezone.now(), make_community()
    make_membership(alice, ours)
    make_challenge(title={"en": "of others"}, ends_at=now + timedelta(hours=1))
    make_challenge(community=ours, title={"en": "over"}, ends_at=now - timedelta(hours=1))
    make_challenge(community=ours, title={"en": "without end"})
    wanted = make_challenge(community=ours, title={"en": "ends soon"}, ends_at=now + DAY, goal=7)
    wanted.contributions.create(user=alice, count=3)
    wanted.contributions.create(user=bob, count=5)
    wanted.tallies.create(shard=1, count=8)

    mine, bobs = home()["challenge"], home("bob")["challenge"]

    assert {name: mine[name] for name in ("title", "progress", "contribution", "state")} == {
        "title": {"en": "ends soon"},
        "progress": 8,
        "contribution": 3,
        "state": "claimable",
    }
    assert bobs["title"] == {"en": "of others"}


def test_news_are_for_everyone_or_for_ones_own_communities(home, alice):
    now, ours, banned_from = timezone.now(), make_community(), make_community()
    make_membership(alice, ours, role=Role.OWNER)
    make_membership(alice, banned_from, banned_until=now + DAY)
    for age, (name, community) in enumerate(
        [("ours", ours), ("others'", make_community()), ("banned", banned_from), ("all", None), ("old", None)], start=1
    ):
        make_news(header={"en": name}, community=community, posted_at=now - age * DAY)
    make_news(header={"en": "oldest"}, posted_at=now - 9 * DAY)
    make_news(header={"en": "planned"}, posted_at=now + DAY)

    assert [row["header"]["en"] for row in home()["news"]] == ["ours", "all", "old"]


def test_parts_can_be_chosen_and_only_those_are_read(api, alice, django_assert_num_queries):
    make_rank()

    with django_assert_num_queries(2):  # the person, and how much is unread
        body = api("alice").get(f"{URL}?fields=unread_count").json()

    assert body == {"unread_count": 0}
    assert "missions" not in api("alice").get(f"{URL}?omit=missions").json()


@pytest.mark.parametrize("query", ["fields=secret", "page_size=5", "cursor=x", "lang=fr", "search=x"])
def test_what_home_does_not_know_is_refused(api, query):
    assert api("alice").get(f"{URL}?{query}").status_code == 400


def test_home_costs_six_statements_however_much_there_is(api, alice, django_assert_num_queries):
    make_rank()
    for _ in range(2):
        for _ in range(4):
            give(alice)
            make_message(alice)
            make_mission()
            make_news()
            community = make_community()
            make_membership(alice, community)
            make_challenge(community=community)
        # the person; the ranks with the unread messages; the copy; missions; the challenge; news
        with django_assert_num_queries(6):
            api("alice").get(URL)


def test_home_is_nobody_elses_to_keep(api, alice):
    response = api("alice").get(URL)

    assert response["Cache-Control"] == "private, no-store"


def test_home_opens_in_a_browser(api, alice):
    give(alice)

    page = api("alice").get(URL, headers={"accept": "text/html"})

    assert (page.status_code, page["Content-Type"][:9]) == (200, "text/html")


@mysql_only
def test_home_reads_a_handful_of_copies_and_news_however_many_there_are(real_db):
    """Of missions and challenges all that run are read, of broadcasts all that are unread: staff make those."""
    fill(20_000)
    client = APIClient(HTTP_AUTHORIZATION=f"Bearer {token_of('person-3', False)}")

    before = rows_read()
    body = client.get(f"{URL}?fields=newest_copy,news").json()
    read = rows_read() - before

    assert (body["newest_copy"]["id"], len(body["news"])) == (Copy.objects.filter(owner=3).latest("acquired_at").pk, 3)
    assert read < 500


def rows_read():
    with connection.cursor() as cursor:
        cursor.execute("SHOW SESSION STATUS LIKE 'Handler_read%'")
        return sum(int(value) for _, value in cursor.fetchall())
