"""Role x model x action: the same table in the admin and in the API, and what no role may do."""

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Group, Permission
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from catalog.models import Category
from kloppocar import roles
from tests.make import make_category, make_sponsor, make_user
from tests.objects.conftest import OPEN, WORD, world  # noqa: F401 - `world` is a fixture
from tests.test_access import ROWS as ROUTES
from tests.test_access import rows, undone, url  # noqa: F401 - `rows` is a fixture
from users.models import User

ROLES = ["Editor", "Campaign manager", "Support", "Administrator"]
ACTIONS = {"v": "view", "a": "add", "c": "change", "d": "delete"}

# model, and what each of ROLES may: view, add, change, delete. "-" is nothing.
TABLE = """
users.user                          -    -    v    vacd
users.rank                          vac  vac  v    vacd
users.pushdevice                    -    -    v    vacd
users.notification                  -    vacd v    vacd
users.notificationreceipt           -    vac  v    vacd
communities.community               vac  vac  v    vacd
communities.membership              -    -    v    vacd
communities.moderationentry         -    -    v    v
communities.challenge               v    vacd v    vacd
communities.challengecontribution   -    -    v    v
communities.challengetally          -    v    v    v
communities.newspost                vacd vacd v    vacd
catalog.category                    vacd vacd v    vacd
catalog.project                     vac  vac  v    vacd
catalog.collection                  vacd vacd v    vacd
catalog.sponsor                     vacd vacd v    vacd
collectibles.collectible            vacd vacd v    vacd
collectibles.reservednumber         -    v    v    v
collectibles.copy                   -    -    v    v
collectibles.copyevent              -    -    v    v
collectibles.grant                  -    -    v    v
collectibles.transfer               -    -    v    v
collectibles.distribution           -    vacd v    vacd
collectibles.distributioncode       -    vacd v    vacd
collectibles.codebatch              -    v    v    v
collectibles.refusalcount           -    v    v    v
collectibles.mission                v    vacd v    vacd
collectibles.missionprogress        -    -    v    v
kloppocar.legacyid                  -    -    -    v
auth.group                          -    -    -    vacd
"""
LINES = map(str.split, TABLE.strip().splitlines())
RULES = {label: dict(zip(ROLES, letters, strict=True)) for label, *letters in LINES}
# Resources of the API by their model; `view` says whether reading is for staff alone.
STAFF_READ = {
    "users.notification", "communities.moderationentry", "collectibles.distribution", "collectibles.distributioncode",
}  # fmt: skip
RESOURCES = {
    "user": "users.user", "rank": "users.rank", "notification": "users.notification",
    "community": "communities.community", "community-moderation": "communities.moderationentry",
    "challenge": "communities.challenge", "news": "communities.newspost",
    "category": "catalog.category", "project": "catalog.project", "collection": "catalog.collection",
    "sponsor": "catalog.sponsor", "collectible": "collectibles.collectible", "mission": "collectibles.mission",
    "distribution": "collectibles.distribution", "code": "collectibles.distributioncode",
}  # fmt: skip


@pytest.fixture
def somebody(db):
    """Staff of a role, or of none."""
    roles.put_in_place()

    def make(role, name="somebody", **fields):
        person = make_user(name, is_staff=True, **fields)
        if role:
            person.groups.add(Group.objects.get(name=role))
        return person

    return make


def in_admin(person):
    client = Client(raise_request_exception=True)
    client.force_login(person)
    return client


def by_api(person):
    client = APIClient()
    client.force_login(person)
    return client


def allowed(label, role, action):
    return role is not None and any(ACTIONS.get(letter) == action for letter in RULES[label][role])


def test_every_table_of_the_admin_is_in_the_table():
    assert {model._meta.label_lower for model in admin.site._registry} - {"admin.logentry"} == set(RULES)


@pytest.mark.parametrize("role", [*ROLES, None])
def test_the_admin_lets_each_role_do_what_the_table_says(somebody, role):
    client, wrong = in_admin(somebody(role)), []

    for model in admin.site._registry:
        label = model._meta.label_lower
        if label not in RULES:
            continue
        name = f"admin:{label.replace('.', '_')}"
        pages = {
            "view": client.get(reverse(f"{name}_changelist")),
            "add": client.post(reverse(f"{name}_add"), {}),
            "change": client.post(reverse(f"{name}_change", args=[0]), {}),
            "delete": client.get(reverse(f"{name}_delete", args=[0])),
        }
        for action, page in pages.items():  # row 0 is not there: whoever may is sent away, others are refused
            if (page.status_code != 403) is not bool(allowed(label, role, action)):
                wrong.append((label, action, page.status_code))

    assert wrong == []


@pytest.mark.parametrize("role", [*ROLES, None])
def test_the_api_lets_each_role_do_what_the_table_says(somebody, rows, role):  # noqa: F811
    client, wrong = by_api(somebody(role)), []
    calls = [("list", "GET", "view"), ("list", "POST", "add")]
    calls += [("detail", "PATCH", "change"), ("detail", "DELETE", "delete")]
    served = {(name, method) for name, method, *_ in ROUTES}

    for resource, label in RESOURCES.items():
        for route, method, action in calls:
            if method == "GET" and label not in STAFF_READ:
                continue
            if (f"{resource}-{route}", method) not in served:
                continue
            with undone():
                answer = client.generic(method, url(f"{resource}-{route}", rows), "{}", content_type="application/json")
            if (answer.status_code in {200, 201, 204, 400, 409}) is not bool(allowed(label, role, action)):
                wrong.append((resource, method, answer.status_code))

    assert wrong == []


def test_without_a_role_staff_change_nothing_and_a_superuser_everything(somebody):
    category = make_category()
    path = f"/api/v1/categories/{category.pk}/"

    assert by_api(somebody(None)).patch(path, {"name": {"en": "Mine"}}).status_code == 403
    assert by_api(somebody(None, "root", is_superuser=True)).patch(path, {"name": {"en": "Mine"}}).status_code == 200


def test_who_is_no_staff_gains_nothing_by_a_role(somebody):
    person = somebody("Administrator")
    User.objects.filter(pk=person.pk).update(is_staff=False)

    assert by_api(person).post("/api/v1/categories/", {"name": {"en": "Mine"}}).status_code == 403
    assert not Category.objects.exists()


def test_a_token_without_the_group_gains_nothing_by_a_role_or_a_superusers_row(api, cast, somebody):
    User.objects.filter(username="bob").update(is_staff=True, is_superuser=True)
    cast["bob"].groups.add(Group.objects.get(name="Administrator"))

    assert api("bob").post("/api/v1/categories/", {"name": {"en": "Mine"}}).status_code == 403


@pytest.mark.parametrize(("role", "sees"), [("Editor", False), ("Campaign manager", False), ("Support", True)])
def test_only_who_reads_people_sees_their_mail_and_what_they_won(somebody, api, rows, role, sees):  # noqa: F811
    client = by_api(somebody(role))

    person = client.get(f"/api/v1/users/{rows['user']}/").json()
    won = client.get("/api/v1/redemptions/").json()["results"]
    members = client.get("/api/v1/memberships/").json()["results"]

    assert ("email" in person, bool(won), bool(members)) == (sees, sees, sees)


def test_contacts_of_sponsors_are_for_who_may_read_sponsors(somebody):
    make_sponsor(contact_email="a@example.org")

    assert "contact_email" in by_api(somebody("Editor")).get("/api/v1/sponsors/").content.decode()
    assert "contact_email" not in by_api(somebody(None, "other")).get("/api/v1/sponsors/").content.decode()


def test_codes_of_a_campaign_are_not_for_an_editor(somebody, rows):  # noqa: F811
    client = by_api(somebody("Editor"))

    for path in (f"distributions/{rows['distribution']}/", f"distributions/{rows['distribution']}/stats/", "codes/"):
        assert client.get(f"/api/v1/{path}").status_code == 403


@pytest.mark.parametrize(
    ("action", "method", "path"),
    [("add", "POST", "memberships/"), ("change", "PATCH", "memberships/{}/"), ("delete", "DELETE", "memberships/{}/")],
)
def test_who_may_do_one_thing_to_members_does_no_other(somebody, rows, action, method, path):  # noqa: F811
    body, done = {"role": "moderator"}, []
    if action == "add":
        body |= {"community": rows["community"], "user_id": make_user("new").pk}

    for each in ("add", "change", "delete"):
        person = somebody(None, f"who-may-{each}")
        grants = Permission.objects.filter(codename__in=["view_membership", f"{each}_membership"])
        person.user_permissions.set(grants)
        client = by_api(person)
        with undone():
            answer = getattr(client, method.lower())(f"/api/v1/{path.format(rows['membership'])}", body)
        if answer.status_code < 300:
            done.append(each)

    assert done == [action]


def test_who_may_add_codes_and_not_change_campaigns_makes_none(somebody, rows):  # noqa: F811
    """To post to one row is to change it."""
    path, person = f"/api/v1/distributions/{rows['distribution']}/codes/", somebody(None)

    for also, status in [("add_distribution", 403), ("change_distribution", 201)]:
        names = ["view_distribution", "view_distributioncode", "add_distributioncode", also]
        person.user_permissions.set(Permission.objects.filter(codename__in=names))
        assert by_api(User.objects.get(pk=person.pk)).post(path, {"count": 2}).status_code == status


def test_roles_are_put_in_place_twice_without_a_change_and_mended(somebody):
    group = Group.objects.get(name="Editor")
    before = set(group.permissions.values_list("pk", flat=True))
    group.permissions.clear()

    roles.put_in_place()

    assert set(group.permissions.values_list("pk", flat=True)) == before
    assert Group.objects.count() == 4


@pytest.mark.parametrize("role", [*ROLES, None])
def test_what_is_not_published_is_for_who_may_view_it(somebody, world, role):  # noqa: F811
    client, wrong = by_api(somebody(role)), []
    world.hidden[User] = [make_user("blocked", is_active=False).pk]

    for resource, label in RESOURCES.items():
        for pk in [] if label in STAFF_READ else world.hidden.get(apps.get_model(label), []):
            answer = client.get(url(f"{resource}-detail", {resource: pk}))
            if (answer.status_code == 200) is not bool(allowed(label, role, "view")):
                wrong.append((resource, answer.status_code))

    assert wrong == []
    assert {apps.get_model(label) for label in RESOURCES.values()} - set(world.hidden) == OPEN


def test_no_answer_to_staff_without_a_role_holds_a_word_of_a_hidden_row(somebody, world):  # noqa: F811
    client = by_api(somebody(None))
    paths = {name: url(name, world.seen) for name, method, *_ in ROUTES if method == "GET"}

    assert [name for name, path in paths.items() if WORD in client.get(path).content.decode()] == []


def test_staff_without_a_role_ask_no_more_than_strangers(somebody):
    path = "/api/v1/categories/?missing=de"

    assert by_api(somebody("Editor")).get(path).status_code == 200
    assert by_api(somebody(None, "other")).get(path).status_code == 400
