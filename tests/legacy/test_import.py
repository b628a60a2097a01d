"""A whole world of the old backend, brought over: everything is there, nothing twice, and the invariants hold."""

from datetime import timedelta

import pytest
from rest_framework.test import APIClient

from collectibles.invariants import violations
from collectibles.models import (
    Collectible,
    Copy,
    CopyEvent,
    Distribution,
    DistributionCode,
    DistributionCollectible,
    Grant,
    Mission,
    MissionProgress,
    Transfer,
)
from communities.models import Challenge, Membership, NewsPost
from kloppocar.models import LegacyId
from tests import make
from tests.collectibles.test_killed import everything
from tests.conftest import token_of
from tests.legacy.old_backend import START
from users.models import Notification, NotificationReceipt, PushDevice, User


def hours(number):
    return START + timedelta(hours=number)


@pytest.mark.parametrize("old", [True, False], indirect=True, ids=["texts as JSON", "plain texts"])
def test_a_clean_world_comes_whole(old, run):
    old.fill()

    code, said = run()

    assert (code, said.get("wrote"), said.get("broken")) == (0, True, {}), said
    assert [(each["table"], each["rule"]) for each in said["findings"]] == [
        ("Distribution.reward", "reward_of_its_own"), ("DistributionCode", "code_beyond_our_shape"),
    ]  # fmt: skip
    assert violations() == {}
    tables = said["tables"]
    rows = {name: old.run(f"SELECT COUNT(*) FROM `{name}`")[0][0] for name in tables if "." not in name}
    assert {name: tables[name]["rows"] for name in rows} == rows
    assert sum(each["left"] for each in tables.values()) == 0


@pytest.fixture
def brought(old, run):
    old.fill()
    code, said = run()
    assert code == 0, said
    return said


def test_people_come_with_what_is_theirs(brought):
    alice, dora, gone = (User.objects.get(pk=pk) for pk in (1, 4, 5))

    assert (alice.cognito_sub, alice.username, alice.email, alice.status) == (
        "sub-alice", "alice", "alice@example.com", "active",
    )  # fmt: skip
    assert (alice.score, alice.country, alice.newsletter, alice.push_enabled) == (10, "DE", True, True)
    assert alice.created_at == hours(0)
    assert not alice.has_usable_password()
    assert dict(PushDevice.objects.values_list("token", "user")) == {"token-alice": 1, "token-bob": 2, "token-carol": 3}
    assert (dora.status, dora.email, dora.adoption.email) == ("onboarding", "dora@example.com", "dora@example.com")
    assert (gone.status, gone.email, gone.is_active, gone.cognito_sub) == ("deleted", None, False, "sub-gone")


def test_copies_come_with_number_owner_and_history(brought):
    assert list(Copy.objects.order_by("id").values_list("id", "owner", "collectible", "mint", "favorite")) == [
        (1, 1, 1, 7, True), (2, 1, 2, 3, False), (3, 2, 1, 2, False), (4, 3, 2, 1, False), (5, 3, 3, 5, False),
    ]  # fmt: skip
    assert list(Collectible.objects.order_by("id").values_list("circulation", "minted", "status")) == [
        (10, 2, "available"), (None, 2, "available"), (5, 1, "available"),
    ]  # fmt: skip
    handed_on = list(CopyEvent.objects.filter(copy=3).values_list("kind", "from_user", "to_user", "at"))
    assert handed_on == [("minted", None, 1, hours(3)), ("transferred", 1, 2, hours(50))]
    assert Copy.objects.get(pk=3).acquired_at == hours(50)
    assert Transfer.objects.get().accepted_at == hours(50)


def test_a_copy_knows_the_code_that_gave_it(brought):
    by_code = dict(Grant.objects.filter(source="code").values_list("copy", "code"))

    assert by_code == {1: 1, 2: 2, 4: 2}
    assert set(Grant.objects.filter(source="import").values_list("copy", "distribution__active")) == {
        (3, False), (5, False),
    }  # fmt: skip
    assert dict(DistributionCode.objects.values_list("id", "uses")) == {1: 1, 2: 2, 3: 0, 4: 0}
    assert Distribution.objects.get(pk=1).redeemed == 3
    assert dict(LegacyId.objects.filter(table="DistributionCodeUser").values_list("old_id", "new_id")) == {
        1: 1, 2: 2, 3: 4,
    }  # fmt: skip


def test_missions_are_counted_and_what_was_claimed_stays_claimed(brought):
    progress = {(row.user_id, row.mission_id): row for row in MissionProgress.objects.all()}

    assert {key: row.progress for key, row in progress.items()} == {
        (1, 1): 2, (2, 1): 1, (3, 1): 1, (1, 2): 1, (2, 2): 1, (3, 2): 1,
    }  # fmt: skip
    assert {key for key, row in progress.items() if row.claimed_at} == {(1, 1)}
    assert progress[1, 1].claimed_at == hours(9)
    assert Mission.objects.get(pk=1).reward.pool.get().collectible_id == 3
    own = Mission.objects.get(pk=2).reward  # of the campaign of this id, not of the collectible
    assert (own.kind, own.name, own.limit, own.pool.count()) == ("reward", {"en": "Scan"}, 47, 2)


def test_challenges_count_the_copies_that_members_were_given(brought):
    challenge = Challenge.objects.get()

    assert dict(challenge.contributions.values_list("user", "count")) == {1: 3}
    assert challenge.progress == 3
    assert challenge.reward.pool.get().collectible_id == 3
    assert Membership.objects.count() == 2


def test_messages_and_news_come_published_and_are_not_pushed_again(brought):
    assert NewsPost.objects.get().kind == "event"
    assert list(Notification.objects.order_by("id").values_list("audience", "is_welcome", "push")) == [
        ("everyone", True, False), ("selected", False, False),
    ]  # fmt: skip
    assert not Notification.objects.filter(published_at=None).exists()
    assert set(NotificationReceipt.objects.values_list("notification", "user")) == {(1, 1), (2, 2)}


def redeem(person, code):
    client = APIClient(HTTP_AUTHORIZATION=f"Bearer {token_of(f'sub-{person}', False)}")
    answer = client.post("/api/v1/redemptions/", {"code": code})
    body = answer.json()
    return answer.status_code, body.get("errors", [{}])[0].get("code") or body["copy"]["mint"]


@pytest.mark.parametrize(
    ("person", "code", "status", "why"),
    [
        ("alice", "single-1", 409, "already_redeemed"),
        ("bob", "SINGLE-1", 409, "code_used_up"),
        ("alice", "multi2023", 409, "already_redeemed"),
        ("bob", "Multi2023", 201, None),
        ("bob", "fresh-one", 201, None),  # reset there
        ("bob", "welcome2024", 201, None),
        ("bob", "TFR-1690000000000", 404, "unknown_code"),
    ],
)
def test_codes_that_people_have_in_their_hands_go_on_where_they_stood(brought, settings, person, code, status, why):
    settings.OLD_CODES = True

    got, said = redeem(person, code)

    assert (got, said if why else None) == (status, why)
    assert violations() == {}


def test_numbers_drawn_later_never_meet_old_ones(brought):
    """To the last of the edition, and beyond it when it has grown; an unlimited one counts on."""
    code = DistributionCode.objects.get(code="MULTI2023")
    people = [make.make_user(f"new{number}", cognito_sub=f"sub-new{number}") for number in range(30)]
    for collectible, grown in ((1, 15), (2, None)):
        DistributionCollectible.objects.all().delete()
        DistributionCollectible.objects.create(distribution=code.distribution, collectible_id=collectible)
        for person in people[:8]:
            assert redeem(person.username, make.make_code(code.distribution).code)[0] == 201
        Collectible.objects.filter(pk=collectible).update(circulation=grown)
        for person in people[8:13]:
            assert redeem(person.username, make.make_code(code.distribution).code)[0] == 201

    assert violations() == {}
    numbers = Copy.objects.filter(collectible=1).values_list("mint", flat=True)
    assert sorted(numbers) == list(range(1, 16))
    assert sorted(Copy.objects.filter(collectible=2).values_list("mint", flat=True)) == list(range(1, 16))


def test_a_second_run_changes_nothing(brought, run):
    before, ids = everything(), list(LegacyId.objects.values())

    code, said = run()

    assert code == 0
    assert sum(each["written"] for each in said["tables"].values()) == 0
    assert everything() == before
    assert list(LegacyId.objects.values()) == ids


def test_checking_writes_nothing(old, run):
    old.fill()
    before = everything()

    code, said = run("--check")

    assert (code, said["wrote"]) == (0, False)
    assert said["tables"]["User"] == {"rows": 5, "brought": 5, "merged": 0, "nothing": 0, "left": 0, "written": 0}
    assert everything() == before
    assert not LegacyId.objects.exists()


def test_into_a_database_with_rows_of_its_own_all_ids_are_shifted(old, run):
    make.make_user("zoe")
    somebody = make.make_user("bob2", cognito_sub="sub-bob")
    theirs = make.make_collectible()
    old.fill()

    code, said = run()

    assert code == 0, said
    assert violations() == {}
    ids = dict(LegacyId.objects.filter(table="User").values_list("old_id", "new_id"))
    assert ids[1] == somebody.pk + 1
    assert ids[2] == somebody.pk  # the subject decides who is who
    assert Copy.objects.get(owner=somebody).mint == 2
    assert Collectible.objects.get(pk=theirs.pk).minted == 0
    assert run()[1]["tables"]["User"]["written"] == 0
