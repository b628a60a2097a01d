"""Imported accounts that wait for a verified e-mail: their person gets them, and nobody else does."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from rest_framework.test import APIClient

from kloppocar import erasure
from kloppocar.management.commands import event as event_command
from kloppocar.signup import sign_up
from tests import make
from tests.samples import confirmed, prepare_handler
from tests.users.signing import SUB, access_token, id_token
from users.models import Adoption, User, UserStatus

ME = "/api/v1/users/me/"
EMAIL = "dora@example.com"


def get(token):
    return APIClient(HTTP_AUTHORIZATION=f"Bearer {token}").get(ME)


def waiting(username="dora", email=EMAIL, **fields):
    user = make.make_user(username, cognito_sub=None, email=email, status=UserStatus.ONBOARDING, **fields)
    Adoption.objects.create(user=user, email=email)
    return user


@pytest.fixture
def dora(db):
    return waiting()


def test_the_first_verified_email_gives_the_account_to_its_person(dora, pool):
    answer = get(id_token(email="Dora@Example.com", email_verified=True))

    assert (answer.status_code, answer.json()["id"], answer.json()["username"]) == (200, dora.pk, "dora")
    dora.refresh_from_db()
    assert (dora.cognito_sub, dora.status, dora.version) == (SUB, UserStatus.ACTIVE, 2)
    assert not Adoption.objects.exists()
    assert get(id_token(email=EMAIL, email_verified=True)).json()["id"] == dora.pk
    assert get(access_token()).json()["id"] == dora.pk  # from then on by the subject alone
    assert User.objects.count() == 1


def test_the_account_has_the_email_that_it_was_given_for(dora, pool):
    User.objects.filter(pk=dora.pk).update(email="before@example.com")

    assert get(id_token(email=EMAIL, email_verified=True)).json()["email"] == EMAIL


def test_who_has_no_username_is_still_to_choose_one(db, pool):
    nobody = waiting(username=None)

    assert get(id_token(email=EMAIL, email_verified=True)).json()["id"] == nobody.pk
    nobody.refresh_from_db()
    assert nobody.status == UserStatus.ONBOARDING


@pytest.mark.parametrize(
    "claims",
    [
        {"email": EMAIL, "email_verified": False},
        {"email": EMAIL, "email_verified": "false"},
        {"email": EMAIL},
        {"email": EMAIL, "email_verified": None},
        {"email": EMAIL, "email_verified": 1},
        {"email": "dörä@example.com", "email_verified": True},
        {"email": "dora@example.com.evil.example", "email_verified": True},
        {"email": " dora@example.com", "email_verified": True},
        {"email": "dora@example.com\x00", "email_verified": True},
        {"email": "d\u1d0fra@example.com", "email_verified": True},
    ],
)
def test_an_email_that_is_unverified_or_another_takes_nothing(dora, pool, claims):
    answer = get(id_token(**claims))

    dora.refresh_from_db()
    assert dora.cognito_sub is None
    assert Adoption.objects.get().user == dora
    if answer.status_code == 200:
        assert answer.json()["id"] != dora.pk


def test_an_access_token_takes_nothing_whatever_it_claims(dora, pool):
    get(access_token(email=EMAIL, email_verified=True))

    assert Adoption.objects.get().user.cognito_sub is None


def test_an_account_that_only_has_this_email_is_not_given_away(db, pool):
    """Only what an import left waiting is: neither a subject's account nor one that lost its adoption."""
    alice = make.make_user("alice", email=EMAIL)
    unmarked = make.make_user("eve", email=EMAIL, cognito_sub=None)

    mine = get(id_token(email=EMAIL, email_verified=True)).json()["id"]

    assert mine not in {alice.pk, unmarked.pk}


def test_somebody_with_an_account_keeps_it_and_takes_no_other(dora, pool):
    mine = get(access_token()).json()["id"]

    answer = get(id_token(email=EMAIL, email_verified=True, iat=2_000_000_000, exp=2_000_003_600))

    assert answer.status_code in {200, 401}
    assert User.objects.get(cognito_sub=SUB).pk == mine != dora.pk
    assert Adoption.objects.exists()


def test_cognitos_second_call_for_somebody_with_an_account_takes_no_other(dora):
    mine = sign_up(sub="sub-mine")

    again = sign_up(sub="sub-mine", email=EMAIL, is_email_verified=True)

    assert again.pk == mine.pk != dora.pk
    assert Adoption.objects.get().user == dora


@pytest.mark.parametrize(
    ("verified", "is_given"), [("true", True), ("True", True), ("false", False), ("", False), (None, False)]
)
def test_cognitos_event_gives_it_only_with_a_verified_email(dora, verified, is_given):
    prepare_handler()
    event = confirmed({})
    event["request"]["userAttributes"] |= {"email": EMAIL, "email_verified": verified}
    if verified is None:
        del event["request"]["userAttributes"]["email_verified"]

    event_command.run(event)

    dora.refresh_from_db()
    assert (dora.cognito_sub == event["request"]["userAttributes"]["sub"]) == is_given
    assert Adoption.objects.exists() != is_given


def test_what_a_client_sends_along_verifies_nothing(dora):
    prepare_handler()
    event = confirmed({"email_verified": "true", "email": EMAIL})
    event["request"]["userAttributes"] |= {"email": EMAIL, "email_verified": "false", "custom:email_verified": "true"}

    event_command.run(event)

    assert Adoption.objects.get().user.cognito_sub is None


@pytest.mark.parametrize("fields", [{"is_active": False}, {"status": UserStatus.DELETED}, {"cognito_sub": "somebody"}])
def test_a_closed_or_taken_account_is_not_given(dora, fields):
    User.objects.filter(pk=dora.pk).update(**fields)

    user = sign_up(sub="sub-new", email=EMAIL, is_email_verified=True)

    assert user.pk != dora.pk


def test_erasing_ends_the_waiting(dora):
    erasure.erase(dora)

    assert not Adoption.objects.exists()
    assert sign_up(sub="sub-new", email=EMAIL, is_email_verified=True).pk != dora.pk


def test_an_adopted_account_gets_no_starter_copy(dora):
    make.make_distribution(make.make_collectible(), kind="starter")

    user = sign_up(sub="sub-dora", email=EMAIL, is_email_verified=True)

    assert (user.pk, user.copies.count()) == (dora.pk, 0)


@pytest.mark.parametrize("subs", [["sub-dora"] * 8, [f"sub-{number}" for number in range(8)]], ids=["one", "many"])
def test_of_many_at_once_one_gets_it(real_db, subs):
    dora, barrier = waiting(), threading.Barrier(len(subs))

    def call(sub):
        barrier.wait()
        try:
            return sign_up(sub=sub, email=EMAIL, is_email_verified=True).pk
        finally:
            connection.close()

    with ThreadPoolExecutor(len(subs)) as threads:
        got = list(threads.map(call, subs))

    assert got.count(dora.pk) == (len(subs) if len(set(subs)) == 1 else 1)
    assert User.objects.count() == len(set(subs))
    assert not Adoption.objects.exists()


def test_nobody_can_see_or_write_what_waits(api, dora, bob):
    shown = str(api("bob").get(f"/api/v1/users/{dora.pk}/").json()) + str(api("bob").get("/api/v1/users/").json())
    written = api("bob").patch(ME, {"adoption": dora.pk, "email": EMAIL})

    assert "adoption" not in shown
    assert EMAIL not in shown
    assert written.status_code in {200, 400}
    assert Adoption.objects.get().user == dora
    assert User.objects.filter(email=EMAIL).get() == dora
