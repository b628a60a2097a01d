"""GET missions/ with my progress and state, and the points and rank that come of them."""

import pytest
from django.utils import timezone

from collectibles.models import MissionProgress
from tests.make import (
    DAY,
    make_code,
    make_collectible,
    make_distribution,
    make_mission,
    make_rank,
    make_reward,
)

URL = "/api/v1/missions/"
NOW = timezone.now()


def win(client, collectible):
    return client.post("/api/v1/redemptions/", {"code": make_code(make_distribution(collectible)).code}).json()


def standing(client):
    me = client.get("/api/v1/users/me/").json()
    return me["score"], me["rank"] and me["rank"]["level"]


@pytest.fixture
def missions(api, alice):
    """One of each standing of alice's, by name."""
    door, hood = make_collectible(), make_collectible()
    made = {
        "untouched": make_mission(make_collectible()),
        "begun": make_mission(door, hood, goal=2),
        "finished": make_mission(door),
        "claimed": make_mission(door),
        "over": make_mission(door, ends_at=NOW - DAY / 2),
        "claimed and over": make_mission(door),
        "not yet": make_mission(door, starts_at=NOW + DAY),
    }
    win(api("alice"), door)
    for name in ("claimed", "claimed and over"):
        assert api("alice").post(f"{URL}{made[name].id}/claim/").status_code == 201
    type(made["over"]).objects.filter(pk=made["claimed and over"].pk).update(ends_at=NOW - DAY / 2)
    return {mission.id: name for name, mission in made.items()}


def test_every_mission_stands_with_my_progress_and_state(api, missions):
    rows = api("alice").get(URL).json()["results"]

    assert {missions[row["id"]]: (row["progress"], row["state"]) for row in rows} == {
        "untouched": (0, "in_progress"),
        "begun": (1, "in_progress"),
        "finished": (1, "claimable"),
        "claimed": (1, "claimed"),
        "over": (1, "in_progress"),
        "claimed and over": (1, "claimed"),
        "not yet": (1, "in_progress"),
    }


def test_nobodys_progress_is_nobodys(api, missions):
    strangers, anonymous = (api(name).get(URL).json()["results"] for name in ("carol", None))

    assert {(row["progress"], row["state"]) for row in strangers} == {(0, "in_progress")}
    assert {(row["progress"], row["state"]) for row in anonymous} == {(None, None)}


@pytest.mark.parametrize("state", ["in_progress", "claimable", "claimed"])
def test_the_filter_by_state_says_what_the_rows_say(api, missions, state):
    every = api("alice").get(URL).json()["results"]

    filtered = api("alice").get(URL, {"state": state}).json()["results"]

    assert [row["id"] for row in filtered] == [row["id"] for row in every if row["state"] == state] != []


def test_a_state_is_of_somebody_and_one_of_three(api, missions):
    assert api(None).get(URL, {"state": "claimed"}).json()["results"] == []
    assert api("alice").get(URL, {"state": "done"}).status_code == 400


@pytest.mark.parametrize("size", [1, 20])
def test_the_list_costs_the_same_number_of_statements_whatever_it_holds(api, size, django_assert_num_queries):
    door = make_collectible()
    for _ in range(size):
        make_mission(door, make_collectible())
    win(api("alice"), door)
    client = api("alice")

    # 1 the token's person  2 missions  3 their collectibles  4 my progress
    with django_assert_num_queries(4):
        response = client.get(URL)

    assert {row["progress"] for row in response.json()["results"]} == {1}


def test_points_count_for_first_copies_and_claims_and_the_rank_follows_the_table(api):
    for level, min_score in enumerate([0, 10, 30, 60], start=1):
        make_rank(level=level, min_score=min_score)
    door = make_collectible(points=10)
    mission = make_mission(door, points=20, reward=make_reward(make_collectible(points=5)))
    client, seen = api("alice"), []

    seen.append(standing(client))
    win(client, door)
    seen.append(standing(client))
    win(client, door)  # a second copy of the same
    seen.append(standing(client))
    client.post(f"{URL}{mission.id}/claim/")
    seen.append(standing(client))
    client.post(f"{URL}{mission.id}/claim/")
    seen.append(standing(client))

    assert seen == [(0, 1), (10, 2), (10, 2), (35, 3), (35, 3)]


def test_without_a_rank_that_low_there_is_none(api):
    make_rank(min_score=1)

    assert standing(api("alice")) == (0, None)


def test_a_progress_row_is_made_by_the_first_copy_only(api, alice):
    mission = make_mission(make_collectible())
    api("alice").get(URL)

    assert not MissionProgress.objects.filter(mission=mission).exists()
