"""POST missions/{id}/claim/ and challenges/{id}/claim/: exactly once, with its copy, or not at all and still open."""

import pytest
from django.utils import timezone

from collectibles.models import Copy, Grant, MissionProgress
from communities.models import ChallengeContribution, ChallengeTally
from tests.make import (
    DAY,
    make_challenge,
    make_code,
    make_collectible,
    make_community,
    make_distribution,
    make_membership,
    make_mission,
    make_reward,
)

NOW = timezone.now()


def claim(client, mission):
    return client.post(f"/api/v1/missions/{mission.id}/claim/")


def claim_challenge(client, challenge):
    return client.post(f"/api/v1/challenges/{challenge.id}/claim/")


def refusal(response):
    return response.status_code, response.json()["errors"][0]["code"]


def win(client, collectible):
    """A copy by a code, as everybody gets theirs."""
    response = client.post("/api/v1/redemptions/", {"code": make_code(make_distribution(collectible)).code})
    assert response.status_code == 201
    return response.json()


@pytest.fixture
def door():
    return make_collectible()


@pytest.fixture
def finished(api, door):
    """A mission that alice has finished; its fields are the test's."""

    def make(**fields):
        mission = make_mission(door, **{"reward": make_reward(make_collectible(points=5)), "points": 20, **fields})
        win(api("alice"), door)
        return mission

    return make


@pytest.fixture
def reached(cast):
    """A challenge whose goal is reached, alice having given 4 of 10."""

    def make(count=4, total=10, **fields):
        challenge = make_challenge(**{"reward": make_reward(), **fields})
        ChallengeContribution.objects.create(challenge=challenge, user=cast["alice"], count=count)
        ChallengeTally.objects.create(challenge=challenge, shard=0, count=total - 3)
        ChallengeTally.objects.create(challenge=challenge, shard=1, count=3)
        return challenge

    return make


def test_a_claim_answers_like_a_redemption_with_the_missions_points_on_top(api, alice, finished):
    mission = finished()

    response = claim(api("alice"), mission)

    assert response.status_code == 201
    body = response.json()
    assert body["copy"]["collectible"]["points"] == 5
    assert body["missions"] == [{"id": mission.id, "progress": 1, "goal": 1, "state": "claimed"}]
    assert body["score"] == 25
    alice.refresh_from_db()
    grant = Grant.objects.get(pk=body["id"])
    assert (alice.score, grant.mission, grant.source, grant.copy.owner) == (25, mission, "mission", alice)


def test_a_second_claim_is_refused_with_the_copy_of_the_first(api, alice, finished):
    mission = finished()
    first = claim(api("alice"), mission).json()

    response = claim(api("alice"), mission)

    assert refusal(response) == (409, "already_claimed")
    assert response.json()["extra"]["copy"]["id"] == first["copy"]["id"]
    alice.refresh_from_db()
    assert alice.score == 25


def test_a_mission_without_a_reward_gives_its_points_alone(api, alice, finished):
    mission = finished(reward=None)

    response, again = claim(api("alice"), mission), claim(api("alice"), mission)

    assert response.status_code == 201
    assert (response.json()["id"], response.json()["copy"], response.json()["score"]) == (None, None, 20)
    assert refusal(again) == (409, "already_claimed")
    assert again.json()["extra"] == {"copy": None}


@pytest.mark.parametrize(
    ("fields", "status", "reason"),
    [
        ({"ends_at": NOW - DAY / 2}, 410, "ended"),
        ({"starts_at": NOW + DAY}, 409, "not_claimable"),
        ({"goal": 2}, 409, "not_claimable"),
        ({"active": False}, 404, "not_found"),
    ],
)
def test_a_mission_that_cannot_be_claimed_says_why(api, finished, fields, status, reason):
    mission = finished(**fields)

    response = claim(api("alice"), mission)

    assert refusal(response) == (status, reason)
    assert Copy.objects.count() == 1
    assert not MissionProgress.objects.exclude(claimed_at=None).exists()


@pytest.mark.parametrize(
    ("rules", "status", "reason"),
    [
        ({"starts_at": NOW - 2 * DAY, "ends_at": NOW - DAY}, 410, "ended"),
        ({"active": False}, 410, "ended"),
        ({"starts_at": NOW + DAY, "ends_at": NOW + 2 * DAY}, 409, "not_claimable"),
        ({"limit": 1, "redeemed": 1}, 409, "sold_out"),
        ({"new_users_only": True}, 403, "not_eligible"),
    ],
)
def test_the_rewards_campaign_has_its_own_rules_and_the_claim_stays_open(api, alice, finished, rules, status, reason):
    mission = finished(reward=make_reward(**rules))

    response = claim(api("alice"), mission)

    assert refusal(response) == (status, reason)
    alice.refresh_from_db()
    assert alice.score == 0
    assert MissionProgress.objects.get(user=alice).claimed_at is None


def test_a_sold_out_reward_can_be_claimed_once_its_edition_grows(api, finished):
    reward = make_collectible(circulation=1, minted=1)
    mission = finished(reward=make_reward(reward))
    refused = claim(api("alice"), mission)

    type(reward).objects.filter(pk=reward.pk).update(circulation=2)

    assert refusal(refused) == (409, "sold_out")
    assert claim(api("alice"), mission).status_code == 201


def test_what_was_claimed_stays_claimed_after_the_end_and_after_the_copies_left(api, alice, bob, finished):
    mission = finished()
    claim(api("alice"), mission)
    Copy.objects.filter(owner=alice).update(owner=bob)
    type(mission).objects.update(ends_at=NOW)

    response = claim(api("alice"), mission)

    assert refusal(response) == (409, "already_claimed")


def test_an_unfinished_mission_says_how_far_one_is(api, door):
    mission = make_mission(door, make_collectible(collection=door.collection), goal=2)
    win(api("alice"), door)

    alice, carol = claim(api("alice"), mission), claim(api("carol"), mission)

    assert alice.json()["extra"] == {"reason": "unfinished", "progress": 1, "goal": 2}
    assert carol.json()["extra"] == {"reason": "unfinished", "progress": 0, "goal": 2}


def test_a_contributor_claims_a_challenge_once(api, alice, reached):
    challenge = reached()

    response, again = claim_challenge(api("alice"), challenge), claim_challenge(api("alice"), challenge)

    assert response.status_code == 201
    assert Copy.objects.get().owner == alice
    assert Grant.objects.get().challenge == challenge
    assert refusal(again) == (409, "already_claimed")
    assert again.json()["extra"]["copy"]["id"] == response.json()["copy"]["id"]


def test_a_reached_challenge_can_be_claimed_after_its_end(api, reached):
    challenge = reached(starts_at=NOW - 2 * DAY, ends_at=NOW - DAY)

    assert claim_challenge(api("alice"), challenge).status_code == 201


@pytest.mark.parametrize(
    ("who", "given", "status", "reason", "why"),
    [
        ("alice", {"total": 9}, 409, "not_claimable", "unfinished"),
        ("alice", {"total": 9, "starts_at": NOW - 2 * DAY, "ends_at": NOW - DAY}, 410, "ended", None),
        ("alice", {"count": 0}, 409, "not_claimable", "no_contribution"),
        ("carol", {}, 409, "not_claimable", "no_contribution"),
    ],
)
def test_a_challenge_that_cannot_be_claimed_says_why(api, reached, who, given, status, reason, why):
    response = claim_challenge(api(who), reached(**given))

    assert refusal(response) == (status, reason)
    assert response.json()["extra"].get("reason") == why
    assert not Copy.objects.exists()


def test_who_is_banned_from_the_community_waits_until_the_ban_is_over(api, alice, reached):
    community = make_community()
    membership = make_membership(alice, community, banned_until=NOW + DAY)
    challenge = reached(community=community)
    refused = claim_challenge(api("alice"), challenge)

    type(membership).objects.update(banned_until=NOW - DAY)

    assert refusal(refused) == (403, "not_eligible")
    assert claim_challenge(api("alice"), challenge).status_code == 201


def test_a_challenge_of_a_closed_community_is_not_there(api, reached):
    challenge = reached(community=make_community(active=False))

    assert refusal(claim_challenge(api("alice"), challenge)) == (404, "not_found")


@pytest.mark.parametrize("route", ["missions", "challenges"])
def test_a_reward_is_a_campaign_of_that_kind(api, door, route):
    wrong, right = make_distribution(door).id, make_reward(door).id
    owner = {"missions": {"collection": door.collection_id, "kind": "collect_count"}}
    body = owner.get(route) or {"community": door.collection.community_id}
    body |= {"title": {"en": "Win"}, "goal": 1, "starts_at": "2026-01-01T00:00:00Z"}

    refused = api("staff").post(f"/api/v1/{route}/", body | {"reward": wrong}, format="json")
    taken = api("staff").post(f"/api/v1/{route}/", body | {"reward": right}, format="json")

    assert refusal(refused) == (400, "not_a_reward")
    assert taken.status_code == 201
