"""Small rules of the import, each with a row that would come otherwise without it."""

import json

import pytest
from django.utils import timezone

from collectibles import codes
from collectibles.models import (
    Collectible,
    Copy,
    Distribution,
    DistributionCode,
    Grant,
    MissionProgress,
    Transfer,
)
from communities.models import Membership
from tests.legacy.old_backend import at
from tests.legacy.test_bad_rows import rules
from tests.legacy.test_import import hours
from tests.legacy.test_same_person import fine, misread
from tests.make import make_code
from users.models import Notification, NotificationReceipt, User

TITLE = json.dumps({"en": "x"})


@pytest.mark.parametrize(
    ("table", "row", "model", "comes_with"),
    [
        # messages: published ones are not pushed again, drafts are pushed once they are published
        ("Notification", {"pushNotification": 1, "active": 1}, Notification, {"push": False}),
        ("Notification", {"pushNotification": 1, "active": 0, "publishDt": "2098-01-01"}, Notification, {"push": True}),
        (
            "Notification",
            {"pushNotification": 0, "active": 0, "publishDt": "2098-01-01"},
            Notification,
            {"push": False},
        ),
        ("Notification", {"id": 1, "private": 0}, Notification, {"is_welcome": True}),
        ("Notification", {"id": 1, "private": 1}, Notification, {"is_welcome": False, "audience": "selected"}),
        ("Notification", {"private": 0}, Notification, {"is_welcome": False, "audience": "everyone"}),
        # editions
        ("Collectible", {"active": 0}, Collectible, {"status": "draft", "circulation": None}),
        ("Collectible", {"circulation": 0}, Collectible, {"status": "retired", "circulation": None}),
        ("Collectible", {"circulation": -1}, Collectible, {"status": "retired", "circulation": None}),
        ("Collectible", {"circulation": 1}, Collectible, {"status": "available", "circulation": 1}),
        # codes
        ("DistributionCode", {"isMultiUse": 1}, DistributionCode, {"max_uses": None}),
        ("DistributionCode", {"isMultiUse": 1, "multiUseQty": 0}, DistributionCode, {"max_uses": None}),
        ("DistributionCode", {"isMultiUse": 1, "multiUseQty": -1}, DistributionCode, {"max_uses": None}),
        ("DistributionCode", {"isMultiUse": 1, "multiUseQty": 7}, DistributionCode, {"max_uses": 7}),
        ("DistributionCode", {"isMultiUse": 0, "multiUseQty": 7}, DistributionCode, {"max_uses": 1}),
        # people
        ("User", {"active": 0, "score": 7, "pushToken": "t"}, User, {"push_enabled": False, "score": 7, "email": None}),
        ("User", {"active": 1, "score": 7, "authData": '{"pushEnabled": "0"}'}, User, {"push_enabled": False}),
    ],
)
def test_what_a_row_comes_to(old, run, table, row, model, comes_with):
    old.fill()
    usual = {
        "Notification": {"header": TITLE, "content": TITLE, "createdDt": at(0)},
        "Collectible": {"collectionId": 1, "categoryId": 1, "projectId": 1, "name": TITLE, "createdDt": at(0)},
        "DistributionCode": {"distributionId": 1, "code": "NEW-ONE"},
        "User": {"email": "n@example.com", "cognitoUsername": "sub-n"},
    }
    row = {"id": 9} | row
    old.run(f"DELETE FROM Notification WHERE notificationId = {row['id']}")
    old.add(table, **usual[table] | row)
    fine(run())

    assert model.objects.filter(pk=row["id"]).values(*comes_with).get() == comes_with


def test_an_inactive_edition_with_copies_is_retired(old, run):
    old.fill()
    old.run("UPDATE Collectible SET active = 0 WHERE collectibleId = 1")
    fine(run())

    assert Collectible.objects.get(pk=1).status == "retired"


def test_a_message_that_was_published_stays_as_it_went_out(old, run):
    old.fill()
    fine(run())

    assert not Notification.objects.filter(published_at__gt=timezone.now()).exists()
    assert Notification.objects.get(pk=2).published_at == hours(5)


@pytest.mark.parametrize(
    ("columns", "is_claimed"),
    [
        ({"completed": 1}, True),
        ({"rewardClaimed": 1}, True),
        ({"completed": 0, "rewardClaimed": 0, "progress": 2}, False),
    ],
)
def test_what_was_claimed_in_either_column_stays_claimed(old, run, columns, is_claimed):
    old.fill()
    old.add("MissionUser", id=50, userId=3, missionId=1, dateCompleted=at(9), **columns)
    fine(run())

    claimed = MissionProgress.objects.get(user=3, mission=1).claimed_at
    assert claimed == (hours(9) if is_claimed else None)


def test_who_closed_an_account_has_left_and_has_no_messages(old, run):
    old.fill()
    old.add("CommunityUser", id=50, communityId=1, memberId=5)
    old.add("NotificationUser", {"id": 50, "notificationId": 1, "userId": 5, "markRead": 1})
    old.add("NotificationUser", {"id": 51, "notificationId": 2, "userId": 5})
    fine(run())

    assert not Membership.objects.filter(user=5).exists()
    assert not NotificationReceipt.objects.filter(user=5).exists()


@pytest.mark.parametrize(
    ("printed", "here"),
    [
        ("FRESH-ONE", "FRESH-ONE"),
        (" fresh-one ", "FRESH-ONE"),
        (misread("Über 1"), codes.of_old_backend("Über 1")),  # as it is written, not as it was read
    ],
)
def test_a_code_that_is_here_already_is_refused(old, run, printed, here):
    make_code(code=here)
    old.fill()
    old.run("UPDATE DistributionCode SET code = %s WHERE code = 'FRESH-ONE'", printed)

    code, said = run("--check")

    assert (code, ("code_twice", (3,)) in rules(said, "DistributionCode")) == (1, True)
    fine(run("--go-on"))


def test_of_codes_of_an_earlier_run_none_is_twice(old, run):
    old.fill()
    fine(run())

    assert "code_twice" not in {rule for rule, _ in rules(fine(run("--check")), "DistributionCode")}


@pytest.mark.parametrize(("minutes", "received", "is_of_code"), [(9, None, True), (11, None, False), (11, 3, True)])
def test_a_redemption_that_names_nothing_belongs_to_a_copy_of_that_moment(old, run, minutes, received, is_of_code):
    """One that names its collectible belongs to the nearest copy of it."""
    old.fill()  # copy 5 of carol, of the fifth hour, was given by no code
    old.add("DistributionCode", id=9, distributionId=1, code="NEW-ONE", isMultiUse=0)
    when, what = at(5 + minutes / 60), {"collectibleId": received} if received else None
    old.add("DistributionCodeUser", id=50, userId=3, distributionCodeId=9, redeemed=1, redeemedDate=when,
            collectibleReceived=what)  # fmt: skip
    fine(run())

    assert (Grant.objects.get(copy=5).code_id == 9) == is_of_code
    assert list(DistributionCode.objects.filter(pk=9).values_list("uses", "max_uses")) == [(is_of_code, is_of_code)]


def test_the_nearest_copy_is_the_one_that_was_given(old, run):
    old.fill()
    for pk, when in ((50, 20), (51, 30), (52, 40)):
        old.add("UserCollectible", id=pk, ownerId=3, collectibleId=2, mint=pk, createdDt=at(when))
    old.add("DistributionCode", id=9, distributionId=1, code="NEW-ONE", isMultiUse=0)
    old.add("DistributionCodeUser", id=50, userId=3, distributionCodeId=9, redeemed=1, redeemedDate=at(31),
            collectibleReceived={"collectibleId": 2})  # fmt: skip
    fine(run())

    assert list(Grant.objects.filter(code=9).values_list("copy", flat=True)) == [51]


@pytest.mark.parametrize(("said", "handed_on"), [(50, 50), (1, 3), (None, 3)])
def test_nothing_is_handed_on_before_it_was_there(old, run, said, handed_on):
    old.fill()  # copy 3 is of the third hour
    old.run(
        "UPDATE UserCollectible SET lastTransferredDt = %s, updatedDt = %s WHERE userCollectibleId = 3",
        said and at(said),
        at(2),
    )
    fine(run())

    assert Transfer.objects.get().accepted_at == hours(handed_on)
    assert Copy.objects.get(pk=3).acquired_at == hours(handed_on)


def test_a_campaign_without_a_limit_has_none(old, run):
    old.fill()
    old.run("UPDATE Distribution SET isLimited = 0")
    fine(run())

    assert set(Distribution.objects.values_list("limit", flat=True)) == {None}
