"""What staff may do to accounts: the same rules by the API and in the admin."""

import pytest
from django.urls import reverse

from kloppocar import erasure
from kloppocar.api import actions
from tests.make import make_user
from tests.test_admin import errors_of, form_of
from tests.test_roles import by_api, in_admin, somebody  # noqa: F401 - `somebody` is a fixture
from users.models import User

LIST = reverse("admin:users_user_changelist")


@pytest.fixture
def root(db):
    return make_user("root", is_staff=True, is_superuser=True)


def path_of(person):
    return f"/api/v1/users/{person.pk}/"


def page_of(person, action="change"):
    return reverse(f"admin:users_user_{action}", args=[person.pk])


def now(person):
    return User.objects.get(pk=person.pk)


@pytest.mark.parametrize("change", [{"is_active": False}, {"username": "gone"}, {"status": "onboarding"}, {}])
def test_who_is_no_superuser_leaves_superusers_alone_by_the_api(somebody, root, change):  # noqa: F811
    before = User.objects.filter(pk=root.pk).values().get()
    client = by_api(somebody("Administrator"))

    assert client.patch(path_of(root), change).status_code == 403
    assert client.put(path_of(root), change).status_code == 403
    assert User.objects.filter(pk=root.pk).values().get() == before


def test_a_superuser_and_a_token_of_staff_change_superusers(somebody, api, root):  # noqa: F811
    other = make_user("other", is_staff=True, is_superuser=True)

    assert by_api(root).patch(path_of(other), {"language": "de"}).status_code == 200
    assert api("staff").patch(path_of(other), {"language": "en"}).status_code == 200


def test_nobody_switches_themselves_off_by_the_api(somebody, api, cast, root):  # noqa: F811
    administrator = somebody("Administrator")

    for client, person in [(by_api(administrator), administrator), (by_api(root), root), (api("staff"), cast["staff"])]:
        refused = client.patch(path_of(person), {"is_active": False})
        assert (refused.status_code, refused.json()["errors"][0]["code"]) == (400, "own_account")
        assert client.patch(path_of(person), {"is_active": True, "language": "de"}).status_code == 200
        assert now(person).is_active


def test_an_administrator_switches_off_other_staff(somebody):  # noqa: F811
    editor = somebody("Editor", "ed")

    assert by_api(somebody("Administrator")).patch(path_of(editor), {"is_active": False}).status_code == 200
    assert not now(editor).is_active


def test_nobody_takes_their_own_way_in_away_in_the_admin(somebody, root):  # noqa: F811
    for person in (root, somebody("Administrator")):
        client = in_admin(person)
        form = form_of(client.get(page_of(person)))

        assert client.post(page_of(person, "delete"), {"post": "yes"}).status_code == 403
        assert not {"is_active", "is_staff"} & set(form)
        assert client.post(page_of(person), form | {"country": "DE"}).status_code == 302
        assert (now(person).is_active, now(person).is_staff, now(person).country) == (True, True, "DE")


def test_nobody_makes_an_account_deleted_by_hand(somebody, api, cast, alice):  # noqa: F811
    client = in_admin(somebody("Administrator"))

    changed = api("staff").patch(path_of(alice), {"status": "deleted"})
    made = api("staff").post("/api/v1/users/", {"username": "new-one", "status": "deleted"})
    saved = client.post(page_of(alice), form_of(client.get(page_of(alice))) | {"status": "deleted"})

    assert (changed.status_code, made.status_code) == (400, 400)
    assert errors_of(saved).keys() == {"status"}
    assert not User.objects.filter(status="deleted").exists()


def test_of_an_erased_person_nothing_changes_any_more(somebody, api, alice, root):  # noqa: F811
    erasure.erase(alice)
    before = User.objects.filter(pk=alice.pk).values().get()
    client = in_admin(root)
    data = {"action": "let_in_again", "_selected_action": [alice.pk], "confirmed": "yes"}

    assert client.get(page_of(alice)).status_code == 200
    assert client.post(page_of(alice), {"status": "active", "is_active": "on"}).status_code == 403
    assert client.post(page_of(alice, "delete"), {"post": "yes"}).status_code == 403
    assert client.post(LIST, data).status_code == 302
    assert api("staff").patch(path_of(alice), {"status": "active"}).status_code == 404
    assert User.objects.filter(pk=alice.pk).values().get() == before


def change_of(client, person, **changes):
    path = reverse("admin:users_user_change", args=[person.pk])
    return client.post(path, form_of(client.get(path)) | changes)


def test_an_administrator_makes_nobody_a_superuser_and_leaves_superusers_alone(somebody):  # noqa: F811
    client = in_admin(somebody("Administrator"))
    bob, root = make_user("bob"), make_user("root", is_staff=True, is_superuser=True)

    change_of(client, bob, is_superuser="on", is_staff="on")

    bob.refresh_from_db()
    assert (bob.is_staff, bob.is_superuser) == (True, False)
    path = reverse("admin:users_user_change", args=[root.pk])
    assert client.post(path, {"username": "mine"}).status_code == 403
    assert client.post(reverse("admin:auth_user_password_change", args=[root.pk]), {}).status_code == 403


def test_support_deactivates_people_after_a_question_and_no_staff(somebody):  # noqa: F811
    client = in_admin(somebody("Support"))
    people = [make_user("bob"), somebody("Editor", "ed")]
    data = {"action": "deactivate", "_selected_action": [person.pk for person in people]}

    asked = client.post(reverse("admin:users_user_changelist"), data)

    assert "bob" in asked.content.decode()
    assert User.objects.filter(is_active=True).count() == 3
    client.post(reverse("admin:users_user_changelist"), data | {"confirmed": "yes"})
    assert list(User.objects.filter(is_active=False).values_list("username", flat=True)) == ["bob"]


def test_an_editor_has_no_such_action(somebody):  # noqa: F811
    client, bob = in_admin(somebody("Editor")), make_user("bob")
    data = {"action": "deactivate", "_selected_action": [bob.pk], "confirmed": "yes"}

    assert client.post(reverse("admin:users_user_changelist"), data).status_code == 403
    assert User.objects.filter(is_active=False).count() == 0


def test_an_administrator_deactivates_staff_but_no_superuser_and_not_themselves(somebody, root):  # noqa: F811
    administrator, people = somebody("Administrator"), [make_user("bob"), somebody("Editor", "ed")]
    data = {"action": "deactivate", "_selected_action": [person.pk for person in [*people, administrator, root]]}

    in_admin(administrator).post(LIST, data | {"confirmed": "yes"})

    assert list(User.objects.filter(is_active=False).order_by("pk")) == people


def test_a_superuser_deactivates_superusers_but_not_themselves(root):
    other = make_user("other", is_staff=True, is_superuser=True)
    data = {"action": "deactivate", "_selected_action": [root.pk, other.pk], "confirmed": "yes"}

    in_admin(root).post(LIST, data)

    assert User.objects.get(is_active=False) == other


def test_superusers_are_not_deleted_among_others(somebody, root):  # noqa: F811
    bob = make_user("bob")
    data = {"action": "delete_selected", "_selected_action": [root.pk, bob.pk], "post": "yes"}

    in_admin(somebody("Administrator")).post(LIST, data)

    assert User.objects.filter(pk__in=[root.pk, bob.pk]).count() == 2


def test_an_action_on_too_many_rows_changes_none(somebody, monkeypatch):  # noqa: F811
    monkeypatch.setattr(actions, "MOST", 2)
    client, people = in_admin(somebody("Administrator")), [make_user() for _ in range(3)]

    def deactivate(chosen):
        data = {"action": "deactivate", "_selected_action": [person.pk for person in chosen], "confirmed": "yes"}
        return client.post(LIST, data, follow=True).content.decode()

    assert "At most 2 rows at once" in deactivate(people)
    assert not User.objects.filter(is_active=False).exists()
    deactivate(people[:2])
    assert User.objects.filter(is_active=False).count() == 2
