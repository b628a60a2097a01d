"""Old clients at once, and again: each thing happens once, and everybody is told what happened."""

from collectibles.invariants import violations
from collectibles.missions import recompute
from collectibles.models import Copy, Grant
from kloppocar.legacy.bridge.sealed import seal
from tests.concurrency import at_once
from tests.make import (
    make_code,
    make_collectible,
    make_community,
    make_distribution,
    make_mission,
    make_reward,
    make_user,
)

REDEEM = "/DistributionCodeUser/createDistributionCodeUser"


def redemption(code, person):
    person.acts_as_staff = False
    return {"userId": person.pk, "distributionCodeId": seal("DistributionCode", code.pk, person)}


def outcomes(answers):
    found = [answer.json()["errors"][0]["code"] if answer.status_code != 200 else "done" for answer in answers]
    return {word: found.count(word) for word in found}


def test_one_person_creating_a_redemption_many_times_at_once_redeems_once(real_db):
    person, code = make_user(), make_code(make_distribution(make_collectible(circulation=50)), max_uses=None)

    answers = at_once([person] * 8, lambda client: client.post(REDEEM, redemption(code, person)))

    assert outcomes(answers) == {"done": 1, "already_redeemed": 7}
    (copy,) = Copy.objects.all()
    told = {a.json().get("extra", {}).get("copy", {}).get("id", copy.pk) for a in answers}
    assert told == {copy.pk}
    assert violations() == {}


def test_retries_at_once_with_one_key_get_one_answer(real_db):
    person, code = make_user(), make_code(make_distribution(make_collectible(circulation=50)), max_uses=None)
    key = {"Idempotency-Key": "phone-1"}

    answers = at_once([person] * 4, lambda client: client.post(REDEEM, redemption(code, person), headers=key))

    assert outcomes(answers) == {"done": 4}
    assert len({answer.content for answer in answers}) == 1
    assert Grant.objects.count() == 1


def test_the_last_copy_goes_to_one_of_many(real_db):
    people = [make_user() for _ in range(6)]
    code = make_code(make_distribution(make_collectible(circulation=1)), max_uses=None)

    answers = at_once(people, lambda client: client.post(REDEEM, redemption(code, client.person)))

    assert outcomes(answers) == {"done": 1, "sold_out": 5}
    assert violations() == {}


def test_a_mission_is_claimed_once_by_many_at_once(real_db):
    person, collectible = make_user(), make_collectible(circulation=50)
    code = make_code(make_distribution(collectible), max_uses=None)
    mission = make_mission(collectible, reward=make_reward())
    at_once([person], lambda client: client.post(REDEEM, redemption(code, person)))
    recompute(mission.pk)
    path, sent = "/MissionUser/updateMissionUserByMissionUserId", {"missionUserId": mission.pk, "rewardClaimed": True}

    answers = at_once([person] * 6, lambda client: client.patch(path, sent))

    assert set(outcomes(answers)) <= {"done", "already_claimed"}
    assert outcomes(answers)["done"] >= 1
    assert Grant.objects.filter(mission=mission).count() == 1
    assert violations() == {}


def test_one_joins_once_however_often_at_once(real_db):
    person, community = make_user(), make_community()

    answers = at_once(
        [person] * 6, lambda client: client.post("/CommunityUser/createCommunityUser", {"communityId": community.pk})
    )

    assert outcomes(answers) == {"done": 6}
    assert community.memberships.count() == 1
