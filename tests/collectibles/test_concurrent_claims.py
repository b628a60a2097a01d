"""Many claims at once, and a claim that races the copies it stands on, with real connections."""

import threading
import time
from functools import partial

import pytest
from django.db import connection, transaction

from collectibles.models import Copy, Grant, MissionProgress
from collectibles.services import accept, claim_challenge, claim_mission, open_offer, redeem
from communities.models import ChallengeContribution, ChallengeTally
from kloppocar.api.errors import Refusal
from tests.collectibles.test_concurrency import assert_invariants, at_once
from tests.make import (
    make_challenge,
    make_code,
    make_collectible,
    make_distribution,
    make_mission,
    make_reward,
    make_user,
)


@pytest.fixture
def mission(real_db):
    door, hood = make_collectible(), make_collectible()
    return make_mission(door, hood, goal=2, points=7, reward=make_reward(make_collectible(circulation=3)))


def finish(user, mission):
    for collectible in mission.collectibles.all():
        redeem(user=user, code=make_code(make_distribution(collectible)).code)


def test_one_person_claiming_twenty_times_at_once_wins_once(mission):
    alice = make_user()
    finish(alice, mission)

    outcomes = at_once(*[lambda: claim_mission(user=alice, mission_id=mission.id)] * 20)

    assert outcomes == {"granted": 1, "already_claimed": 19}
    alice.refresh_from_db()
    assert alice.score == 7
    assert_invariants()


def test_the_last_rewards_go_to_as_many_people_and_the_other_claims_stay_open(mission):
    people = [make_user() for _ in range(8)]
    for user in people:
        finish(user, mission)

    outcomes = at_once(*(lambda user=user: claim_mission(user=user, mission_id=mission.id) for user in people))

    assert outcomes == {"granted": 3, "sold_out": 5}
    assert MissionProgress.objects.exclude(claimed_at=None).count() == 3
    assert sorted(user.score for user in type(people[0]).objects.all()) == [0] * 5 + [7] * 3
    assert_invariants()


def test_a_claim_that_races_a_copy_on_its_way_out_is_either_before_or_after_it(mission):
    """Whoever claims still owned both, or is told that the mission is not finished."""
    people, taker = [make_user() for _ in range(6)], make_user()
    secrets, refused = {}, []
    for user in people:
        finish(user, mission)
        secrets[user.pk] = open_offer(giver=user, copy=Copy.objects.filter(owner=user).order_by("id")[0]).secret

    def leave(user):
        accept(user=taker, secret=secrets[user.pk])

    def attempt(user):
        try:
            claim_mission(user=user, mission_id=mission.id)
        except Refusal as refusal:
            refused.append((user.pk, refusal.code, refusal.extra))
            raise

    races = [partial(call, user) for user in people for call in (leave, attempt)]
    outcomes = at_once(*races)

    claimed = MissionProgress.objects.exclude(claimed_at=None).count()
    assert set(outcomes) <= {"granted", "not_claimable", "sold_out"}
    assert claimed == Grant.objects.filter(mission=mission).count() <= 3
    assert all(extra["progress"] == 1 for _, code, extra in refused if code == "not_claimable")
    assert_invariants()


@pytest.mark.skipif(connection.vendor != "mysql", reason="SQLite has one writer at a time")
def test_a_claim_waits_for_a_copy_that_is_leaving_and_is_then_refused(mission):
    alice, bob = make_user(), make_user()
    finish(alice, mission)
    copy = Copy.objects.filter(owner=alice)[0]

    with transaction.atomic():
        Copy.objects.filter(pk=copy.pk).update(owner=bob)
        answers = []
        thread = threading.Thread(
            target=lambda: answers.append(at_once(lambda: claim_mission(user=alice, mission_id=mission.id)))
        )
        thread.start()
        time.sleep(0.2)
        assert answers == []
    thread.join()

    assert answers == [{"not_claimable": 1}]
    assert not Grant.objects.filter(mission=mission).exists()


def test_a_challenge_is_claimed_once_by_each_contributor(real_db):
    challenge = make_challenge(goal=3, reward=make_reward(make_collectible(circulation=50)))
    people = [make_user() for _ in range(3)]
    for user in people:
        ChallengeContribution.objects.create(challenge=challenge, user=user, count=1)
    ChallengeTally.objects.create(challenge=challenge, shard=0, count=3)

    outcomes = at_once(
        *[lambda user=user: claim_challenge(user=user, challenge_id=challenge.id) for user in people * 5]
    )

    assert outcomes == {"granted": 3, "already_claimed": 12}
    assert_invariants()
