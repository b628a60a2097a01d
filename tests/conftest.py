"""The cast and their clients: alice owns things, bob shares a community with her, carol is a stranger."""

from functools import cache

import pytest
from django.conf import settings
from django.core.cache import caches
from django.db import connection
from rest_framework.test import APIClient

from kloppocar import triggers
from tests.make import make_user
from users import local_issuer
from users.models import User

# What these files try is the same whatever the database is: once is enough, in the suite's SQLite half.
ONCE = {
    "tests/api/test_browsers.py",
    "tests/api/test_schema.py",
    "tests/deployment/test_attach_cognito.py",
    "tests/deployment/test_deploy.py",
    "tests/deployment/test_package.py",
    "tests/deployment/test_zappa_settings.py",
    "tests/faults/test_commands.py",
    "tests/pages/test_accessible.py",
    "tests/test_bench.py",
    "tests/test_browser.py",
    "tests/test_clients.py",
    "tests/test_data_model.py",
    "tests/test_desk_in_browser.py",
    "tests/test_messages.py",
    "tests/test_scaling_page.py",
    "tests/test_security_page.py",
    "tests/test_settings.py",
    "tests/test_supply_chain.py",
    "tests/users/test_key_set.py",
    "tests/users/test_verify_like_aws.py",
    "tests/users/test_wycheproof.py",
}


def pytest_collection_modifyitems(items):
    if connection.vendor == "mysql":
        for item in items:
            if item.location[0] in ONCE:
                item.add_marker(pytest.mark.skip(reason="asks no database: once is enough"))


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """The suite's database holds our triggers, as every other does."""
    with django_db_blocker.unblock():
        wait_longer()
        triggers.apply_all(connection)


def wait_longer():
    """A machine that is busy with several workers may be slower than any request may be."""
    if connection.vendor == "mysql":
        session = settings.MYSQL_SESSION.format(seconds=60)
        connection.settings_dict["OPTIONS"] |= {"read_timeout": 60, "write_timeout": 60, "init_command": session}
        connection.close()


@pytest.fixture
def real_db(transactional_db):
    """Real commits, for tests with several connections. Our guards would refuse to let the tables be emptied after."""
    triggers.apply_all(connection)
    yield
    triggers.drop_guards(connection)


@pytest.fixture(autouse=True)
def _empty_caches():
    for shared in caches.all(initialized_only=True):
        shared.clear()


@pytest.fixture(autouse=True)
def _quick_passwords(settings):
    """Whoever logs in here need not wait as long as a guesser has to."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def aws(monkeypatch):
    """Everything that boto3 is asked stays in this process."""
    from moto import mock_aws  # slow to import

    for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    with mock_aws(config={"core": {"reset_boto3_session": False}}):  # AWS's descriptions are slow to read
        yield


@pytest.fixture
def cast(db) -> dict[str, User]:
    return {name: make_user(name) for name in ("alice", "bob", "carol", "staff")}


@pytest.fixture
def alice(cast) -> User:
    return cast["alice"]


@pytest.fixture
def bob(cast) -> User:
    return cast["bob"]


@pytest.fixture
def api(cast):
    """`api("bob")` is bob's client, with a real token; `api(None)` is nobody's."""

    def client(name: str | None) -> APIClient:
        if name is None:
            return APIClient()
        return APIClient(HTTP_AUTHORIZATION=f"Bearer {token_of(cast[name].cognito_sub, name == 'staff')}")

    return client


@cache
def token_of(sub: str, staff: bool) -> str:
    """Signing is slow, and a person's subject is the same in every test."""
    return local_issuer.access_token(sub=sub, staff=staff)
