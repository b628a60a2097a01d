"""History: who changed what, and from what to what, whichever way it was written; and what is never copied."""

import json

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from catalog.models import Category, Sponsor
from collectibles.models import Distribution, DistributionCode
from kloppocar import erasure
from kloppocar.api.localized import localized_fields
from tests import make
from tests.test_access import ROWS as ROUTES
from tests.test_access import api_patterns, rows, url  # noqa: F401 - `rows` is a fixture
from tests.test_admin import save, staff_client  # noqa: F401 - a fixture
from tests.test_mass_assignment import UNIQUE
from tests.test_roles import by_api, in_admin, somebody  # noqa: F401 - a fixture
from users.models import User


def said_of(row):
    """What the log says of a row: the action, and each value before and after."""
    entries = LogEntry.objects.filter(object_id=str(row.pk), content_type__model=row._meta.model_name).order_by("id")
    return [change for entry in entries for change in json.loads(entry.change_message)]


def values_of(row):
    return [values for change in said_of(row) for values in [next(iter(change.values())).get("values")]]


def test_a_change_in_the_admin_says_what_was_and_what_is(staff_client):  # noqa: F811
    category = make.make_category(name={"en": "Door", "de": "Tür"})

    save(staff_client, Category, category, name_de="Pforte")

    assert values_of(category) == [{"name": [{"en": "Door", "de": "Tür"}, {"en": "Door", "de": "Pforte"}]}]
    assert LogEntry.objects.get().user.username == "root"


def test_a_change_by_the_api_says_the_same_with_one_statement_more(api, cast, alice):
    campaign = make.make_distribution(name={"en": "Show"}, limit=5)
    path = f"/api/v1/distributions/{campaign.pk}/"
    api("staff").patch(path, {"limit": 6})  # what is looked up once a process

    with CaptureQueriesContext(connection) as queries:
        answer = api("staff").patch(path, {"limit": 7, "name": {"de": "Schau"}})

    assert answer.status_code == 200
    assert values_of(campaign)[-1] == {"limit": [6, 7], "name": [{"en": "Show"}, {"en": "Show", "de": "Schau"}]}
    assert LogEntry.objects.first().user == cast["staff"]
    assert sum("django_admin_log" in query["sql"] for query in queries) == 1


def test_what_is_made_and_deleted_by_the_api_stands_there_with_its_values(api, cast):
    made = api("staff").post("/api/v1/categories/", {"name": {"en": "Door"}}).json()
    api("staff").delete(f"/api/v1/categories/{made['id']}/")

    category = Category(pk=made["id"])
    assert values_of(category) == [{"name": [None, {"en": "Door"}]}, {"name": [{"en": "Door"}, None]}]
    sentences = [entry.get_change_message() for entry in LogEntry.objects.order_by("id")]
    assert sentences == ["Added category “Door”.", "Deleted category “Door”."]  # in Django's own words


def test_a_refused_write_leaves_no_line(api, cast):
    category = make.make_category()
    make.make_collectible(category=category)

    assert api("staff").delete(f"/api/v1/categories/{category.pk}/").status_code == 409
    assert api("staff").patch(f"/api/v1/categories/{category.pk}/", {"parent": 4711}).status_code == 400
    assert not LogEntry.objects.exists()


def test_a_change_that_changes_nothing_leaves_no_line(api, cast):
    category = make.make_category(name={"en": "Door"})

    assert api("staff").patch(f"/api/v1/categories/{category.pk}/", {"name": {"en": "Door"}}).status_code == 200
    assert not LogEntry.objects.exists()


def test_a_pool_is_told_with_its_weights(api, cast):
    door, gate = make.make_collectible(), make.make_collectible()
    campaign = make.make_distribution(door)

    api("staff").patch(f"/api/v1/distributions/{campaign.pk}/", {"pool": [{"collectible": gate.pk, "weight": 3}]})

    before, after = [{"collectible": door.pk, "weight": 1}], [{"collectible": gate.pk, "weight": 3}]
    assert values_of(campaign) == [{"pool": [before, after]}]


def test_what_people_do_with_their_own_is_no_history(api, cast):
    api("alice").patch("/api/v1/users/me/", {"language": "de"})
    api("staff").post("/api/v1/devices/", {"token": "of-staff", "platform": "ios"})

    assert not LogEntry.objects.exists()


def test_recipients_are_counted_before_and_after(api, cast):
    message = make.make_message(cast["alice"])
    path = f"/api/v1/notifications/{message.pk}/recipients/"

    for _ in range(2):  # a second time changes nothing
        api("staff").post(path, {"users": [cast["alice"].pk, cast["bob"].pk, cast["carol"].pk]})

    assert values_of(message) == [{"recipients": [1, 3]}]


def test_what_staff_do_with_members_is_told_and_what_moderators_do_is_not(api, cast):
    club, later = make.make_community(), timezone.now() + make.DAY
    member = make.make_membership(cast["bob"], club)
    make.make_membership(cast["alice"], club, role="owner")
    path, ban = f"/api/v1/memberships/{member.pk}/", {"until": later.isoformat(), "reason": "Mrs. Secret"}

    for who in ("alice", "staff"):
        api(who).patch(path, {"role": "moderator"})
        api(who).patch(path, {"role": "member"})
        api(who).post(f"{path}ban/", ban)
        api(who).post(f"{path}unban/", {"reason": "Mrs. Secret"})

    role, banned = [{"role": ["member", "moderator"]}, {"role": ["moderator", "member"]}], later.isoformat()
    assert values_of(member) == [*role, {"banned_until": [None, banned]}, {"banned_until": [banned, None]}]
    assert "Secret" not in json.dumps([*LogEntry.objects.values_list("change_message", flat=True)])


SECRETS = ["a@example.org", "b@example.org", "Mrs. Secret", "7Q2M4K9XABG", "PushToken", "Somebody-Named"]


def test_secrets_and_what_is_personal_are_never_copied(staff_client, api, cast):  # noqa: F811
    sponsor, bob = make.make_sponsor(contact_email="a@example.org", contact_name="Mrs. Secret"), cast["bob"]
    device = make.make_device(bob, token="PushToken")
    code = make.make_code(code="7Q2M4K9XABG")

    save(staff_client, Sponsor, sponsor, contact_email="b@example.org", contact_name="")
    save(staff_client, User, bob, username="Somebody-Named", email="a@example.org")
    save(staff_client, type(device), device, platform="android")
    save(staff_client, DistributionCode, code, max_uses=9)
    api("staff").patch(f"/api/v1/users/{bob.pk}/", {"email": "b@example.org"})
    api("staff").post("/api/v1/users/", {"username": "Somebody-Named2", "email": "b@example.org"})
    staff_client.post(reverse("admin:collectibles_distributioncode_delete", args=[code.pk]), {"post": "yes"})

    kept = json.dumps([*LogEntry.objects.values("object_repr", "change_message")], ensure_ascii=False)
    assert LogEntry.objects.count() == 7
    assert [secret for secret in SECRETS if secret in kept] == []
    assert values_of(sponsor) == [{"contact_email": ["•••", "•••"], "contact_name": ["•••", None]}]


def test_of_an_erased_person_the_log_keeps_who_and_when_and_nothing_else(staff_client, alice):  # noqa: F811
    save(staff_client, User, alice, status="onboarding", country="DE")

    erasure.erase(alice)

    entry = LogEntry.objects.get()
    assert (entry.user.username, entry.object_repr, entry.change_message) == ("root", "", "")


def test_texts_that_come_back_as_a_table_are_told_row_by_row(api, cast):
    category = make.make_category(name={"en": "Door"})
    table = b"".join(api("staff").get("/api/v1/localisation/csv/?model=catalog.category").streaming_content)
    lines = table.decode().replace("Door,", "Door,Pforte", 1)

    answer = api("staff").post("/api/v1/localisation/csv/", lines.encode(), content_type="text/csv")

    assert answer.json()["changed"] == 1
    assert values_of(category) == [{"name": [{"en": "Door"}, {"en": "Door", "de": "Pforte"}]}]


def test_an_action_on_many_is_told_of_each_and_costs_as_much_as_of_one(staff_client):  # noqa: F811
    def close(*campaigns):
        data = {"action": "close", "_selected_action": [row.pk for row in campaigns], "confirmed": "yes"}
        with CaptureQueriesContext(connection) as queries:
            assert staff_client.post(reverse("admin:collectibles_distribution_changelist"), data).status_code == 302
        return len(queries)

    one, many = [make.make_distribution()], [make.make_distribution() for _ in range(9)]
    close(make.make_distribution())

    assert close(*one) == close(*many)
    assert Distribution.objects.filter(active=True).count() == 0
    assert values_of(many[3]) == [{"active": [True, None]}] or values_of(many[3]) == [{"active": [True, False]}]
    assert set(Distribution.objects.values_list("version", flat=True)) == {2}


@pytest.mark.parametrize(
    ("role", "status"), [("Editor", 403), ("Campaign manager", 403), ("Support", 200), ("Administrator", 200)]
)
def test_the_history_is_read_by_support_and_administrators(somebody, staff_client, role, status):  # noqa: F811
    category = make.make_category(name={"en": "Door"})
    save(staff_client, Category, category, name_en="<Gate>")
    client = in_admin(somebody(role))

    page = client.get(reverse("admin:catalog_category_history", args=[category.pk]))
    form = client.get(reverse("admin:catalog_category_change", args=[category.pk]))

    assert page.status_code == status
    assert ("historylink" in form.content.decode()) is (status == 200)
    if status == 200:
        assert "<del>Door</del>" in page.content.decode()
        assert "<ins>&lt;Gate&gt;</ins>" in page.content.decode()
    assert client.get(reverse("admin:admin_logentry_changelist")).status_code == status


def test_the_log_of_everything_opens_and_nobody_writes_it(staff_client):  # noqa: F811
    category = make.make_category()
    save(staff_client, Category, category, name_en="Gate")
    entry = LogEntry.objects.get()
    path = reverse("admin:admin_logentry_change", args=[entry.pk])

    assert "<ins>Gate</ins>" in staff_client.get(path).content.decode()
    assert staff_client.post(path, {"object_repr": "x"}).status_code == 403
    assert (
        staff_client.post(reverse("admin:admin_logentry_delete", args=[entry.pk]), {"post": "yes"}).status_code == 403
    )


# What everybody does with what is theirs, staff among them.
OWN = ("user-me", "device", "inbox", "community-join", "community-leave", "copy", "redemption", "transfer")
OWN += ("mission-claim", "challenge-claim")
STAFF_WRITES = [(name, method) for name, method, *_ in ROUTES if method != "GET" and not name.startswith(OWN)]
TEXTLESS = {"user": {"language": "de"}, "membership": {"role": "moderator"}, "code": {"max_uses": 9}}
BODIES = {
    "notification-recipients-list": lambda cast: {"users": [cast["bob"].pk]},
    "membership-ban": lambda cast: {"until": timezone.now() + make.DAY, "reason": "spam"},
    "membership-unban": lambda cast: {"reason": "sorry"},
    "distribution-codes": lambda cast: {"count": 2},
}
FREE = {  # on these no other row stands, so that they can be deleted
    "community": make.make_community, "category": make.make_category, "project": make.make_project,
    "collection": make.make_collection, "collectible": make.make_collectible,
    "distribution": make.make_distribution, "code": make.make_code,
}  # fmt: skip


def model_of(resource):
    (pattern,) = [pattern for pattern in api_patterns() if pattern.name == f"{resource}-detail"]
    return pattern.callback.cls.queryset.model


def change_of(resource):
    return TEXTLESS.get(resource) or {localized_fields(model_of(resource))[0].name: {"en": "Changed"}}


def body_of(client, cast, rows, name, method):  # noqa: F811
    """What this route takes: for a row, what another one says, and a change."""
    resource = name.removesuffix("-list").removesuffix("-detail")
    if name in BODIES:
        return BODIES[name](cast)
    if method in {"PATCH", "DELETE"}:
        return change_of(resource) if method == "PATCH" else {}
    like = client.get(url(f"{resource}-detail", rows)).json() | change_of(resource)
    if resource == "membership":
        like["user_id"] = rows["user"]
    return like | (UNIQUE.get(resource, dict)() if method == "POST" else {})


@pytest.mark.parametrize(("name", "method"), STAFF_WRITES)
def test_every_write_of_staff_leaves_a_line(api, cast, rows, name, method):  # noqa: F811
    client = api("staff")
    if method == "DELETE" and (make_free := FREE.get(name.removesuffix("-detail"))):
        rows[name.removesuffix("-detail")] = make_free().pk
    if name == "membership-unban":
        type(cast["membership of alice"]).objects.update(banned_until=timezone.now() + make.DAY)
    if name == "localisation-csv":
        content = f"model,id,version,field,en\ncatalog.category,{rows['category']},1,name,Changed"
        answer = client.generic(method, url(name, rows), content, content_type="text/csv")
    else:
        body = json.dumps(body_of(client, cast, rows, name, method), default=str)
        answer = client.generic(method, url(name, rows), body, content_type="application/json")

    assert answer.status_code < 300, answer.content
    assert LogEntry.objects.filter(user=cast["staff"]).exists()
