"""A token that was found good is not verified again, but never outlives its time, its key or its person."""

import json
import time

import pytest

from tests.users.signing import CLIENT, ISSUER, crowded_jwks, id_token, jwks
from users import cognito
from users.cognito import TokenError, Verifier
from users.key_set import FRESH_SECONDS, KeySet


class World:
    """A clock that stands still, and the key server's present answer."""

    def __init__(self):

        self.now, self.keys = time.time(), crowded_jwks()

    def verifier(self):
        keys = KeySet(lambda: self.keys, clock=lambda: self.now)
        return Verifier(issuer=ISSUER, client_ids=frozenset([CLIENT]), keys=keys, clock=lambda: self.now)


@pytest.fixture
def world():
    return World()


@pytest.fixture
def verifications(monkeypatch):
    """How often a signature was checked."""
    seen, really = [], cognito._signed
    monkeypatch.setattr(cognito, "_signed", lambda token, key: seen.append(token) or really(token, key))
    return seen


def test_a_signature_is_checked_once(world, verifications):
    verifier, token = world.verifier(), id_token()

    assert verifier.identify(token) == verifier.identify(token)
    assert len(verifications) == 1


def test_a_known_token_expires(world):
    verifier, token = world.verifier(), id_token(exp=world.now + 60)
    verifier.identify(token)

    world.now += 60 + cognito.LEEWAY_SECONDS

    with pytest.raises(TokenError, match="expired"):
        verifier.identify(token)


def test_a_known_token_goes_with_its_key(world):
    verifier, token = world.verifier(), id_token(exp=world.now + 2 * FRESH_SECONDS)
    verifier.identify(token)

    entries = [{**entry, "kid": "another"} for entry in json.loads(jwks())["keys"]]
    world.keys, world.now = json.dumps({"keys": entries}), world.now + FRESH_SECONDS + 1

    with pytest.raises(TokenError, match="unknown_key"):
        verifier.identify(token)


def test_after_each_fetch_of_keys_a_known_token_is_verified_again(world, verifications):
    verifier, token = world.verifier(), id_token(exp=world.now + 2 * FRESH_SECONDS)
    verifier.identify(token)

    world.now += FRESH_SECONDS + 1

    assert verifier.identify(token)
    assert len(verifications) == 2


def test_another_signature_under_the_same_claims_is_another_token(world):
    verifier, token = world.verifier(), id_token()
    verifier.identify(token)
    head, signature = token.rsplit(".", 1)

    with pytest.raises(TokenError, match="bad_signature"):
        verifier.identify(f"{head}.{signature[:-8]}{'A' * 8}")


def test_the_memory_is_bounded(world, monkeypatch):
    monkeypatch.setattr(cognito, "MOST_KNOWN", 3)
    verifier = world.verifier()

    for number in range(8):
        verifier.identify(id_token(jti=str(number)))

    assert len(verifier._known) <= 3


def test_a_person_who_was_deactivated_is_refused_with_a_known_token(api, alice):
    client = api("alice")
    assert client.get("/api/v1/users/me/").status_code == 200

    alice.is_active = False
    alice.save()

    assert client.get("/api/v1/users/me/").json()["errors"][0]["code"] == "user_inactive"
