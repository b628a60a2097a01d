"""What old clients write: flows of today, their own account, and nothing that the server decides."""

import pytest

from collectibles.models import Copy, Grant, MissionProgress
from tests.bridge.examples import EXAMPLES
from tests.bridge.test_bridge import code_of
from users.models import NotificationReceipt, PushDevice, User


def redemption(world, person):
    user = getattr(world, person)
    sealed = world.sealed("DistributionCode", world.code.pk, person)
    return {
        "userId": user.pk,
        "distributionCodeId": sealed,
        "redeemed": True,
        "collectibleReceived": {"collectibleId": 1},
    }


def test_creating_a_redemption_redeems_and_the_answer_says_what_there_is(old, world):
    row = old("bob", "POST", "DistributionCodeUser/createDistributionCodeUser", **redemption(world, "bob")).json()

    copy = Copy.objects.get(owner=world.bob)
    assert row["collectibleReceived"] == {
        "collectibleId": world.collectible.pk,
        "userCollectibleId": copy.pk,
        "mint": copy.mint,
    }
    assert row["userId"] == world.bob.pk
    assert row["redeemed"] is True


def test_a_second_redemption_is_refused_and_says_what_the_first_gave(old, world):
    name = "DistributionCodeUser/createDistributionCodeUser"
    first = old("bob", "POST", name, **redemption(world, "bob")).json()

    again = old("bob", "POST", name, **redemption(world, "bob"))

    assert (again.status_code, code_of(again)) == (409, "already_redeemed")
    assert again.json()["extra"]["copy"]["id"] == first["collectibleReceived"]["userCollectibleId"]


def test_a_retry_with_the_same_key_gets_the_same_answer(old, world):
    name, key = "DistributionCodeUser/createDistributionCodeUser", {"Idempotency-Key": "phone-1"}

    first, again = (old("bob", "POST", name, key, **redemption(world, "bob")) for _ in range(2))

    assert first.json() == again.json()
    assert Grant.objects.filter(user=world.bob).count() == 1


def test_nobody_redeems_for_somebody_else(old, world):
    sent = redemption(world, "bob") | {"userId": world.alice.pk}

    response = old("bob", "POST", "DistributionCodeUser/createDistributionCodeUser", **sent)

    assert response.status_code == 403
    assert not Grant.objects.filter(user=world.bob).exists()


@pytest.mark.parametrize(
    "change",
    [
        {"ownerId": 999},
        {"mint": 11},
        {"active": False},
        {"points": 1000},
        {"previousOwnerId": 3},
        {"favorite": True, "mint": 11},
    ],
)
def test_owner_and_number_are_not_the_phones_to_change(old, world, change):
    name = "UserCollectible/updateUserCollectibleByUserCollectibleId"

    response = old("alice", "PATCH", name, userCollectibleId=world.copy.pk, **change)

    assert (response.status_code, code_of(response)) == (403, "server_decides")
    after = Copy.objects.get(pk=world.copy.pk)
    assert (after.owner_id, after.mint, after.favorite) == (world.alice.pk, world.copy.mint, False)


def test_a_row_sent_back_whole_changes_only_what_differs(old, world):
    row = old(
        "alice", "GET", "UserCollectible/getUserCollectibleByUserCollectibleId", userCollectibleId=world.copy.pk
    ).json()

    name = "UserCollectible/updateUserCollectibleByUserCollectibleId"
    response = old("alice", "PATCH", name, **row | {"favorite": True})

    assert response.json() | {"updatedDt": row["updatedDt"]} == row | {"favorite": True}
    assert Copy.objects.get(pk=world.copy.pk).favorite is True


@pytest.mark.parametrize(
    ("read", "change"),
    [
        ("UserCollectible/getUserCollectibleByUserCollectibleId", {"favorite": True}),
        ("MissionUser/getMissionUsersByMissionId", {"completed": True, "rewardClaimed": True}),
        ("NotificationUser/getNotificationUsersByNotificationId", {"markRead": True}),
        ("User/getUserByUserId", {"authData": {"newsletter": "1"}}),
        ("DistributionCodeUser/getDistributionCodeUserByDistributionCodeUserId", {}),
        ("CommunityUser/getCommunityUsersByUserId", {}),
    ],
)
def test_a_row_sent_back_whole_may_be_sent_once_more(old, world, read, change):
    """Though the first has moved its times, or who sends it has won points elsewhere meanwhile."""
    table = read.partition("/")[0]
    row = old("alice", "GET", read, **EXAMPLES[read][1](world, "alice")).json()
    row = (row[0] if isinstance(row, list) else row) | change

    first = old("alice", "PATCH", f"{table}/update{table}By{table}Id", **row)
    User.objects.filter(pk=world.alice.pk).update(score=55)
    again = old("alice", "PATCH", f"{table}/update{table}By{table}Id", **row)

    assert (first.status_code, again.status_code) == (200, 200)
    moved = {"updatedDt", "score", "userRank"}
    assert {**first.json(), **dict.fromkeys(moved)} == {**again.json(), **dict.fromkeys(moved)}


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("User/updateUserByUserId", {"score": 999}),
        ("User/updateUserByUserId", {"userRank": {"title": "King", "level": 9}}),
        ("User/updateUserByUserId", {"lastLoggedIn": "2020-01-01T00:00:00Z"}),
        ("User/updateUserByUserId", {"updatedDt": "2020-01-01T00:00:00Z", "createdDt": None}),
        ("MissionUser/updateMissionUserByMissionUserId", {"progress": 99}),
        ("MissionUser/updateMissionUserByMissionUserId", {"dateCompleted": "2020-01-01T00:00:00Z"}),
        ("UserCollectible/updateUserCollectibleByUserCollectibleId", {"lastTransferredDt": "2020-01-01T00:00:00Z"}),
    ],
)
def test_what_the_server_moves_by_itself_stays_whatever_is_sent(old, world, name, change):
    """The answer says how it stands, as it does of what the phone drew."""
    table = name.partition("/")[0]
    key = {"User": "userId", "MissionUser": "missionUserId", "UserCollectible": "userCollectibleId"}[table]
    sent = {key: {"User": world.alice, "MissionUser": world.mission, "UserCollectible": world.copy}[table].pk}
    before = old("alice", "PATCH", name, **sent).json()

    response = old("alice", "PATCH", name, **sent, **change)

    assert (response.status_code, response.json()) == (200, before)


def test_what_is_chosen_beside_a_stale_score_counts(old, world):
    row = old("alice", "GET", "User/getUserByUserId", userId=world.alice.pk).json()
    User.objects.filter(pk=world.alice.pk).update(score=55)

    answer = old("alice", "PATCH", "User/updateUserByUserId", **row | {"username": "ana"}).json()

    assert (answer["username"], answer["score"]) == ("ana", 55)


def test_a_favourite_is_a_new_version_of_the_copy(old, world):
    name = "UserCollectible/updateUserCollectibleByUserCollectibleId"

    old("alice", "PATCH", name, userCollectibleId=world.copy.pk, favorite=True)

    assert Copy.objects.get().version == world.copy.version + 1


def test_an_unknown_column_is_refused(old, world):
    name = "UserCollectible/updateUserCollectibleByUserCollectibleId"

    response = old("alice", "PATCH", name, userCollectibleId=world.copy.pk, favourite=True)

    assert (response.status_code, code_of(response)) == (400, "unknown_field")


@pytest.mark.parametrize("body", [[], "x", None, 3])
def test_a_body_that_is_no_object_is_refused(api, world, body):
    response = api("alice").patch("/User/updateUserByUserId", body, format="json")

    assert response.status_code == 400


def test_a_mission_is_claimed_once_and_stays_so(old, world):
    name, sent = "MissionUser/updateMissionUserByMissionUserId", {"missionUserId": world.mission.pk, "completed": True}

    first, again = (old("alice", "PATCH", name, **sent) for _ in range(2))

    assert first.json() == again.json()
    assert first.json()["rewardClaimed"] is True
    assert Grant.objects.filter(user=world.alice, mission=world.mission).count() == 1


@pytest.mark.parametrize("change", [{"status": "done"}, {"missionId": 999}, {"completed": "x"}])
def test_progress_is_not_the_phones_to_change(old, world, change):
    name = "MissionUser/updateMissionUserByMissionUserId"

    response = old("bob", "PATCH", name, missionUserId=world.mission.pk, **{"progress": 1} | change)

    assert (response.status_code, code_of(response)) == (403, "server_decides")
    assert not MissionProgress.objects.filter(user=world.bob, progress__gt=0).exists()


@pytest.mark.parametrize("change", [{"missionId": 999}, {"userId": 999}])
def test_a_claim_changes_nothing_else(old, world, change):
    sent = {"missionUserId": world.mission.pk, "completed": True, "rewardClaimed": True, "progress": 1} | change

    response = old("alice", "PATCH", "MissionUser/updateMissionUserByMissionUserId", **sent)

    assert (response.status_code, code_of(response)) == (403, "server_decides")
    assert not Grant.objects.filter(mission=world.mission).exists()


def test_messages_are_marked_and_deleted(old, world):
    name, sent = (
        "NotificationUser/updateNotificationUserByNotificationUserId",
        {"notificationUserId": world.broadcast.pk},
    )

    read = old("bob", "PATCH", name, **sent, markRead=True).json()
    unread = old("bob", "PATCH", name, **sent, markRead=False).json()
    deleted = old("bob", "PATCH", name, **sent, deleted=True).json()
    rows = old("bob", "GET", "NotificationUser/getNotificationUsersByUserId", userId=world.bob.pk).json()

    assert [row["markRead"] for row in (read, unread)] == [True, False]
    assert deleted["deleted"] is True
    assert rows == []
    assert NotificationReceipt.objects.filter(user=world.bob, deleted_at__isnull=False).count() == 1


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [({"userId": "alice"}, 403, "permission_denied"), ({"goal": 1}, 400, "unknown_field")],
)
def test_nobody_starts_a_mission_for_somebody_else_or_in_unknown_columns(old, world, change, status, code):
    sent = {name: world.alice.pk if value == "alice" else value for name, value in change.items()}

    response = old("bob", "POST", "MissionUser/createMissionUser", missionId=world.mission.pk, **sent)

    assert (response.status_code, code_of(response)) == (status, code)


def test_nobody_joins_for_somebody_else(old, world):
    sent = {"communityId": world.community.pk, "memberId": world.alice.pk}

    response = old("carol", "POST", "CommunityUser/createCommunityUser", **sent)

    assert response.status_code == 403
    assert not world.community.memberships.filter(user=world.carol).exists()


def test_one_joins_and_leaves(old, world):
    joined = old(
        "carol", "POST", "CommunityUser/createCommunityUser", communityId=world.community.pk, memberId=world.carol.pk
    )
    name = "CommunityUser/deleteCommunityUserByCommunityUserId"

    left = old("carol", "DELETE", name, communityUserId=joined.json()["communityUserId"])

    assert (joined.status_code, left.status_code) == (200, 200)
    assert not world.community.memberships.filter(user=world.carol).exists()


# --- One's own account -------------------------------------------------------------------------------------------


def update(old, world, person="alice", headers=None, **changes):
    return old(person, "PATCH", "User/updateUserByUserId", headers, userId=getattr(world, person).pk, **changes)


def test_the_profile_is_written(old, world):
    data = {"pushEnabled": "0", "newsletter": "1", "country": "DE", "fullName": "Ana"}

    row = update(old, world, username="ana", authData=data, userType="email").json()

    assert row["username"] == "ana"
    assert row["authData"] == {"pushEnabled": "0", "newsletter": "1", "country": "DE"}


def test_choosing_a_name_ends_onboarding(old, world):
    User.objects.filter(pk=world.carol.pk).update(status="onboarding", username=None)

    row = update(old, world, "carol", username="carla", userType="email").json()

    assert row["userType"] == "email"


def test_a_name_that_somebody_has_is_refused(old, world):
    response = update(old, world, username="BOB")

    assert (response.status_code, code_of(response)) == (409, "username_taken")


@pytest.mark.parametrize(
    ("agent", "platform"),
    [("okhttp/4.9", "android"), ("Kloppocar/7 CFNetwork/1410 Darwin/22", "ios"), ("Firefox", "web")],
)
def test_the_phone_is_registered_and_its_token_told_to_nobody(old, world, agent, platform):
    response = update(old, world, headers={"User-Agent": agent}, pushToken="fcm-token", deviceId="d1")

    assert PushDevice.objects.get().platform == platform
    assert "fcm-token" not in response.content.decode()


@pytest.mark.parametrize(
    "change",
    [{"email": "x@example.org"}, {"cognitoUsername": "sub-bob"}, {"profileImg": "https://e.org/x.png"}],
)
def test_address_and_picture_are_not_written_here(old, world, change):
    response = update(old, world, username="ana", **change)

    assert (response.status_code, code_of(response)) == (403, "server_decides")
    assert User.objects.get(pk=world.alice.pk).username == "alice"


def test_a_profile_sent_back_whole_changes_nothing(old, world):
    row = old("alice", "GET", "User/getUserByUserId", userId=world.alice.pk).json()

    response = old("alice", "PATCH", "User/updateUserByUserId", **row)

    assert response.json() == row


@pytest.mark.parametrize("word", ["", "no", [], {}])
def test_a_farewell_in_other_words_is_none(old, world, word):
    response = update(old, world, active=word)

    assert (response.status_code, code_of(response)) == (400, "invalid")
    assert User.objects.get(pk=world.alice.pk).is_active


@pytest.mark.parametrize("word", [False, 0, "0", "false", "DELETE"])
def test_an_account_is_closed_by_its_owner(old, world, word):
    if word == "DELETE":
        response = old("alice", "DELETE", "User/deleteUserByUserId", userId=world.alice.pk)
    else:
        response = update(old, world, active=word)
        assert response.json()["active"] is False

    assert response.status_code == 200
    assert User.objects.get(pk=world.alice.pk).status == "deleted"
    assert old("alice", "GET", "User/getUserByEmail", email="alice@example.org").status_code == 401
