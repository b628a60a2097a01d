"""People come into being by their first token or by Cognito's event, once, and nothing they send gives them rights."""

import threading
import time
from datetime import UTC, datetime, timedelta

import pytest
from django.db import InterfaceError, OperationalError, connection
from rest_framework.test import APIClient

from collectibles.models import Copy, DistributionKind
from kloppocar import signup
from kloppocar.signup import sign_up
from tests.make import make_collectible, make_device, make_distribution, make_user
from tests.users.signing import CLIENT, SUB, access_token, id_token
from users.models import PushDevice, User, UserStatus
from users.services import ensure_user

ME = "/api/v1/users/me/"


def get(path, token):
    return APIClient(HTTP_AUTHORIZATION=f"Bearer {token}").get(path)


@pytest.mark.parametrize("token", [id_token, access_token])
def test_the_first_token_of_an_unknown_person_makes_their_row(db, pool, token):
    first, second = get(ME, token()), get(ME, token())

    assert (first.status_code, second.status_code) == (200, 200)
    user = User.objects.get()
    assert (user.cognito_sub, user.status, user.username, user.email) == (SUB, UserStatus.ONBOARDING, None, None)
    assert (user.is_staff, user.is_superuser, user.has_usable_password()) == (False, False, False)


@pytest.mark.parametrize(
    ("claims", "email"),
    [
        ({"email": "New@Example.com", "email_verified": True}, "new@example.com"),
        ({"email": "new@example.com", "email_verified": "true"}, "new@example.com"),
        ({"email": "new@example.com", "email_verified": False}, None),
        ({"email": "new@example.com", "email_verified": "false"}, None),
        ({"email": "new@example.com"}, None),
        ({"email": "", "email_verified": True}, None),
        ({"email": "no address", "email_verified": True}, None),
        ({"email": "a\x00b@example.com", "email_verified": True}, None),
        ({"email": "a@example.com\r\nBcc: b@example.com", "email_verified": True}, None),
        ({"email": "\ud83d@example.com", "email_verified": True}, None),
        ({"email": "a@\ud83d.example.com", "email_verified": True}, None),
        ({"email": "x" * 250 + "@example.com", "email_verified": True}, None),
    ],
)
def test_only_a_verified_address_that_is_one_is_taken_over(db, pool, claims, email):
    response = get(ME, id_token(**claims))

    assert response.status_code == 200
    assert User.objects.get().email == email


@pytest.mark.parametrize("claims", [{"sub": CLIENT, "username": ...}, {"sub": "machine", "username": ...}])
def test_a_token_without_a_person_makes_nobody(db, pool, claims):
    response = get(ME, access_token(**claims))

    assert response.status_code == 401
    assert not User.objects.exists()


def test_claims_and_custom_attributes_give_no_rights(db, pool):
    rights = {"custom:role": "admin", "is_staff": True, "groups": ["admin"], "custom:groups": ["admin"]}

    response = get("/api/v1/distributions/", id_token(**rights))

    assert response.status_code == 403
    assert not User.objects.filter(is_staff=True).exists()


def test_a_deleted_person_does_not_come_back_by_their_old_token(db, pool):
    user = make_user("newcomer", status="deleted", email=None)

    response = get(ME, id_token(email="new@example.com", email_verified=True))

    assert response.status_code == 401
    user.refresh_from_db()
    assert (user.status, user.email) == ("deleted", None)


@pytest.mark.parametrize(
    ("stored", "row_age", "token_age", "expected"),
    [
        ("old@example.com", 3600, 0, "new@example.com"),
        ("old@example.com", 0, 0, "new@example.com"),
        ("old@example.com", 0, 240, "new@example.com"),
        ("old@example.com", 0, 3000, "old@example.com"),  # an old phone's token after the address was changed
        (None, 0, 3000, "new@example.com"),
        ("new@example.com", 0, 0, "new@example.com"),
    ],
)
def test_a_newer_verified_address_replaces_the_old_one(db, pool, stored, row_age, token_age, expected):
    user = make_user("newcomer", email=stored)
    User.objects.filter(pk=user.pk).update(updated_at=datetime.now(UTC) - timedelta(seconds=row_age))
    issued = int(time.time()) - token_age

    response = get(ME, id_token(iat=issued, email="New@Example.com", email_verified=True))

    assert response.status_code == 200
    user.refresh_from_db()
    assert user.email == expected
    assert user.version == (1 if stored == expected else 2)


def test_an_address_of_somebody_else_is_nobodys_key(db, pool):
    make_user("alice", email="us@example.com")

    get(ME, id_token(email="us@example.com", email_verified=True))

    assert User.objects.filter(email="us@example.com").count() == 2


def test_a_known_person_costs_one_query(db, pool, django_assert_num_queries):
    make_user("newcomer")
    client, token = APIClient(), id_token()

    with django_assert_num_queries(2):  # 1 the person, 2 the ranks
        client.get("/api/v1/ranks/", HTTP_AUTHORIZATION=f"Bearer {token}")


def test_a_new_person_gets_the_starter_campaigns_copy(db):
    make_distribution(make_collectible(), kind=DistributionKind.STARTER)

    user = sign_up(sub="sub-new")
    again = sign_up(sub="sub-new")

    assert user == again
    assert Copy.objects.get().owner == user


@pytest.mark.parametrize("broken", [{"circulation": 1, "minted": 1}, None])
def test_a_starter_campaign_that_cannot_give_fails_no_sign_up(db, broken):
    pool = [make_collectible(**broken)] if broken else []
    make_distribution(*pool, kind=DistributionKind.STARTER)

    user = sign_up(sub="sub-new")

    assert User.objects.get() == user
    assert not Copy.objects.exists()


def test_a_device_moves_to_whoever_signs_up_with_it(db):
    device = make_device(make_user("alice"), token="shared-phone")

    user, is_new = ensure_user(sub="sub-bob", device_token="shared-phone", platform="android")

    device.refresh_from_db()
    assert is_new
    assert (device.user, device.platform) == (user, "android")


@pytest.mark.parametrize(
    ("token", "platform"),
    [("t", "windows"), ("t", ""), ("t", None), ("", "ios"), ("t" * 513, "ios"), ("a\nb", "ios"), ("\ud83d", "ios")],
)
def test_a_device_that_cannot_be_one_is_passed_over(db, token, platform):
    ensure_user(sub="sub-bob", device_token=token, platform=platform)

    assert User.objects.count() == 1
    assert not PushDevice.objects.exists()


def test_a_second_sign_up_fills_in_what_was_missing_and_changes_nothing_else(db):
    ensure_user(sub="sub-bob")

    ensure_user(sub="sub-bob", email="bob@example.com", push_enabled=False)
    user, is_new = ensure_user(sub="sub-bob", email="mallory@example.com")

    assert not is_new
    assert (user.email, user.push_enabled) == ("bob@example.com", True)


def test_a_deleted_person_is_not_signed_up_again(db):
    make_user("bob", status="deleted")

    ensure_user(sub="sub-bob", email="bob@example.com", device_token="t", platform="ios")

    assert User.objects.get().email is None
    assert not PushDevice.objects.exists()


def test_first_tokens_that_arrive_at_once_make_one_person(real_db, pool):
    token, barrier, statuses = id_token(email="new@example.com", email_verified=True), threading.Barrier(12), []

    def call():
        barrier.wait()
        try:
            statuses.append(get(ME, token).status_code)
        finally:
            connection.close()

    threads = [threading.Thread(target=call) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert statuses == [200] * 12
    assert User.objects.count() == 1


# --- Patience with the database -----------------------------------------------------------------------------------


@pytest.fixture
def unlocked(django_db_setup, django_db_blocker):
    """The suite's database without a transaction around the test; nothing is written."""
    with django_db_blocker.unblock():
        yield
        connection.close()


def failing(*errors, seconds=0.0):
    """Work that takes a while, fails with each of the errors in turn, and then succeeds."""
    left = list(errors)

    def work():
        time.sleep(seconds)
        if left:
            raise left.pop(0)
        return "done"

    return work


@pytest.mark.parametrize("number", [1020, 1040, 1205, 1213, 2002, 2003, 2006, 2013])
def test_a_momentary_trouble_of_the_database_is_sat_out(unlocked, number):
    trouble = OperationalError(number, "trouble")

    assert signup._patiently(failing(trouble, trouble, InterfaceError(0, ""))) == "done"


def test_a_locked_file_is_sat_out(unlocked):
    assert signup._patiently(failing(OperationalError("database is locked"))) == "done"


@pytest.mark.parametrize("error", [OperationalError(1045, "access denied"), OperationalError("no such table")])
def test_a_lasting_trouble_is_not_tried_again(unlocked, error):
    with pytest.raises(OperationalError):
        signup._patiently(failing(error))


def test_patience_ends_before_cognitos_does(unlocked):
    started = time.monotonic()

    with pytest.raises(OperationalError):
        signup._patiently(failing(*[OperationalError(2003, "cannot connect")] * 100, seconds=0.3))

    assert 2.5 < time.monotonic() - started < signup.BUDGET_SECONDS + 0.5


def test_a_try_that_took_long_is_not_repeated(unlocked):
    started = time.monotonic()

    with pytest.raises(OperationalError):
        signup._patiently(failing(OperationalError(1205, "lock wait"), seconds=2.1))

    assert time.monotonic() - started < 3.5


def test_inside_somebody_elses_transaction_nothing_is_tried_again(db):
    with pytest.raises(OperationalError):
        signup._patiently(failing(OperationalError(1213, "deadlock")))


@pytest.mark.skipif(connection.vendor != "mysql", reason="SQLite has no connections to lose")
def test_a_connection_that_the_server_closed_loses_no_sign_up(real_db):
    connection.ensure_connection()
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute(f"KILL {connection.connection.thread_id()}")
    other.close()

    user = sign_up(sub="sub-new")

    assert User.objects.get() == user
