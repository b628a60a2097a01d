"""What a run had to leave behind comes with a later one, once it was mended there; what came before stays as it is."""

import json

import pytest

from collectibles.invariants import violations
from collectibles.models import Collectible, Copy, Distribution, DistributionCode, Grant, MissionProgress
from kloppocar.models import LegacyId
from tests.collectibles.test_killed import everything
from tests.legacy.old_backend import at, key_of

TITLE = json.dumps({"en": "Late"})


def left_behind(old, run, table, mend, **row):
    """Imports without this row, mends it, and imports again."""
    old.add(table, id=row.pop("id", 90), **row)
    code, said = run("--go-on")
    assert code == 0, said
    old.run(f"UPDATE `{table}` SET {mend} WHERE {key_of(table)} >= 90 OR {mend.partition(' = ')[0]} = 77")
    code, said = run()
    assert (code, said.get("broken")) == (0, {}), said


@pytest.mark.parametrize(
    ("table", "mend", "row"),
    [
        ("Collection", "projectId = 1", {"communityId": 1, "projectId": 77, "name": TITLE}),
        ("Collectible", "collectionId = 1", {"collectionId": 77, "categoryId": 1, "projectId": 1, "name": TITLE}),
        ("CollectibleSponsor", "sponsorId = 1", {"collectibleId": 2, "sponsorId": 77}),
        ("CommunityUser", "communityId = 1", {"communityId": 77, "memberId": 3}),
        ("CommunityChallenge", "communityId = 1", {"communityId": 77, "title": TITLE, "goal": 1}),
        ("Distribution", "projectId = 1", {"projectId": 77, "name": TITLE, "type": "scan"}),
        ("DistributionCollectible", "distributionId = 1", {"distributionId": 77, "collectibleId": 3}),
        ("DistributionCollectible", "distributionId = 1", {"id": 3, "distributionId": 77, "collectibleId": 3}),
        ("DistributionCode", "code = 'MENDED'", {"distributionId": 1, "code": "", "isMultiUse": 0}),
        ("UserCollectible", "ownerId = 1", {"ownerId": 77, "collectibleId": 1, "mint": 9, "createdDt": at(9)}),
        ("Mission", "collectionId = 1", {"collectionId": 77, "title": TITLE, "goal": 1, "missionTypeId": 1}),
        ("MissionUser", "userId = 4", {"userId": 77, "missionId": 1, "completed": 1, "dateCompleted": at(9)}),
        ("NotificationUser", "notificationId = 2", {"notificationId": 77, "userId": 3}),
    ],
)
def test_a_mended_row_comes_with_the_next_run(old, run, table, mend, row):
    old.fill()
    pk = row.get("id", 90)

    left_behind(old, run, table, mend, **row)

    assert LegacyId.objects.get(table=table, old_id=pk).new_id == pk
    before = everything()
    assert run()[0] == 0
    assert everything() == before


def test_progress_whose_id_was_given_meanwhile_gets_another(old, run):
    """What was counted after the first run has ids of our own."""
    old.fill()
    assert run()[0] == 0
    counted = MissionProgress.objects.get(user=3, mission=1)
    old.add("MissionUser", id=counted.pk, userId=4, missionId=1, completed=1, dateCompleted=at(9))

    code, said = run()

    assert (code, said.get("broken")) == (0, {}), said
    claimed = MissionProgress.objects.exclude(claimed_at=None).get(user=4)
    assert LegacyId.objects.get(table="MissionUser", old_id=counted.pk).new_id == claimed.pk


@pytest.fixture
def one_of_one(old):
    """An edition of one, given by a code for one in a campaign of one."""
    old.fill()
    old.add("Collectible", id=9, collectionId=1, categoryId=1, projectId=1, name=TITLE, circulation=1)
    old.add("Distribution", id=9, projectId=1, name=TITLE, type="scan", isLimited=1, limitedQty=1)
    old.add("DistributionCode", id=9, distributionId=9, code="ONLY-ONE", isMultiUse=0)
    old.add("UserCollectible", id=60, ownerId=1, collectibleId=9, mint=1, createdDt=at(30))
    return old


def redeemed(old, user):
    old.add("DistributionCodeUser", id=60, userId=user, distributionCodeId=9, redeemed=1, redeemedDate=at(20),
            collectibleReceived={"collectibleId": 9})  # fmt: skip


def test_a_mended_copy_takes_no_number_and_brings_its_use(one_of_one, run):
    """Its redemption gave no copy at first: the use was spent, and nothing was left of code, campaign and edition."""
    redeemed(one_of_one, 2)

    left_behind(
        one_of_one, run, "UserCollectible", "ownerId = 2", ownerId=77, collectibleId=9, mint=1, createdDt=at(20)
    )

    assert dict(Copy.objects.filter(collectible=9).values_list("id", "mint")) == {60: 1, 90: 2}
    assert Collectible.objects.get(pk=9).circulation == 2
    assert Grant.objects.get(copy=90).code_id == 9
    assert list(DistributionCode.objects.filter(pk=9).values_list("uses", "max_uses")) == [(1, 1)]
    assert list(Distribution.objects.filter(pk=9).values_list("redeemed", "limit")) == [(1, 1)]
    assert violations() == {}


def test_a_number_that_was_changed_there_stays_as_it_came(old, run):
    old.fill()  # copy 2 has number 3
    old.add("UserCollectible", id=90, ownerId=77, collectibleId=2, mint=3, createdDt=at(9))
    assert run("--go-on")[0] == 0
    old.run("UPDATE UserCollectible SET ownerId = 1 WHERE ownerId = 77")
    old.run("UPDATE UserCollectible SET mint = 8 WHERE userCollectibleId = 2")

    assert run()[0] == 0

    assert dict(Copy.objects.filter(collectible=2).values_list("id", "mint")) == {2: 3, 4: 1, 90: 2}


def test_a_redemption_stays_with_the_copy_that_it_came_with(one_of_one, run):
    redeemed(one_of_one, 1)

    left_behind(
        one_of_one, run, "UserCollectible", "ownerId = 1", ownerId=77, collectibleId=9, mint=5, createdDt=at(20)
    )

    assert dict(Grant.objects.filter(copy__collectible=9).values_list("copy", "code")) == {60: 9, 90: None}


def test_a_code_that_comes_after_its_copy_is_spent(one_of_one, run):
    redeemed(one_of_one, 1)
    one_of_one.run("UPDATE DistributionCode SET distributionId = 77 WHERE distributionCodeId = 9")
    assert run("--go-on")[0] == 0
    one_of_one.run("UPDATE DistributionCode SET distributionId = 9 WHERE distributionCodeId = 9")

    assert run()[0] == 0

    assert list(DistributionCode.objects.filter(pk=9).values_list("uses", "max_uses")) == [(0, 0)]
