"""A person's own data: all of it as one document, and erased for good."""

import gzip
import json
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import boto3
import pytest
from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group
from django.db import connection
from django.db.models import ForeignKey
from django.utils import timezone

from collectibles.models import Copy, CopyEvent, Grant, Transfer
from collectibles.services import open_offer
from kloppocar import erasure
from kloppocar.signup import sign_up
from tests import make
from users.models import Departure, PushDevice, User
from users.services import departure

APPS = ["users", "communities", "collectibles"]
ME, EXPORT = "/api/v1/users/me/", "/api/v1/users/me/export/"
# What is not about a person alone stays, under somebody without a name.
KEPT = {
    "collectibles.Copy.owner",
    "collectibles.CopyEvent.from_user",
    "collectibles.CopyEvent.to_user",
    "collectibles.Grant.user",
    "collectibles.MissionProgress.user",
    "collectibles.Transfer.giver",
    "collectibles.Transfer.receiver",
    "communities.ChallengeContribution.user",
    "users.Departure.user",
    "admin.LogEntry.user",
}


def keys_to_people():
    """Every foreign key to a person, in every app, the many-to-many tables of Django's own rights apart."""
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if isinstance(field, ForeignKey) and field.related_model is User:
                yield pytest.param(model, field, id=f"{model._meta.label}.{field.name}")


@pytest.fixture
def full(api, alice, bob):
    """Alice, with something in nearly every table, offering a copy to nobody in particular."""
    User.objects.filter(pk=alice.pk).update(
        email="alice@example.com", country="DE", language="de", picture="https://x.example/a.png", newsletter=True
    )
    alice.groups.add(Group.objects.create(name="printers"))
    make.make_membership(alice, make.make_community(), role="owner")
    make.make_device(alice)
    message = make.make_message(alice, bob)
    code = make.make_code(make.make_distribution(make.make_collectible()), max_uses=5)
    answer = api("alice").post("/api/v1/redemptions/", {"code": code.code}, HTTP_IDEMPOTENCY_KEY="alices-phone")
    assert answer.status_code == 201
    copy = Copy.objects.get(owner=alice)
    open_offer(giver=alice, copy=copy)
    api("alice").patch(f"/api/v1/inbox/{message.id}/", {"read": True})
    alice.refresh_from_db()
    return alice


@pytest.mark.parametrize(("model", "field"), [*keys_to_people()])
def test_the_export_knows_every_table_that_names_a_person(alice, model, field):
    querysets = [rows for part in erasure.PARTS for rows in part.stored_about(alice).values() if rows.model is model]

    assert any(f'{field.column}" = {alice.pk}' in str(rows.query).replace("`", '"') for rows in querysets)


def test_the_export_is_one_document_of_ones_own(api, full, bob):
    document = api("alice").get(EXPORT)
    body = document.json()

    assert document["Content-Disposition"].startswith("attachment")
    (account,) = body["users"]["account"]
    assert (account["email"], account["username"]) == ("alice@example.com", "alice")
    sizes = {app: {table: len(rows) for table, rows in body[app].items() if rows} for app in body if app in APPS}
    assert sizes == {
        "users": {"account": 1, "groups": 1, "devices": 1, "inbox": 1},
        "communities": {"memberships": 1},
        "collectibles": {"copies": 1, "grants": 1, "ledger": 1, "transfers": 1},
    }
    assert body["collectibles"]["copies"][0]["collectible__name"] == {"en": "Door", "de": "Tür"}
    secrets = [full.password, Transfer.objects.get().secret_hash]
    assert not any(secret in document.content.decode() for secret in secrets)
    assert not any(api("bob").get(EXPORT).json()["collectibles"].values())


def test_a_long_export_is_packed_for_whoever_takes_it(api, alice):
    for _ in range(20):
        make.make_message(alice)

    packed = api("alice").get(EXPORT, HTTP_ACCEPT_ENCODING="gzip")
    plain = api("alice").get(EXPORT)

    assert packed["Content-Encoding"] == "gzip"
    assert len(packed.content) < len(plain.content) / 3
    assert json.loads(gzip.decompress(packed.content))["users"] == plain.json()["users"]


def test_an_export_costs_the_same_however_much_there_is(api, alice, django_assert_num_queries):
    client, costs = api("alice"), []
    for _ in range(2):
        for _ in range(3):
            make.make_message(alice)
            make.make_membership(alice, make.make_community())
        with django_assert_num_queries(18):  # 1 who asks, 17 tables
            costs.append(len(client.get(EXPORT).content))

    assert costs[0] < costs[1]


def test_an_erased_account_is_empty_and_what_was_won_stays(api, full, bob):
    assert api("alice").delete(ME).status_code == 204

    full.refresh_from_db()
    assert (full.status, full.is_active, full.cognito_sub) == ("deleted", False, "sub-alice")
    assert not full.has_usable_password()
    kept = {"id", "cognito_sub", "score", "created_at", "updated_at", "version", "status", "is_active", "password"}
    empty = {"push_enabled": False}
    for field in User._meta.concrete_fields:
        if field.name not in kept | {"username_key"}:
            assert getattr(full, field.attname) == empty.get(field.name, field.get_default()), field.name
    assert not full.groups.exists()
    assert Copy.objects.get().owner == full
    assert CopyEvent.objects.get().to_user == full
    assert Grant.objects.get().idempotency_key is None
    offer = Transfer.objects.get()
    assert offer.cancelled_at
    assert offer.open_copy is None


@pytest.mark.parametrize(("model", "field"), [*keys_to_people()])
def test_no_table_keeps_rows_of_an_erased_person_but_those_that_must(full, model, field):
    erasure.erase(full)

    names = model._base_manager.filter(**{field.name: full}).exists()

    assert not names or f"{model._meta.label}.{field.name}" in KEPT


def test_an_erased_person_is_unknown_to_the_others_and_their_token_is_refused(api, full, bob):
    copy = Copy.objects.get()
    erasure.erase(full)

    mine = [api("alice").get(ME), api("alice").get("/api/v1/copies/"), api("alice").delete(ME)]
    history = api("bob").get(f"/api/v1/copies/{copy.id}/history/")

    assert {(answer.status_code, answer.json()["errors"][0]["code"]) for answer in mine} == {(401, "user_inactive")}
    assert api("bob").get(f"/api/v1/users/{full.id}/").status_code == 404
    assert "alice" not in str(api("bob").get("/api/v1/users/").json())
    assert history.status_code == 200
    assert "alice" not in str(history.json())


def test_the_same_address_signs_up_as_somebody_new_and_the_name_is_free(api, full):
    erasure.erase(full)

    new = sign_up(sub="sub-alice-again", email="alice@example.com")
    old = sign_up(sub="sub-alice", email="alice@example.com")
    User.objects.filter(pk=new.pk).update(username="alice")

    assert new.pk != full.pk
    assert (new.status, new.copies.count()) == ("onboarding", 0)
    assert (old.pk, old.status, old.email) == (full.pk, "deleted", None)


def test_erasing_twice_changes_nothing(full):
    erasure.erase(full)
    full.refresh_from_db()
    version = full.version
    cancelled_at = Transfer.objects.get().cancelled_at

    erasure.erase(full)

    full.refresh_from_db()
    assert full.version == version
    assert Transfer.objects.get().cancelled_at == cancelled_at


def test_whoever_writes_while_an_account_is_erased_comes_too_late_or_is_erased(real_db):
    """A device, a username and an e-mail by three phones at once, and erasing from two more."""
    alice = make.make_user("alice", email=None)
    make.make_device(alice)
    from rest_framework.test import APIClient

    from tests.conftest import token_of
    from users.services import refresh_email

    token, barrier = token_of(alice.cognito_sub, False), threading.Barrier(5)

    def call(work):
        client = APIClient(HTTP_AUTHORIZATION=f"Bearer {token}")
        barrier.wait()
        try:
            return work(client)
        finally:
            connection.close()

    works = [
        lambda client: client.delete(ME).status_code,
        lambda client: client.delete(ME).status_code,
        lambda client: client.post("/api/v1/devices/", {"token": "late", "platform": "ios"}).status_code,
        lambda client: client.patch(ME, {"username": "alice2"}).status_code,
        lambda client: refresh_email(user=alice, email="a@example.com", issued_at=9e9) and 200,
    ]
    with ThreadPoolExecutor(5) as threads:
        statuses = list(threads.map(call, works))

    assert set(statuses[:2]) <= {204, 401}
    assert 204 in statuses[:2]
    assert set(statuses[2:]) <= {200, 201, 401}
    row = User.objects.get()
    assert (row.status, row.username, row.email) == ("deleted", None, None)
    assert not PushDevice.objects.exists()


# --- The user pool's own user -------------------------------------------------------------------------------------


@pytest.fixture
def cognito(aws, settings):
    client = boto3.client("cognito-idp", region_name=settings.AWS_REGION)
    settings.COGNITO_USER_POOL_ID = client.create_user_pool(PoolName="people")["UserPool"]["Id"]
    return client


@pytest.fixture
def in_pool(cognito, settings, alice):
    """Alice is in the pool too, by a name that is not her subject."""
    made = cognito.admin_create_user(UserPoolId=settings.COGNITO_USER_POOL_ID, Username="google_123")["User"]
    sub = next(entry["Value"] for entry in made["Attributes"] if entry["Name"] == "sub")
    cognito.admin_create_user(UserPoolId=settings.COGNITO_USER_POOL_ID, Username="somebody-else")
    User.objects.filter(pk=alice.pk).update(cognito_sub=sub)
    alice.refresh_from_db()
    return alice


def names(cognito, settings):
    return [user["Username"] for user in cognito.list_users(UserPoolId=settings.COGNITO_USER_POOL_ID)["Users"]]


def test_the_pools_own_user_goes_too(cognito, settings, in_pool):
    erasure.erase(in_pool)

    assert names(cognito, settings) == ["somebody-else"]
    assert not Departure.objects.exists()


def test_a_person_whom_the_pool_does_not_know_is_done(cognito, settings, alice):
    erasure.erase(alice)

    assert names(cognito, settings) == []
    assert not Departure.objects.exists()


def test_while_cognito_is_down_the_account_is_erased_and_the_pools_user_later(cognito, settings, in_pool, monkeypatch):
    ours, settings.COGNITO_USER_POOL_ID = settings.COGNITO_USER_POOL_ID, "eu-central-1_elsewhere"

    erasure.erase(in_pool)

    in_pool.refresh_from_db()
    waiting = Departure.objects.get()
    assert (in_pool.status, waiting.tries) == ("deleted", 1)
    assert waiting.next_try_at > timezone.now() + timedelta(seconds=50)
    settings.COGNITO_USER_POOL_ID = ours
    assert departure.complete_due() == 0
    Departure.objects.update(next_try_at=timezone.now())
    assert departure.complete_due() == 1
    assert names(cognito, settings) == ["somebody-else"]
    assert not Departure.objects.exists()


def test_tries_become_rare_but_never_end(cognito, settings, in_pool):
    settings.COGNITO_USER_POOL_ID = "eu-central-1_elsewhere"
    waiting = Departure.objects.create(user=in_pool, tries=1000, next_try_at=timezone.now())

    assert departure.complete_due() == 0

    waiting.refresh_from_db()
    assert timedelta(hours=5) < waiting.next_try_at - timezone.now() <= timedelta(hours=6)


def test_of_two_schedules_at_once_one_asks(cognito, settings, in_pool):
    first = Departure.objects.create(user=in_pool)
    second = Departure.objects.get()

    assert departure.complete(first)
    assert not departure.complete(second)


def test_without_a_pool_nothing_is_asked(settings, full):
    settings.COGNITO_USER_POOL_ID = ""

    erasure.erase(full)

    assert not Departure.objects.exists()
    assert LogEntry.objects.count() == 0
