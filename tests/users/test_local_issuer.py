"""The local issuer signs what the verifier takes, and exists on a developer's machine only."""

import json
import os
import stat
import subprocess
import sys
import threading
from datetime import UTC, datetime
from io import StringIO

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from rest_framework.test import APIClient

from tests.make import make_user
from users import cognito, local_issuer
from users.models import User

ME = "/api/v1/users/me/"


@pytest.fixture
def own_folder(settings, tmp_path):
    settings.LOCAL_DIR = tmp_path / "local"
    cognito._verifier.cache_clear()
    yield settings.LOCAL_DIR
    cognito._verifier.cache_clear()


def token(*arguments, **options):
    out = StringIO()
    call_command("token", *arguments, stdout=out, **options)
    return out.getvalue().strip()


def get(path, token):
    return APIClient(raise_request_exception=False, HTTP_AUTHORIZATION=f"Bearer {token}").get(path)


@pytest.mark.parametrize("name", ["alice", "ALICE", "sub-alice", "Alice@example.com"])
def test_a_token_of_an_existing_person_opens_their_account(db, name):
    make_user("alice", email="alice@example.com")

    response = get(ME, token(name))

    assert response.status_code == 200
    assert response.json()["username"] == "alice"


@pytest.mark.parametrize(("arguments", "status"), [([], 403), (["--staff"], 200), (["--staff", "--access"], 200)])
def test_staff_is_asked_for(db, arguments, status):
    make_user("alice")

    response = get("/api/v1/distributions/", token("alice", *arguments))

    assert response.status_code == status


def test_people_who_are_staff_in_the_database_get_a_staff_token(db):
    make_user("boss", is_staff=True)

    assert get("/api/v1/distributions/", token("boss")).status_code == 200


def test_a_fresh_person_is_made_by_their_first_request(db):
    response = get(ME, token("--sub", "sub-fresh", "--email", "Fresh@Example.com"))

    assert response.status_code == 200
    assert User.objects.get(cognito_sub="sub-fresh").email == "fresh@example.com"


def test_the_answer_for_machines_says_when_the_token_ends(db):
    make_user("alice")

    answer = json.loads(token("alice", "--access", "--ttl", "60", "--json"))

    assert answer.keys() == {"token", "type", "sub", "username", "expires_at"}
    assert (answer["type"], answer["sub"], answer["username"]) == ("access", "sub-alice", "alice")
    assert 50 < (datetime.fromisoformat(answer["expires_at"]) - datetime.now(UTC)).total_seconds() <= 60


def test_an_unknown_name_is_told_who_there_is(db):
    make_user("alice")
    make_user("bob")
    make_user("gone", status="deleted")

    with pytest.raises(CommandError, match=r"called 'carol'.*There are: alice, bob\.") as error:
        token("carol")

    assert error.value.returncode == 1


def test_an_email_of_two_people_names_neither(db):
    make_user("alice", email="us@example.com")
    make_user("bob", email="us@example.com")

    with pytest.raises(CommandError, match="more than one"):
        token("us@example.com")


@pytest.mark.parametrize(
    "arguments",
    [[], ["alice", "--sub", "x"], ["--sub", "no spaces"], ["--sub", "x", "--ttl", "0"], ["alice", "--ttl", "1e3"]],
)
def test_wrong_usage_is_refused(db, arguments):
    with pytest.raises(CommandError):
        token(*arguments)


@pytest.mark.parametrize("changes", [{"ENV": "production"}, {"LOCAL_ISSUER": False}])
def test_outside_local_nothing_is_signed_and_no_key_is_made(db, settings, own_folder, changes):
    for name, value in changes.items():
        setattr(settings, name, value)

    with pytest.raises(ImproperlyConfigured):
        local_issuer.sign({"sub": "x"})
    with pytest.raises(ImproperlyConfigured):
        local_issuer.key_set()
    assert not own_folder.exists()


def test_the_command_says_that_it_is_for_local_only(db, settings):
    settings.LOCAL_ISSUER = False

    with pytest.raises(CommandError, match="only where ENV is local"):
        token("--sub", "x")


def test_many_who_start_at_once_make_one_key_that_only_its_owner_reads(own_folder):
    barrier, sets = threading.Barrier(8), []
    threads = [threading.Thread(target=lambda: (barrier.wait(), sets.append(local_issuer.key_set()))) for _ in range(8)]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(sets) == 8
    assert len(set(sets)) == 1
    assert [path.name for path in own_folder.iterdir()] == ["issuer.pem"]
    assert stat.S_IMODE((own_folder / "issuer.pem").stat().st_mode) == 0o600


@pytest.mark.parametrize("content", [b"", b"garbage"])
def test_a_broken_key_file_is_named_and_is_a_503_for_the_api(db, own_folder, content):
    good = local_issuer.id_token(sub="x")
    (own_folder / "issuer.pem").write_bytes(content)

    with pytest.raises(CommandError, match=r"issuer\.pem cannot be read: delete it"):
        token("--sub", "x")
    assert get(ME, good).status_code == 503


def test_a_token_by_name_from_a_database_without_tables_is_one_sentence(tmp_path):
    environment = os.environ | {"ENV": "local", "DATABASE_URL": f"sqlite:///{tmp_path}/empty.sqlite3"}

    asked = subprocess.run(
        [sys.executable, "manage.py", "token", "alice"], env=environment, capture_output=True, text=True
    )

    assert asked.returncode == 1
    assert "has it been migrated?" in asked.stderr
    assert "Traceback" not in asked.stderr
