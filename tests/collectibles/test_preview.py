"""POST redemptions/preview/: what a scan would say now, when or how it would work, and nothing is written."""

import pytest
from django.apps import apps
from django.utils import timezone

from collectibles.services import preview
from tests.make import (
    DAY,
    make_challenge,
    make_code,
    make_collectible,
    make_distribution,
    make_membership,
    make_mission,
    make_reward,
    make_user,
)

NOW = timezone.now()


def ask(client, code):
    response = client.post("/api/v1/redemptions/preview/", {"code": code.code})
    assert response.status_code == 200
    return response.json()


def everything():
    """Every row of every table of ours."""
    rooms = ("users", "communities", "catalog", "collectibles")
    return {
        model: list(model.objects.order_by("pk").values())
        for room in rooms
        for model in apps.get_app_config(room).get_models()
    }


def test_a_preview_leaves_every_table_as_it_was(real_db):
    door = make_collectible(circulation=3, points=5)
    alice = make_user()
    make_membership(alice, door.collection.community)
    make_challenge(community=door.collection.community)
    make_mission(door)
    code = make_code(make_distribution(door, limit=2), max_uses=2)
    before = everything()

    answers = [preview(user=alice, code=code.code) for _ in range(5)]

    assert {answer.can_redeem for answer in answers} == {True}
    assert everything() == before


def test_it_says_what_is_left_and_until_when(api):
    campaign = make_distribution(make_collectible(circulation=9, minted=4), limit=8, redeemed=5)

    answer = ask(api("alice"), make_code(campaign, max_uses=3, uses=1))

    assert (answer["can_redeem"], answer["code"]) == (True, None)
    assert answer["extra"].pop("closes_at").startswith(str(campaign.ends_at.date()))
    assert answer["extra"] == {"uses_left": 2, "limit_left": 3, "stock_left": 5}


def test_without_a_limit_nothing_is_counted_down(api):
    answer = ask(api("alice"), make_code(max_uses=None))

    assert [answer["extra"][name] for name in ("uses_left", "limit_left", "stock_left")] == [None, None, None]


def test_the_stock_of_a_collection_is_everything_that_can_be_drawn_from_it(api):
    door = make_collectible(circulation=5)
    make_collectible(collection=door.collection, circulation=2, minted=1)
    make_collectible(collection=door.collection, circulation=7, status="retired")
    campaign = make_distribution(collection=door.collection, draw="random-from-collection")

    assert ask(api("alice"), make_code(campaign))["extra"]["stock_left"] == 6


def campaign(**fields):
    return make_code(make_distribution(make_collectible(), **fields))


@pytest.mark.parametrize(
    ("make", "reason", "extra"),
    [
        (lambda: make_code(revoked_at=NOW), "revoked", {"revoked_at"}),
        (lambda: campaign(starts_at=NOW + DAY, ends_at=NOW + 2 * DAY), "not_open_yet", {"opens_at", "closes_at"}),
        (lambda: campaign(active=False), "closed", {"closed_at"}),
        (lambda: campaign(limit=1, redeemed=1), "sold_out", {"reason"}),
        (lambda: make_code(make_distribution()), "sold_out", {"reason"}),
        (lambda: make_code(max_uses=2, uses=2), "code_used_up", {"max_uses", "uses_left"}),
    ],
)
def test_a_refusal_says_when_or_how_it_would_work(api, make, reason, extra):
    answer = ask(api("alice"), make())

    assert (answer["can_redeem"], answer["code"]) == (False, reason)
    assert set(answer["extra"]) == extra


def test_it_and_the_redemption_say_the_same(api):
    code = make_code(make_distribution(make_collectible(), limit=1), max_uses=None)
    api("bob").post("/api/v1/redemptions/", {"code": code.code})

    foreseen = ask(api("alice"), code)
    refused = api("alice").post("/api/v1/redemptions/", {"code": code.code}).json()

    assert (foreseen["code"], foreseen["detail"], foreseen["extra"]) == (
        refused["errors"][0]["code"],
        refused["errors"][0]["detail"],
        refused["extra"],
    )


def test_of_a_code_redeemed_before_it_shows_the_copy(api):
    code = make_code()
    copy = api("alice").post("/api/v1/redemptions/", {"code": code.code}).json()["copy"]

    answer = ask(api("alice"), code)

    assert (answer["code"], answer["extra"]["copy"]["id"]) == ("already_redeemed", copy["id"])


def test_what_a_mission_gives_is_not_given_by_a_code_before_it(api):
    door, hood = make_collectible(), make_collectible()
    reward = make_reward(make_collectible())
    mission = make_mission(door, hood, goal=2, reward=reward)
    challenge = make_challenge(community=door.collection.community, reward=reward)
    client, code = api("alice"), make_code(reward)
    client.post("/api/v1/redemptions/", {"code": make_code(make_distribution(door)).code})

    answer = ask(client, code)

    assert answer["code"] == "not_eligible"
    assert answer["extra"] == {
        "reason": "finish_first",
        "missions": [{"id": mission.id, "progress": 1, "goal": 2}],
        "challenges": [challenge.id],
    }
    assert client.post("/api/v1/redemptions/", {"code": code.code}).status_code == 403


def test_a_reward_that_nothing_leads_to_can_be_redeemed_by_a_code(api):
    assert ask(api("alice"), make_code(make_reward()))["can_redeem"] is True


def test_a_mistyped_code_is_foreseen_without_a_query_beyond_the_token(api, django_assert_num_queries):
    client = api("alice")

    with django_assert_num_queries(1):
        answer = client.post("/api/v1/redemptions/preview/", {"code": "7Q2M-4K9X-ABH"}).json()

    assert (answer["can_redeem"], answer["code"]) == (False, "invalid_code")
