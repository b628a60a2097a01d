"""What /api/v1/ does not show somebody, the old routes do not show them either."""

import pytest
from django.utils import timezone

from collectibles.models import CollectibleSponsor, Copy, Distribution, DistributionCode, Grant, MissionCollectible
from collectibles.services import accept, open_offer
from tests.make import make_collectible, make_community, make_distribution, make_sponsor
from users.models import User

CODE = "DistributionCode/getDistributionCodeByDistributionCodeId"
CAMPAIGN = "Distribution/getDistributionByDistributionId"


def ids(response, name):
    return [row[name] for row in response.json()]


@pytest.mark.parametrize(("person", "is_named"), [(None, False), ("bob", False), ("staff", True)])
def test_a_mission_names_only_collectibles_that_its_reader_may_see(old, api, world, person, is_named):
    draft = make_collectible(collection=world.collection, status="draft")
    MissionCollectible.objects.create(mission=world.mission, collectible=draft)

    counts = old(person, "GET", "Mission/getMissionByMissionId", missionId=world.mission.pk).json()["parameterJson"]

    assert (draft.pk in counts["collectibleIds"]) == is_named
    assert counts["collectibleIds"] == api(person).get(f"/api/v1/missions/{world.mission.pk}/").json()["collectibles"]


@pytest.mark.parametrize("hidden", ["nothing", "sponsor", "collectible"])
@pytest.mark.parametrize("person", [None, "alice", "staff"])
def test_who_sponsors_what_shows_where_both_may_be_seen(old, world, hidden, person):
    """Beside others that nothing hides."""
    other = make_sponsor()
    CollectibleSponsor.objects.create(collectible=make_collectible(), sponsor=other)
    if hidden == "sponsor":
        type(world.sponsor).objects.filter(pk=world.sponsor.pk).update(active=False)
    if hidden == "collectible":
        type(world.collection).objects.filter(pk=world.collection.pk).update(active=False)
    expected = 1 if hidden == "nothing" or person == "staff" else 0

    collectibles = old(person, "GET", "Collectible/getCollectiblesBySponsor", sponsorId=world.sponsor.pk)
    name = "CollectibleSponsor/getCollectibleSponsorBy"
    by_sponsor = old(person, "GET", f"{name}SponsorId", sponsorId=world.sponsor.pk)
    by_collectible = old(person, "GET", f"{name}CollectibleId", collectibleId=world.collectible.pk)
    by_id = old(person, "GET", f"{name}CollectibleSponsorId", collectibleSponsorId=world.sponsorship.pk)

    assert [len(each.json()) for each in (collectibles, by_sponsor, by_collectible)] == [expected] * 3
    assert by_id.status_code == (200 if expected else 404)


@pytest.mark.parametrize(("person", "number"), [(None, 0), ("bob", 0), ("staff", 1)])
def test_copies_of_somebody_blocked_are_not_listed_by_owner(old, world, person, number):
    User.objects.filter(pk=world.alice.pk).update(is_active=False)

    listed = old(person, "GET", "UserCollectible/getUserCollectiblesByOwnerId", ownerId=world.alice.pk)

    assert len(listed.json()) == number


def test_when_somebody_did_something_is_not_told(old, api, world):
    """Neither of people nor of their copies, where a favourite would show by its time."""
    api("alice").patch("/api/v1/users/me/", {"newsletter": True})
    api("alice").patch(f"/api/v1/copies/{world.copy.pk}/", {"favorite": True})
    name = "UserCollectible/getUserCollectibleBy"
    routes = {
        "User/getUserByUserId": {"userId": world.alice.pk},
        f"{name}UserCollectibleId": {"userCollectibleId": world.copy.pk},
        f"{name}CollectibleIdAndMint": {"collectibleId": world.collectible.pk, "mint": world.copy.mint},
    }

    for route, sent in routes.items():
        mine, theirs, anonymous = (old(person, "GET", route, **sent).json() for person in ("alice", "bob", None))
        assert mine["createdDt"], route
        assert mine["updatedDt"], route
        assert {row[stamp] for row in (theirs, anonymous) for stamp in ("createdDt", "updatedDt")} == {None}, route


@pytest.mark.parametrize(("person", "status"), [("bob", 404), ("alice", 404), ("staff", 200)])
def test_a_campaign_that_is_off_is_told_to_staff_alone(old, world, person, status):
    row = old(person, "GET", "Mission/getMissionByMissionId", missionId=world.mission.pk).json()
    on = old(person, "GET", CAMPAIGN, distributionId=row["rewardId"])
    Distribution.objects.filter(pk=world.mission.reward_id).update(active=False)

    off = old(person, "GET", CAMPAIGN, distributionId=row["rewardId"])

    assert (on.status_code, off.status_code) == (200, status)


@pytest.mark.parametrize(("person", "status"), [("bob", 404), ("alice", 404), ("staff", 200)])
def test_a_code_that_was_revoked_is_told_to_staff_alone(old, world, person, status):
    known = world.sealed("DistributionCode", world.code.pk, person)
    DistributionCode.objects.filter(pk=world.code.pk).update(revoked_at=timezone.now())

    assert old(person, "GET", CODE, distributionCodeId=known).status_code == status


def test_where_a_sponsor_lives_and_who_speaks_for_it_is_for_staff(old, world):
    fields = {"city": "Bremen", "country": "DE", "zip_code": "28195", "contact_name": "C", "contact_phone": "+49421"}
    type(world.sponsor).objects.filter(pk=world.sponsor.pk).update(**fields)
    private = {"sponsorCity", "sponsorCountry", "sponsorZip"}
    private |= {"primaryContactName", "primaryContactEmail", "primaryContactPhone"}

    told = {
        person: old(person, "GET", "Sponsor/getSponsorBySponsorId", sponsorId=world.sponsor.pk).json()
        for person in (None, "alice", "staff")
    }

    assert [bool(told["staff"][name]) for name in private] == [True] * 6
    assert {told[person][name] for person in (None, "alice") for name in private} == {None}


def test_what_was_won_otherwise_is_no_redemption(old, world):
    reward = make_distribution(world.collectible, kind="reward")
    copy = Copy.objects.create(collectible=world.collectible, mint=_free(world), owner=world.alice)
    other = Grant.objects.create(user=world.alice, distribution=reward, copy=copy, source="mission")
    name = "DistributionCodeUser/getDistributionCodeUser"

    listed = old("alice", "GET", f"{name}sByUserId", userId=world.alice.pk)
    one = old("alice", "GET", f"{name}ByDistributionCodeUserId", distributionCodeUserId=other.pk)

    assert ids(listed, "distributionCodeUserId") == [world.grant.pk]
    assert one.status_code == 404


def test_copies_that_came_lately_are_ones_own(old, world):
    Copy.objects.create(collectible=world.collectible, mint=_free(world), owner=world.bob)

    listed = old("alice", "GET", "UserCollectible/getUserCollectiblesByLastOwned", lastTransferredDtAfter="2020-01-01")

    assert ids(listed, "userCollectibleId") == [world.copy.pk]


def _free(world):
    return next(mint for mint in range(1, 11) if mint != world.copy.mint)


def test_a_copy_says_who_had_it_last_and_since_when(old, world):
    for giver, receiver in [(world.alice, world.bob), (world.bob, world.carol)]:
        accept(user=receiver, secret=open_offer(giver=giver, copy=Copy.objects.get(pk=world.copy.pk)).secret)
    name = "UserCollectible/getUserCollectible"

    row = old("carol", "GET", f"{name}ByUserCollectibleId", userCollectibleId=world.copy.pk).json()
    listed = old("carol", "GET", f"{name}sByLastOwned", lastTransferredDtAfter=row["lastTransferredDt"])

    assert (row["ownerId"], row["previousOwnerId"]) == (world.carol.pk, world.bob.pk)
    assert ids(listed, "userCollectibleId") == [world.copy.pk]  # of that very moment, too


def test_a_community_that_is_not_shown_cannot_be_joined(old, world):
    hidden = make_community(active=False)

    answer = old("bob", "POST", "CommunityUser/createCommunityUser", communityId=hidden.pk)

    assert answer.status_code == 404
    assert not hidden.memberships.exists()


def test_an_id_of_one_table_is_none_of_another(old, world):
    """Even where both rows have the same number."""
    if not Distribution.objects.filter(pk=world.code.pk).exists():
        make_distribution(pk=world.code.pk)
    code, campaign = (world.sealed(table, world.code.pk, "bob") for table in ("DistributionCode", "Distribution"))

    answers = [old("bob", "GET", CODE, distributionCodeId=campaign), old("bob", "GET", CAMPAIGN, distributionId=code)]

    assert code != campaign
    assert [answer.status_code for answer in answers] == [404, 404]
