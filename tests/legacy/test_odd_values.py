"""Values that no form of ours could have made: reported, mended or left out, and the same in both phases."""

import json

import pytest
from rest_framework.test import APIClient

from catalog.models import Category, Project
from collectibles.models import Distribution, DistributionCode, Mission
from communities.models import Community
from tests.conftest import token_of
from tests.legacy.old_backend import at
from tests.legacy.test_bad_rows import rules
from tests.legacy.test_same_person import fine, misread
from users.models import User


@pytest.mark.parametrize(
    ("table", "column", "value", "rule"),
    [
        ("Project", "attributed", '{"goal": NaN}', "odd_json"),
        ("Project", "attributed", '{"goal": -1e999}', "odd_json"),
        ("Project", "attributed", '{"goal": 99999999999999999999999}', "odd_json"),
        ("Project", "attributed", '{"a":' + "[" * 900 + "]" * 900 + "}", "odd_json"),
        ("Project", "attributed", '{"a":' + "[" * 9_000 + "]" * 9_000 + "}", "broken_json"),
        ("Project", "attributed", '{"\\u0000": "a\\u0000\\ud800"}', "odd_json"),
        ("Project", "attributed", '{"a": "\\ud800', "broken_json"),
        ("Collectible", "price", '{"base": 1e999}', "odd_json"),
        ("Community", "title", '{"en": "a\\u0000b"}', "odd_json"),
        ("Community", "imageRef", '{"\\ud800": "https://x.example/a.png"}', "odd_json"),
        ("User", "authData", '{"country": NaN}', "odd_json"),
        ("Mission", "parameterJson", '{"collectibleIds": ["\u00b2"]}', "lost_link"),
        ("Mission", "parameterJson", '{"collectibleIds": [99999999999999999999999]}', "odd_json"),
        ("Mission", "parameterJson", '{"collectibleIds": ["99999999999999999999999"]}', "lost_link"),
        ("Mission", "parameterJson", '{"collectibleIds": [true, {}, null, -1, 1.5]}', "lost_link"),
        ("DistributionCodeUser", "collectibleReceived", '{"collectibleId": "99999999999999999999999"}', None),
        ("DistributionCodeUser", "collectibleReceived", '{"collectibleId": 1e999}', None),
        ("DistributionCodeUser", "collectibleReceived", '{"collectibleId": []}', None),
        ("DistributionCodeUser", "collectibleReceived", "[" * 9_000, None),
    ],
)
def test_odd_json_is_reported_and_stops_nothing(old, run, table, column, value, rule):
    old.fill()
    old.run(f"UPDATE `{table}` SET {column} = %s", value)

    said = fine(run("--check"))
    assert rule is None or rule in {rule for rule, _ in rules(said, table)}
    fine(run())


def test_of_odd_json_comes_what_can_be_stored(old, run):
    old.fill()
    old.run("UPDATE Project SET attributed = %s", '{"a": NaN, "b\\u0000": ["\\ud800x", 1.5, true, null], "c": 1e400}')
    old.run("UPDATE Community SET imageRef = %s", '{"\\ud800": "https://x.example/a.png"}')
    old.run("UPDATE Mission SET parameterJson = %s", '{"collectibleIds": [1, "2", 3.0, "x"]}')
    fine(run())

    assert Project.objects.get().attributes == {"a": None, "b": ["x", 1.5, True, None], "c": None}
    assert Community.objects.get().media["image"] == {"load": "https://x.example/a.png"}
    assert sorted(Mission.objects.get(pk=1).collectibles.values_list("id", flat=True)) == [1, 2, 3]


def test_what_is_too_long_for_its_column_is_said_to_be_cut(old, run):
    old.fill()
    old.add("Project", id=2, name="x", location="L" * 200)
    old.run("UPDATE User SET profileImg = %s WHERE userId = 1", f"https://img.example/{'x' * 235}")
    old.add("Notification", id=9, header="x", content="x", link=json.dumps(f"https://x.example/{'x' * 600}"))

    said = fine(run())

    assert (rules(said, "Project"), rules(said, "Notification")) == ({("cut", (2,))}, {("bad_media", (9,))})
    assert Project.objects.get(pk=2).location == "L" * 120


@pytest.mark.parametrize("language", ["en", "de"])
def test_a_category_was_english(old, run, language):
    """The bridge reads it so."""
    old.fill()
    fine(run("--language", language))

    assert Category.objects.get().name == {"en": "car part"}


def test_the_report_shows_no_email_name_token_or_code(old, run, tmp_path):
    old.fill()
    old.add("User", id=9, email=misread("jürgen@secret.example"), username="a@secret.example", authToken="secret\ufffd",
            pushToken=misread("secret-tökën"), authData='{"fullName": "secret Mustermann", "country": "D')  # fmt: skip
    old.add("DistributionCode", id=9, distributionId=1, code=misread("SECRET-ÜBER-1"), isMultiUse=0)
    old.add("Sponsor", id=9, name="x", primaryContactName=misread("secret Müller"),
            primaryContactEmail=misread("secret@müller.example"))  # fmt: skip
    _, said = run("--check", "--report", str(tmp_path / "findings.csv"))

    assert len(rules(said, "User")) > 3
    assert "secret" not in json.dumps(said["findings"]).lower()
    assert "secret" not in (tmp_path / "findings.csv").read_text().lower()


@pytest.mark.parametrize("table", ["User", "DistributionCode", "Mission"])
def test_a_row_whose_id_nothing_here_can_have_is_refused(old, run, table):
    row = {
        "User": {"email": "n@example.com"},
        "DistributionCode": {"distributionId": 1, "code": "X-1", "isMultiUse": 0},
        "Mission": {"collectionId": 1, "title": "x", "goal": 1, "missionTypeId": 1},
    }
    old.fill()
    old.add(table, id=-3, **row[table])

    code, said = run("--check")

    assert (code, rules(said, table) >= {("bad_id", (-3,))}) == (1, True)
    assert said["tables"][table]["rows"] == old.run(f"SELECT COUNT(*) FROM `{table}`")[0][0]
    fine(run("--go-on"))


def test_bit_columns_are_flags_everywhere(old, run):
    old.fill()  # redemption 4 of FRESH-ONE was reset: redeemed = 0
    old.run("ALTER TABLE DistributionCodeUser MODIFY redeemed BIT(1)")
    try:
        fine(run())
    finally:
        old.run("ALTER TABLE DistributionCodeUser MODIFY redeemed BOOL")

    assert DistributionCode.objects.get(code="FRESH-ONE").max_uses == 1


# --- What a campaign has left -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("limited", "left"), [(50, 47), (3, 0), (2, 0)])
@pytest.mark.parametrize("burnt", [False, True])
def test_a_limit_goes_on_where_it_stood(old, run, limited, left, burnt):
    """Three were given; when these copies have moved on twice, no copy fits their redemptions."""
    old.fill()
    old.run("UPDATE Distribution SET limitedQty = %s", limited)
    if burnt:
        old.run("UPDATE UserCollectible SET ownerId = 2, previousOwnerId = 2 WHERE userCollectibleId IN (1, 2, 3, 4)")

    said = fine(run())

    campaign = Distribution.objects.get(pk=1)
    assert campaign.limit - campaign.redeemed == left
    assert campaign.redeemed == (0 if burnt else 3)
    assert (rules(said, "Distribution") == {("campaign_overdrawn", (1,))}) == (limited == 2)


def test_whoever_redeemed_twice_has_spent_two(old, run):
    old.fill()
    old.add("UserCollectible", id=60, ownerId=1, collectibleId=2, mint=40, createdDt=at(20))
    old.add("DistributionCodeUser", id=60, userId=1, distributionCodeId=2, redeemed=1, redeemedDate=at(20),
            collectibleReceived={"collectibleId": 2})  # fmt: skip
    old.run("UPDATE DistributionCode SET multiUseQty = 5 WHERE distributionCodeId = 2")
    fine(run())

    campaign, code = Distribution.objects.get(pk=1), DistributionCode.objects.get(pk=2)
    assert (campaign.limit - campaign.redeemed, code.max_uses - code.uses) == (46, 2)


# --- What missions give -------------------------------------------------------------------------------------------


@pytest.fixture
def staff():
    return APIClient(HTTP_AUTHORIZATION=token_of("sub-bob", True))


@pytest.mark.parametrize("has_codes", [True, False])
def test_staff_can_save_a_mission_as_it_came(old, run, staff, has_codes):
    """Codes that missions made themselves are no codes of the campaign."""
    old.fill()
    if not has_codes:
        old.run("UPDATE DistributionCode SET code = CONCAT('MISSION-1-1-', distributionCodeId)")

    said = fine(run())
    shown = staff.get("/api/v1/missions/2/").json()
    written = {"id", "progress", "state", "version", "created_at", "updated_at"}
    body = {name: value for name, value in shown.items() if name not in written}
    response = staff.put("/api/v1/missions/2/", body, format="json", HTTP_IF_MATCH="*")

    assert response.status_code == 200, response.json()
    assert (Mission.objects.get(pk=2).reward_id == 1) != has_codes
    assert Distribution.objects.get(pk=1).kind == ("scan" if has_codes else "reward")
    assert rules(said, "Distribution") == (set() if has_codes else {("becomes_reward", (1,))})


def test_a_mission_claims_from_its_own_and_codes_go_on(old, run):
    old.fill()
    fine(run())
    bob = APIClient(HTTP_AUTHORIZATION=token_of("sub-bob", False))

    assert bob.post("/api/v1/missions/2/claim/").status_code == 201
    assert bob.post("/api/v1/redemptions/", {"code": "FRESH-ONE"}, format="json").status_code == 201
    assert Distribution.objects.get(pk=1).redeemed == 4
    assert User.objects.get(cognito_sub="sub-bob").copies.count() == 3
