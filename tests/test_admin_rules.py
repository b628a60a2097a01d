"""What the API refuses the admin refuses, in the same words; what follows from a write by the API follows here too."""

import threading
from datetime import datetime, timedelta

import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from collectibles.admin import CollectibleAdmin
from collectibles.invariants import violations
from collectibles.models import Collectible, DistributionCode
from collectibles.services import redeem
from communities.models import Membership, ModerationEntry
from kloppocar.api.forms import RuledForm
from kloppocar.api.json import MAX_JSON
from kloppocar.exchange.registry import ALL, OPERATOR
from tests import make
from tests.test_admin import errors_of, form_of, page_of, save
from users.models import Notification, NotificationReceipt, PushRun, User

NOON = datetime.fromisoformat("2026-03-01T12:00:00Z")
HOUR = timedelta(hours=1)


@pytest.fixture
def boss(client, db):
    client.force_login(User.objects.create_superuser("root", cognito_sub="root"))
    return client


def published():
    return make.make_notification(publish_at=NOON, published_at=NOON)


def parent_and_child():
    parent = make.make_category()
    return parent, make.make_category(parent=parent)


def with_copies(person):
    collectible = make.make_collectible(circulation=50)
    campaign = make.make_distribution(collectible, limit=9)
    for _ in range(2):
        redeem(user=person, code=make.make_code(campaign).code)
    collectible.refresh_from_db()
    campaign.refresh_from_db()
    return collectible, campaign


def moment(name, at):
    return {f"{name}_0": f"{at:%Y-%m-%d}", f"{name}_1": f"{at:%H:%M:%S}"}


def published_and(api_says, form_says):
    return lambda people: (published(), "notifications", api_says, form_says)


# Each gives a row, its route, what the API is told, and what the form says.
REFUSED = {
    "an audience that was reached": published_and({"audience": "selected"}, {"audience": "selected"}),
    "a message that was no welcome": published_and({"is_welcome": True}, {"is_welcome": "on"}),
    "a push that was not sent": published_and({"push": True}, {"push": "on"}),
    "a time that is past": published_and({"publish_at": (NOON + HOUR).isoformat()}, moment("publish_at", NOON + HOUR)),
    "a welcome for some": lambda people: (
        make.make_notification(publish_at=timezone.now() + HOUR),
        "notifications",
        {"is_welcome": True, "audience": "selected"},
        {"is_welcome": "on", "audience": "selected"},
    ),
    "a category below itself": lambda people: (
        (pair := parent_and_child())[0],
        "categories",
        {"parent": pair[1].pk},
        {"parent": pair[1].pk},
    ),
    "an edition that shrinks": lambda people: (
        with_copies(people["alice"])[0],
        "collectibles",
        {"circulation": 49},
        {"circulation": 49},
    ),
    "an edition that sells out by hand": lambda people: (
        make.make_collectible(),
        "collectibles",
        {"status": "sold_out"},
        {"status": "sold_out"},
    ),
    "a limit below what was redeemed": lambda people: (
        with_copies(people["alice"])[1],
        "distributions",
        {"limit": 1},
        {"limit": 1},
    ),
    "a draw from no collection": lambda people: (
        make.make_distribution(make.make_collectible(), collection=None),
        "distributions",
        {"draw": "random-from-collection"},
        {"draw": "random-from-collection"},
    ),
    "a campaign that ends before it starts": lambda people: (
        (row := make.make_distribution(make.make_collectible())),
        "distributions",
        {"ends_at": (row.starts_at - HOUR).isoformat()},
        moment("ends_at", row.starts_at - HOUR),
    ),
    "a mission that gives a voucher": lambda people: (
        make.make_mission(make.make_collectible()),
        "missions",
        *[{"reward": make.make_distribution(make.make_collectible(), kind="voucher").pk}] * 2,
    ),
    "a mission that ends before it starts": lambda people: (
        (row := make.make_mission(make.make_collectible())),
        "missions",
        {"ends_at": (row.starts_at - HOUR).isoformat()},
        moment("ends_at", row.starts_at - HOUR),
    ),
    "a challenge that gives a voucher": lambda people: (
        make.make_challenge(),
        "challenges",
        *[{"reward": make.make_distribution(make.make_collectible(), kind="voucher").pk}] * 2,
    ),
    "a challenge that ends before it starts": lambda people: (
        (row := make.make_challenge()),
        "challenges",
        {"ends_at": (row.starts_at - HOUR).isoformat()},
        moment("ends_at", row.starts_at - HOUR),
    ),
    "a mistyped code": lambda people: (make.make_code(), "codes", *[{"code": "7Q2M-4K9X-ABH"}] * 2),
    "a code that exists": lambda people: (
        make.make_code(),
        "codes",
        *[{"code": make.make_code(code="7Q2M4K9XABG").code}] * 2,
    ),
    "a time at the end of the calendar": lambda people: (
        make.make_news(),
        "news",
        {"posted_at": "9999-12-31T23:59:59Z"},
        {"posted_at_0": "9999-12-31", "posted_at_1": "23:59:59"},
    ),
    "JSON that is too long": lambda people: (
        make.make_project(),
        "projects",
        {"attributes": {"a": "x" * MAX_JSON}},
        {"attributes": '{"a": "' + "x" * MAX_JSON + '"}'},
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_the_api_refuses_the_form_refuses_in_the_same_words(boss, api, cast, name):
    row, route, by_api, by_form = REFUSED[name](cast)
    before = type(row)._base_manager.filter(pk=row.pk).values().get()

    refused = api("staff").patch(f"/api/v1/{route}/{row.pk}/", by_api, format="json")
    page = save(boss, type(row), row, **by_form)

    assert refused.status_code in {400, 409}, refused.content
    assert page.status_code == 200
    assert {error["detail"] for error in refused.json()["errors"]} <= {
        sentence for sentences in errors_of(page).values() for sentence in sentences
    }
    assert type(row)._base_manager.filter(pk=row.pk).values().get() == before


@pytest.mark.parametrize("resource", ALL, ids=lambda resource: resource.name)
def test_every_form_is_judged_by_the_serializer_of_the_api(boss, resource):
    """And offers nothing to be written that the API keeps."""
    serializer = resource.view(OPERATOR).get_serializer()
    table = admin.site._registry[resource.model]
    kept = {name for name, field in serializer.fields.items() if field.read_only}

    page = boss.get(page_of(resource.model, "add"))

    assert issubclass(table.form, RuledForm)
    assert table.form.rules is type(serializer)
    assert not kept & page.context["adminform"].form.fields.keys()


@pytest.mark.parametrize(
    "text",
    ['{"a": 1e999}', r'{"\ud800": 1}', r'{"a": "\u0000"}', "[" * 40 + "]" * 40, "[" * 900 + "]" * 900, "[" * 50_000],
)
def test_odd_json_is_refused_and_shown_again(boss, text):
    page = save(boss, type(row := make.make_project()), row, attributes=text)

    assert (page.status_code, errors_of(page).keys()) == (200, {"attributes"})


def test_media_with_a_name_that_nobody_can_store_are_refused(boss):
    page = save(boss, type(row := make.make_sponsor()), row, media="image.a\x00b = https://example.org")

    assert errors_of(page)["media"] == ["A name in image holds a forbidden character."]


# --- Messages ----------------------------------------------------------------------------------------------------


def test_texts_of_a_published_message_can_be_mended(boss):
    """Also where a form shows the time of publication without its microseconds."""
    message = make.make_notification(publish_at=NOON + timedelta(microseconds=7), published_at=NOON)

    assert save(boss, Notification, message, header_en="Mended").status_code == 302

    message.refresh_from_db()
    assert (message.header["en"], message.published_at) == ("Mended", NOON)


def test_what_is_due_when_it_is_saved_is_published(boss):
    message = make.make_notification(publish_at=timezone.now() + HOUR, published_at=None)

    save(boss, Notification, message, **moment("publish_at", NOON))

    message.refresh_from_db()
    assert message.published_at


def test_a_recipient_is_added_as_by_the_api(boss, alice):
    message = make.make_notification(audience="selected")
    PushRun.objects.create(notification=message, finished_at=NOON)

    boss.post(page_of(NotificationReceipt, "add"), {"notification": message.pk, "user": alice.pk})

    assert NotificationReceipt.objects.get().user == alice
    assert PushRun.objects.get().finished_at is None, "the push goes on"
    assert LogEntry.objects.get().object_id == str(NotificationReceipt.objects.get().pk)


def test_whom_no_message_reaches_is_no_recipient(boss, alice):
    gone = make.make_user("gone", is_active=False)

    for message, person in [(published(), alice), (make.make_notification(audience="selected"), gone)]:
        boss.post(page_of(NotificationReceipt, "add"), {"notification": message.pk, "user": person.pk})

    assert not NotificationReceipt.objects.exists()


def test_what_people_did_with_a_message_is_their_own(boss, alice):
    message = make.make_notification(audience="selected")
    receipt = NotificationReceipt.objects.create(notification=message, user=alice)

    page = boss.get(page_of(NotificationReceipt, "change", receipt.pk))

    assert not page.context["adminform"].form.fields


# --- Memberships -------------------------------------------------------------------------------------------------


@pytest.fixture
def club(cast):
    """alice owns it, bob is a member, carol is banned."""
    community = make.make_community()
    make.make_membership(cast["alice"], community, role="owner")
    make.make_membership(cast["bob"], community)
    make.make_membership(cast["carol"], community, banned_until=timezone.now() + timedelta(days=9))
    return community


def member(club, name):
    return club.memberships.get(user__username=name)


def said(response):
    return [str(message) for message in response.context["messages"]]


def lines():
    return list(ModerationEntry.objects.values_list("subject__username", "action", "role"))


def test_a_role_is_changed_with_its_line_in_the_moderation_log(boss, club):
    assert save(boss, Membership, member(club, "bob"), role="moderator").status_code == 302

    assert member(club, "bob").role == "moderator"
    assert lines() == [("bob", "role_changed", "moderator")]


def test_a_membership_does_not_move(boss, club, cast):
    other = make.make_community()

    save(boss, Membership, member(club, "bob"), community=other.pk, user=cast["staff"].pk)

    assert member(club, "bob").version == 1
    assert not other.memberships.exists()


def delete(client, *members):
    if len(members) == 1:
        return client.post(page_of(Membership, "delete", members[0].pk), {"post": "yes"}, follow=True)
    keys = [each.pk for each in members]
    data = {"action": "delete_selected", "_selected_action": keys, "confirmed": "yes"}
    return client.post(page_of(Membership, "changelist"), data, follow=True)


@pytest.mark.parametrize("names", [["bob"], ["bob", "dave"]])
def test_members_are_removed_with_their_lines(boss, club, names):
    make.make_membership(make.make_user("dave"), club)

    delete(boss, *(member(club, name) for name in names))

    assert not club.memberships.filter(user__username__in=names).exists()
    assert sorted(lines()) == [(name, "removed", None) for name in names]
    assert LogEntry.objects.count() == len(names)


@pytest.mark.parametrize(
    ("names", "says"),
    [
        (["carol"], "They are banned: lift the ban first."),
        (["bob", "carol"], "They are banned: lift the ban first."),
        (["alice"], "A community needs an owner: make somebody else one first."),
        (["bob", "alice"], "A community needs an owner: make somebody else one first."),
    ],
)
def test_who_is_banned_and_the_last_owner_are_not_removed(boss, club, names, says):
    page = delete(boss, *(member(club, name) for name in names))

    assert says in said(page)
    assert club.memberships.count() == 3
    assert not ModerationEntry.objects.exists()
    assert not LogEntry.objects.exists()


def test_the_last_owner_stays_owner(boss, club):
    owner = member(club, "alice")
    path = page_of(Membership, "change", owner.pk)

    page = boss.post(path, form_of(boss.get(path)) | {"role": "member"}, follow=True)

    assert said(page) == ["A community needs an owner: make somebody else one first."]
    assert member(club, "alice").role == "owner"


def test_who_has_no_account_any_more_is_no_member(boss, club):
    gone = make.make_user("gone", status="deleted")

    page = boss.post(page_of(Membership, "add"), {"community": club.pk, "user": gone.pk, "role": "member"})

    assert errors_of(page).keys() == {"user"}


# --- Codes -------------------------------------------------------------------------------------------------------


def test_when_a_code_was_revoked_is_not_typed(boss):
    code = make.make_code()

    save(boss, DistributionCode, code, **moment("revoked_at", NOON))

    code.refresh_from_db()
    assert code.revoked_at is None


# --- At once -----------------------------------------------------------------------------------------------------


def test_what_is_won_while_a_form_is_saved_is_counted(real_db, client, monkeypatch):
    """Somebody redeems between the reading and the writing of the row, or waits until it is written."""
    client.force_login(User.objects.create_superuser("root"))
    collectible = make.make_collectible(circulation=50)
    code, person = make.make_code(make.make_distribution(collectible)).code, make.make_user()
    players, write = [], CollectibleAdmin.save_model

    def play():
        try:
            redeem(user=person, code=code)
        finally:
            connection.close()

    def write_late(*args):
        players.append(threading.Thread(target=play))
        players[0].start()
        players[0].join(timeout=1)
        write(*args)

    path = page_of(Collectible, "change", collectible.pk)
    form = form_of(client.get(path))
    monkeypatch.setattr(CollectibleAdmin, "save_model", write_late)
    assert client.post(path, form | {"points": 3}).status_code == 302
    players[0].join()

    collectible.refresh_from_db()
    assert (collectible.minted, collectible.points) == (1, 3)
    assert violations() == {}


def test_a_password_is_still_set(boss):
    person = make.make_user("newstaff", is_staff=True)
    words = {"usable_password": "true", "password1": "garage-and-road-1", "password2": "garage-and-road-1"}

    assert boss.post(reverse("admin:auth_user_password_change", args=[person.pk]), words).status_code == 302
