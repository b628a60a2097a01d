"""What does not fit is reported row by row before anything is written, and handled as its rule says."""

import csv
import json

import pytest

from collectibles.invariants import violations
from collectibles.models import Collectible, Copy, DistributionCode, Grant, Mission, MissionProgress
from kloppocar.legacy.tables import TABLES
from kloppocar.models import LegacyId
from tests.legacy.old_backend import at
from users.models import Adoption, Notification, PushDevice, User

MISREAD = "Tür".encode().decode("latin1")


def rules(said, table):
    return {
        (each["rule"], tuple(example["id"] for example in each["examples"]))
        for each in said["findings"]
        if each["table"] == table
    }


def checked(run, code=0):
    got, said = run("--check")
    assert got == code, said
    return said


def test_people_who_do_not_fit(old, run):
    old.add("User", id=1, email="A@example.com", username="Älex Müller", cognitoUsername="sub-1", userType="email")
    old.add("User", id=2, email="a@example.com", username="aelex_mueller", cognitoUsername="sub-2", userType="email")
    old.add("User", id=3, email="x", username="admin", cognitoUsername="sub-1", userType="email")
    old.add("User", id=4, email="w@example.com", username="Support", userType="admin", score=-5)
    old.add(
        "User",
        id=5,
        email="W@example.com",
        username="x",
        userType="robot",
        profileImg="ftp://x",
        authData='{"country": ',
    )
    old.add("User", id=6, email="none", username="six", authData='{"country": "Germany"}')
    old.add("User", id=7, email="p@example.com", cognitoUsername="no sub at all", pushToken="t")
    old.add("User", id=8, email="q@example.com", cognitoUsername="sub-8", pushToken="t")

    said = checked(run)

    assert rules(said, "User") == {
        ("bad_username", (1, 5)), ("duplicate_username", (2,)), ("duplicate_sub", (3,)), ("reserved_username", (4,)),
        ("was_admin", (4,)), ("bad_number", (4,)), ("duplicate_email", (5,)), ("unknown_value", (5,)),
        ("bad_media", (5,)), ("bad_email", (6,)), ("nobody_can_sign_in", (6,)), ("broken_json", (5,)),
        ("bad_country", (6,)), ("bad_sub", (7,)), ("device_moved", (8,)), ("lost_with_a_row", (3, 3)),
    }  # fmt: skip
    assert run()[0] == 0
    people = dict(User.objects.values_list("id", "username"))
    assert people == {1: "Aelex_Mueller", 2: None, 4: None, 5: None, 6: "six", 7: None, 8: None}
    assert not User.objects.filter(is_staff=True).exists()
    assert LegacyId.objects.get(table="User", old_id=3).new_id == 1
    assert dict(Adoption.objects.values_list("user", "email")) == {4: "w@example.com", 7: "p@example.com"}
    assert PushDevice.objects.get().user_id == 8
    shown = json.dumps(said["findings"])
    assert "example.com" not in shown
    assert "sub-" not in shown


def with_editions(old):
    old.fill()
    for table in ("UserCollectible", "DistributionCodeUser", "DistributionCode", "MissionUser", "Mission"):
        old.run(f"TRUNCATE `{table}`")


def test_numbers_that_do_not_fit(old, run):
    """The older acquisition keeps its number, also where its row is the younger one."""
    with_editions(old)
    copies = [
        (1, 1, 2, 5), (2, 2, 2, 1), (3, 3, 0, 2), (4, 1, 11, 3), (5, 2, 10, 4),  # 1 is younger than 2
        (6, 99, 4, 6), (7, 1, -3, 7),
    ]  # fmt: skip
    for pk, owner, mint, hours in copies:
        old.add("UserCollectible", id=pk, ownerId=owner, collectibleId=1, mint=mint, createdDt=at(hours))
    old.add("UserCollectible", id=8, ownerId=1, collectibleId=77, mint=1)
    for pk in range(11, 18):
        old.add("UserCollectible", id=pk, ownerId=1, collectibleId=3, mint=pk - 10, createdDt=at(pk))

    said = checked(run, code=1)

    assert rules(said, "UserCollectible") == {
        ("duplicate_number", (1,)), ("number_zero", (3, 7)), ("number_beyond", (4, 16, 17)),
        ("orphan_of_value", (6, 8)),
    }  # fmt: skip
    assert rules(said, "Collectible") == {("edition_grown", (3,))}
    assert (run()[0], Copy.objects.exists()) == (1, False)
    code, said = run("--go-on")
    assert (code, said.get("broken")) == (0, {}), said
    assert dict(Copy.objects.filter(collectible=1).values_list("id", "mint")) == {2: 2, 3: 1, 4: 3, 5: 10, 1: 4, 7: 5}
    assert dict(Copy.objects.filter(collectible=3).values_list("id", "mint")) == {pk: pk - 10 for pk in range(11, 18)}
    assert list(Collectible.objects.filter(pk=3).values_list("circulation", "minted", "status")) == [(7, 7, "sold_out")]
    assert LegacyId.objects.get(table="UserCollectible", old_id=6).note == "orphan_of_value"


def test_codes_and_redemptions_that_do_not_fit(old, run):
    with_editions(old)
    codes = ["ab-1", "AB-1", "TFR-1690000000000", "once", "burnt", "", "deinsQr-trade-1-2"]
    for pk, code in enumerate(codes, start=1):
        old.add("DistributionCode", id=pk, distributionId=1, code=code, isMultiUse=0)
    old.add("DistributionCode", id=8, distributionId=55, code="lost", isMultiUse=0)
    old.add("DistributionCode", id=9, distributionId=1, code="five", isMultiUse=1, multiUseQty=5)
    for pk, owner in ((1, 1), (2, 2), (3, 1), (4, 1)):
        old.add("UserCollectible", id=pk, ownerId=owner, collectibleId=1, mint=pk, createdDt=at(pk))
    for pk, user, code, received in [
        (1, 1, 4, {"collectibleId": 1}), (2, 2, 4, {"collectibleId": 1}),  # one code, two people
        (3, 1, 9, None), (4, 1, 9, {"collectibleId": 1}),  # one person, twice
        (5, 3, 5, {"collectibleId": 1}),  # burnt
        (6, 1, 3, None), (7, 77, 9, None),
    ]:  # fmt: skip
        old.add("DistributionCodeUser", id=pk, userId=user, distributionCodeId=code, redeemed=1, redeemedDate=at(pk),
                collectibleReceived=received)  # fmt: skip

    said = checked(run, code=1)

    assert rules(said, "DistributionCode") == {
        ("code_twice", (2,)), ("transfer_code", (3, 7)), ("bad_code", (6,)), ("orphan_of_value", (8,)),
        ("code_overused", (4,)),
    }  # fmt: skip
    assert rules(said, "DistributionCodeUser") == {
        ("redeemed_twice", (3,)), ("redemption_without_copy", (5,)), ("orphan", (6, 7)),
    }  # fmt: skip
    code, said = run("--go-on")
    assert (code, said.get("broken")) == (0, {}), said
    assert {row.code: (row.uses, row.max_uses) for row in DistributionCode.objects.all()} == {
        "AB-1": (0, 1), "ONCE": (2, 2), "BURNT": (0, 0), "FIVE": (1, 4),
    }  # fmt: skip
    assert dict(Grant.objects.values_list("copy", "code")) == {1: 4, 2: 4, 4: 9, 3: None}


def test_texts_dates_and_media_that_do_not_fit(old, run):
    old.fill()
    old.add("Community", id=2, title='{"en": "Half", "de": "Hal', imageRef="http://x.example/a.png")
    old.add("Community", id=3, title=MISREAD, description=json.dumps({"en": "ok", "fr": "oui", "de": 5}))
    old.add("Community", id=4, title=None, vidRef='["https://x.example/1.mp4", "not a url"]')
    old.add("Community", id=5, title=json.dumps(json.dumps({"en": "Twice"})), description="lost \ufffd")
    old.add("Community", id=6, title="x" * 200)
    old.add("NewsPost", id=2, header="News", type="gossip", postDate="0000-00-00 00:00:00")
    old.add("CommunityChallenge", id=2, communityId=1, title="x", goal=0, startDate=at(9), endDate=at(3), rewardId=55)
    old.add("Notification", id=3, header="Draft", active=0, publishDt=at(1), pushNotification=1)
    old.add("Mission", id=5, collectionId=1, title="?", goal=9, missionTypeId=7, parameterJson="{]")
    old.add("Mission", id=6, collectionId=1, title="?", goal=9, missionTypeId=1, rewardId=1,
            parameterJson={"collectibleIds": [1, "2", 1, 44]})  # fmt: skip
    old.add("CollectibleSponsor", id=2, collectibleId=1, sponsorId=1)

    said = checked(run)

    assert rules(said, "Community") == {
        ("broken_json", (2,)), ("bad_media", (2, 4)), ("misread_text", (3,)), ("unknown_language", (3,)),
        ("not_texts", (3,)), ("no_name", (4,)), ("damaged_text", (5,)), ("too_long", (6,)),
    }  # fmt: skip
    assert rules(said, "NewsPost") == {("zero_date", (2,)), ("unknown_value", (2,))}
    assert rules(said, "CommunityChallenge") == {
        ("ends_before_start", (2,)), ("bad_number", (2,)), ("lost_link", (2,)),
    }  # fmt: skip
    assert rules(said, "Notification") == {("draft_is_due", (3,))}
    assert rules(said, "Mission") == {
        ("mission_without_kind", (5,)), ("broken_json", (5,)), ("goal_out_of_reach", (6,)), ("lost_link", (6,)),
    }  # fmt: skip
    assert rules(said, "CollectibleSponsor") == {("second_of_pair", (2,))}
    code, said = run()
    assert (code, said["broken"]) == (0, {}), said
    from communities.models import Community

    titles = {row.pk: row.title for row in Community.objects.filter(pk__gt=1)}
    assert titles == {
        2: {"en": "Half", "de": "Hal"}, 3: {"en": "Tür"}, 4: {"en": "Community 4"}, 5: {"en": "Twice"},
        6: {"en": "x" * 200},
    }  # fmt: skip
    assert Community.objects.get(pk=2).media == {"image": {"load": "https://x.example/a.png"}}
    draft = Notification.objects.get(pk=3)
    assert (draft.published_at, draft.publish_at.year) == (None, 2099)
    assert list(Mission.objects.get(pk=6).collectibles.values_list("id", flat=True)) == [1, 2]
    assert not Mission.objects.get(pk=5).active


def test_the_report_has_a_line_for_each_finding(old, run, tmp_path):
    old.fill()
    for pk in range(10, 16):
        old.add("Community", id=pk, title="=1+1", description=json.dumps({"fr": "=2"}))

    run("--check", "--report", str(tmp_path / "findings.csv"))

    with (tmp_path / "findings.csv").open(newline="") as file:
        lines = list(csv.DictReader(file))
    assert [line["id"] for line in lines if line["rule"] == "unknown_language"] == [str(pk) for pk in range(10, 16)]
    assert {line["outcome"] for line in lines} == {"mended", "noted"}


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["http://x/y"], "must look like mysql://"),
        (["mysql://u:p@127.0.0.1:1/old"], "does not answer"),
        (["{url}x"], "does not answer"),
        (["{url}", "--only", "Users"], "Not known: Users"),
        (["{url}", "--only", "UserCollectible"], "needs"),
        (["{url}", "--language", "fr"], "--language must be"),
        (["{url}", "--report", "/nowhere/x.csv"], "cannot be written"),
        (["{ours}"], "is no database of the old backend"),
    ],
)
def test_what_cannot_begin_says_so(old, arguments, says):
    from django.db import connection

    from tests.legacy.conftest import run_import

    old.fill()
    ours = old.url.replace(old.name, connection.settings_dict["NAME"])
    code, said = run_import(*(each.format(url=old.url, ours=ours) for each in arguments), "--json")

    assert code == 2
    assert says in said["error"]
    assert not User.objects.exists()


def test_without_a_trigger_nothing_begins(real_db, old_tables):
    from django.db import connection

    from tests.legacy.conftest import run_import

    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER grant_writes_ledger")

    code, said = run_import(old_tables.url, "--json")

    assert (code, "grant_writes_ledger" in said["error"]) == (2, True)


def test_progress_waits_for_what_was_claimed(old, run):
    """Missions alone are not counted yet: rows of the count would take the place of those that come."""
    old.fill()
    names = list(TABLES)
    assert run("--only", *names[: names.index("MissionUser")])[0] == 0
    assert not MissionProgress.objects.exists()

    code, said = run()

    assert (code, said.get("broken")) == (0, {}), said
    assert MissionProgress.objects.get(user=1, mission=1).claimed_at is not None


def test_progress_that_a_trigger_made_is_claimed_all_the_same(old, run):
    """Somebody who signed up there after a first import: our trigger notes it as they come."""
    old.fill()
    assert run()[0] == 0
    old.add("User", id=50, email="late@example.com", cognitoUsername="sub-late", createdDt=at(60))
    old.add("MissionUser", id=100, userId=50, missionId=2, progress=1, completed=1, dateCompleted=at(61))

    code, said = run()

    assert (code, said.get("broken")) == (0, {}), said
    made = MissionProgress.objects.get(user=50)
    assert (made.progress, made.claimed_at is None) == (1, False)
    assert LegacyId.objects.get(table="MissionUser", old_id=100).new_id == made.pk
    assert run()[1]["tables"]["MissionUser"]["written"] == 0


def test_some_tables_alone_and_the_others_later(old, run):
    old.fill()

    assert run("--only", "user", "Category")[0] == 0
    assert (User.objects.count(), Collectible.objects.count()) == (5, 0)
    assert run()[0] == 0
    assert violations() == {}
    assert Copy.objects.count() == 5
