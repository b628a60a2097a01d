"""The cast and their clients: alice owns things, bob shares a community with her, carol is a stranger."""

from functools import cache

import pytest
from django.core.cache import cache as django_cache
from rest_framework.test import APIClient

from tests.make import make_user
from users import local_issuer
from users.models import User


@pytest.fixture(autouse=True)
def _empty_cache():
    django_cache.clear()


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
