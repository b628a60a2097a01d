"""An e-mail is stored, looked up and compared by one rule: the case of its ASCII letters says nothing."""

from contextlib import nullcontext
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse
from rest_framework.test import APIClient

from tests.make import make_user
from tests.users.signing import SUB, id_token
from users.models import Adoption, User
from users.services.sign_up import usable_email

TYPED, STORED = "Dora@Example.com", "dora@example.com"
KELVIN, DOTLESS, LONG_S = "\u212aelvin@example.com", "k\u0131m@example.com", "\u017fam@example.com"


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (TYPED, STORED),
        (KELVIN, KELVIN),
        (DOTLESS, DOTLESS),
        ("K\u0130M@example.com", "k\u0130m@example.com"),
        ("no address", None),
        ("", None),
        (None, None),
    ],
)
def test_only_ascii_letters_lose_their_case(given, kept):
    assert usable_email(given) == kept


@pytest.mark.parametrize(("other", "email"), [(KELVIN, "kelvin@example.com"), (LONG_S, "sam@example.com")])
def test_a_letter_that_looks_or_folds_alike_takes_no_waiting_account(db, pool, other, email):
    waiting = make_user("waiting", cognito_sub=None, email=email)
    Adoption.objects.create(user=waiting, email=email)

    token = id_token(email=other, email_verified=True)
    answer = APIClient(HTTP_AUTHORIZATION=f"Bearer {token}").get("/api/v1/users/me/")

    assert (answer.status_code, answer.json()["email"]) == (200, other)
    assert User.objects.get(cognito_sub=SUB) != waiting
    assert Adoption.objects.get().user == waiting


def test_what_staff_write_over_the_api_is_found_however_it_is_typed(api, bob):
    written = api("staff").patch(f"/api/v1/users/{bob.pk}/", {"email": TYPED})
    made = api("staff").post("/api/v1/users/", {"username": "kelvin", "email": KELVIN})

    assert (written.json()["email"], made.json()["email"]) == (STORED, KELVIN)
    for typed, number in [(TYPED, 1), (STORED.upper(), 1), (KELVIN, 1), ("kelvin@example.com", 0)]:
        assert len(api("staff").get("/api/v1/users/", {"email": typed}).json()["results"]) == number, typed
    assert api("staff").patch(f"/api/v1/users/{bob.pk}/", {"email": None}).json()["email"] is None


def test_what_staff_write_in_the_admin_is_found_however_it_is_typed(client, db):
    client.force_login(User.objects.create_superuser("root"))
    people = reverse("admin:users_user_changelist")
    passwords = {"usable_password": "false", "password1": "", "password2": ""}

    made = client.post(reverse("admin:users_user_add"), {"username": "dora", "email": TYPED, **passwords})
    dora = User.objects.get(username="dora")
    changed = client.post(
        reverse("admin:users_user_change", args=[dora.pk]),
        {"username": "dora", "email": "DORA@Example.org", "status": "active", "is_active": "on", "version": "1"}
        | {f"{inline}-{name}": 0 for inline in ("adoption", "departure") for name in ("TOTAL_FORMS", "INITIAL_FORMS")},
    )

    assert (made.status_code, dora.email) == (302, STORED)
    assert changed.status_code == 302, changed.context["errors"]
    assert User.objects.get(username="dora").email == "dora@example.org"
    assert list(client.get(people, {"q": "Dora@EXAMPLE.org"}).context["cl"].result_list) == [dora]


@pytest.mark.parametrize(("typed", "is_found"), [("KELVIN@Example.com", True), (KELVIN, False)])
def test_a_local_token_is_for_whom_the_address_names(db, typed, is_found):
    make_user("somebody", email="kelvin@example.com")
    out = StringIO()

    with nullcontext() if is_found else pytest.raises(CommandError, match="is called"):
        call_command("token", typed, stdout=out)

    assert bool(out.getvalue()) == is_found
