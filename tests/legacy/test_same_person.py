"""One Cognito subject is one person, in however many rows, and whether or not they are here already."""

import pytest

from collectibles.models import Copy, Grant
from communities.models import Membership
from kloppocar.models import LegacyId
from tests.legacy.old_backend import at
from tests.legacy.test_bad_rows import rules
from tests.make import make_user
from users.models import NotificationReceipt, PushDevice, User, UserStatus


def fine(got):
    assert got[0] == 0, got[1]
    return got[1]


def test_two_rows_that_both_redeemed_one_code(old, run):
    old.fill()  # alice redeemed MULTI2023
    old.add("User", id=6, email="a2@example.com", cognitoUsername="sub-alice", createdDt=at(3))
    old.add("UserCollectible", id=60, ownerId=6, collectibleId=2, mint=40, createdDt=at(20))
    old.add("DistributionCodeUser", id=60, userId=6, distributionCodeId=2, redeemed=1, redeemedDate=at(20),
            collectibleReceived={"collectibleId": 2})  # fmt: skip

    said = fine(run("--check"))
    assert ("redeemed_twice", (60,)) in rules(said, "DistributionCodeUser")
    fine(run())

    assert dict(Grant.objects.filter(copy__in=[2, 60]).values_list("copy", "code")) == {2: 2, 60: None}
    assert Copy.objects.get(pk=60).owner_id == 1


def test_a_copy_handed_on_to_oneself_was_not_handed_on(old, run):
    old.fill()
    old.add("User", id=6, cognitoUsername="sub-alice")
    old.add("UserCollectible", id=60, ownerId=6, previousOwnerId=1, collectibleId=2, mint=40, createdDt=at(20))
    fine(run())

    assert not Copy.objects.get(pk=60).transfers.exists()


@pytest.mark.parametrize(
    ("rows", "stands"),
    [
        ([{"active": 0, "username": "old"}, {}], 11),  # closed, and came back
        ([{"username": "old"}, {"active": 0, "username": "new"}], 10),
        ([{"username": "old"}, {}], 10),
        ([{"username": "old"}, {"username": "admin"}], 10),
        ([{"username": "old"}, {"username": "new"}], 11),
        ([{"active": 0}, {"active": 0}], 11),
    ],
)
def test_the_row_that_stands_for_a_person(old, run, rows, stands):
    old.add("User", *({"id": pk, "cognitoUsername": "sub-x", **row} for pk, row in enumerate(rows, start=10)))

    said = fine(run())

    person = User.objects.get()
    row = rows[stands - 10]
    assert (person.pk, person.username) == (stands, row.get("username"))
    assert (person.status == UserStatus.DELETED) == (row.get("active") == 0)
    assert dict(LegacyId.objects.values_list("old_id", "new_id")) == {10: stands, 11: stands}
    assert ("duplicate_sub", (21 - stands,)) in rules(said, "User")


def test_what_the_other_row_loses_is_told_by_its_column(old, run):
    old.add("User", id=10, cognitoUsername="sub-x", username="old", email="old@example.com", score=5)
    old.add("User", id=11, cognitoUsername="sub-x", username="new", email="old@example.com", pushToken="t")

    said = fine(run("--check"))

    [lost] = [each for each in said["findings"] if each["rule"] == "lost_with_a_row"]
    assert [(each["id"], each["column"]) for each in lost["examples"]] == [(10, "username"), (10, "score")]


@pytest.mark.parametrize("comes_back", [False, True])
def test_a_closed_account_has_no_memberships_and_messages(old, run, comes_back):
    """Nor by way of another row of the same subject; who came back has them all."""
    old.fill()  # user 5, sub-gone, is closed
    old.add("User", id=6, cognitoUsername="sub-gone", active=comes_back, createdDt=at(30))
    old.add("CommunityUser", {"id": 60, "communityId": 1, "memberId": 5})
    old.add("NotificationUser", {"id": 60, "notificationId": 2, "userId": 5})
    fine(run())

    person = User.objects.get(cognito_sub="sub-gone")
    assert (person.status == UserStatus.DELETED) != comes_back
    assert Membership.objects.filter(user=person).exists() == comes_back
    assert NotificationReceipt.objects.filter(user=person).exists() == comes_back


def test_an_account_that_was_closed_here_stays_closed(old, run):
    closed = make_user("zoe", cognito_sub="sub-bob")
    User.objects.filter(pk=closed.pk).update(status=UserStatus.DELETED)
    old.fill()
    fine(run())

    assert not Membership.objects.filter(user=closed).exists()
    assert not NotificationReceipt.objects.filter(user=closed).exists()


def misread(text):
    return text.encode().decode("latin1")


@pytest.mark.parametrize(
    ("column", "value"),
    [("username", misread("Müller")), ("username", " Mueller "), ("cognitoUsername", " sub-9 ")],
)
def test_who_is_here_already_is_found_by_what_would_be_written(old, run, column, value):
    make_user("Mueller", cognito_sub="sub-9")
    old.add("User", id=9, **{"email": "n@example.com", "cognitoUsername": "sub-10", column: value})

    assert fine(run("--check"))["findings"]
    fine(run())


def test_a_device_that_is_here_already_stays_where_it_is(old, run):
    zoe = make_user("zoe")
    PushDevice.objects.create(user=zoe, token="token-alice", platform="ios")
    old.fill()
    fine(run())

    assert PushDevice.objects.get(token="token-alice").user == zoe


@pytest.mark.parametrize("name", ["Heil_Hitler88", "admin.1"])
def test_a_name_that_nobody_may_choose_is_not_brought(old, run, name):
    old.add("User", id=9, email="n@example.com", username=name, cognitoUsername="sub-9", userType="email")

    said = fine(run())

    assert ("reserved_username", (9,)) in rules(said, "User")
    assert User.objects.get().username is None
