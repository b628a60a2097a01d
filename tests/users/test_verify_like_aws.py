"""What AWS's own verifier for Cognito's tokens is tested with, in our words: tried here, tried elsewhere, or not ours.

After reading the unit tests of awslabs/aws-jwt-verify (March 2026).
"""

import json
import time

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, padding
from cryptography.hazmat.primitives.hashes import SHA384, SHA512
from django.conf import settings
from jwt import PyJWS
from rest_framework.test import APIClient

from tests.make import make_user
from tests.users.signing import CLIENT, b64, claims, id_token, jwk, jwks, private_key, sign
from users.cognito import LEEWAY_SECONDS
from users.key_set import KeySetError, parse_key_set

ME = "/api/v1/users/me/"


def signed_by(algorithm, key):
    return PyJWS().encode(json.dumps(claims()).encode(), key, algorithm, {"kid": "one"})


def rsa_signed(algorithm, hashed):
    text = f"{b64({'alg': algorithm, 'kid': 'one'})}.{b64(claims())}"
    return f"{text}.{b64(private_key().sign(text.encode(), padding.PKCS1v15(), hashed))}"


def moments(**offsets):
    return {name: time.time() + seconds for name, seconds in offsets.items()}


# Name, token, status, code.
CASES = [
    # Algorithms: really signed so, with a key of theirs, under our key's id
    ("RS384 by our own key", lambda: rsa_signed("RS384", SHA384()), 401, "wrong_algorithm"),
    ("RS512 by our own key", lambda: rsa_signed("RS512", SHA512()), 401, "wrong_algorithm"),
    ("ES256", lambda: signed_by("ES256", ec.generate_private_key(ec.SECP256R1())), 401, "wrong_algorithm"),
    ("ES384", lambda: signed_by("ES384", ec.generate_private_key(ec.SECP384R1())), 401, "wrong_algorithm"),
    ("ES512", lambda: signed_by("ES512", ec.generate_private_key(ec.SECP521R1())), 401, "wrong_algorithm"),
    ("Ed25519", lambda: signed_by("EdDSA", ed25519.Ed25519PrivateKey.generate()), 401, "wrong_algorithm"),
    ("Ed448", lambda: signed_by("EdDSA", ed448.Ed448PrivateKey.generate()), 401, "wrong_algorithm"),
    ("our RS256 signature under another's name", lambda: sign(claims(), {"alg": "RS384"}), 401, "wrong_algorithm"),
    # What a payload may hold
    ("claims beyond ASCII", lambda: id_token(name="Zoë 🚗 漢字"), 200, None),
    ("a scope that is no text, which we do not read", lambda: id_token(scope=["a"]), 200, None),
    ("a jti that is no text, which we do not read", lambda: id_token(jti=7), 200, None),
    ("another typ, which we do not read", lambda: sign(claims(), {"typ": "at+jwt"}), 200, None),
    ("__proto__ and constructor", lambda: id_token(__proto__={"token_use": "x"}, constructor=1), 200, None),
    ("the subject behind __proto__", lambda: id_token(sub=..., __proto__={"sub": "s"}), 401, "missing_claim"),
    ("claims that are a text", lambda: sign('"claims"'), 401, "malformed"),
    ("claims that are null", lambda: sign("null"), 401, "malformed"),
    ("a header that is a number", lambda: sign(claims(), "7"), 401, "malformed"),
    ("no issuer", lambda: id_token(iss=...), 401, "missing_claim"),
    ("an issuer that is a list", lambda: id_token(iss=["x"]), 401, "bad_claim"),
    ("a subject that is an object", lambda: id_token(sub={"id": 1}), 401, "bad_claim"),
    ("several audiences, ours among them", lambda: id_token(aud=["x", CLIENT]), 401, "bad_claim"),
    ("audiences that are no texts", lambda: id_token(aud=[1, CLIENT]), 401, "bad_claim"),
    ("iat as a text", lambda: id_token(iat="now"), 401, "bad_claim"),
    # Times, to the second
    ("exp as a word", lambda: id_token(exp="soon"), 401, "bad_claim"),
    ("exp that is empty", lambda: id_token(exp=""), 401, "bad_claim"),
    ("exp null", lambda: id_token(exp=None), 401, "bad_claim"),
    ("just inside the leeway", lambda: id_token(**moments(exp=3 - LEEWAY_SECONDS)), 200, None),
    ("just outside", lambda: id_token(**moments(exp=-LEEWAY_SECONDS)), 401, "expired"),
    ("nbf as a word", lambda: id_token(nbf="later"), 401, "bad_claim"),
    ("nbf just inside the leeway", lambda: id_token(**moments(nbf=LEEWAY_SECONDS - 1)), 200, None),
    ("nbf just outside", lambda: id_token(**moments(nbf=LEEWAY_SECONDS + 5)), 401, "not_yet_valid"),
    # Groups
    ("one group of several", lambda: id_token(**{"cognito:groups": ["a", "b"]}), 200, None),
    ("no groups at all", lambda: id_token(**{"cognito:groups": []}), 200, None),
]


@pytest.mark.parametrize(("token", "status", "code"), [pytest.param(*case, id=name) for name, *case in CASES])
def test_a_token_is_taken_or_refused_as_there(db, pool, token, status, code):
    make_user("newcomer")

    response = APIClient(HTTP_AUTHORIZATION=f"Bearer {token()}").get(ME)

    assert (response.status_code, response.json().get("errors", [{}])[0].get("code")) == (status, code)


@pytest.mark.parametrize(
    "text",
    ["null", "7", '"keys"', "{}", '{"keys": null}', '{"keys": "one"}', '{"keys": {}}', '{"keys": [7, null, "x"]}', ""],
)
def test_what_is_no_key_set_gives_no_key(text):
    with pytest.raises(KeySetError):
        parse_key_set(text)


@pytest.mark.parametrize(
    "changes", [{"n": None}, {"e": None}, {"alg": 7}, {"alg": ["RS256"]}, {"kid": None}, {"kty": 1}]
)
def test_a_key_of_a_wrong_shape_is_passed_over_and_the_next_one_used(changes):
    assert list(parse_key_set(jwks(jwk(**changes), jwk("two")))) == ["two"]


@pytest.mark.parametrize("token", ["", " ", "a.b", "a.b.c.d", "..", "a..c", "\ud800.a.b", "é.é.é"])
def test_what_is_no_token_never_reaches_a_key(pool, token, monkeypatch):
    from users import cognito

    asked = []
    monkeypatch.setattr("users.key_set.KeySet.find", lambda self, kid: asked.append(kid))
    with pytest.raises(cognito.TokenError):
        cognito.identify(token)

    assert asked == []


# --- Where the rest is tried -----------------------------------------------------------------------------------------

ELSEWHERE = {
    "a good ID token, a good access token, the wrong one of both": "test_tokens.py::test_a_token_is_taken_or_refused",
    "no, an empty, a numeric, an unknown kid": "test_tokens.py::test_a_token_is_taken_or_refused",
    "a wrong signature, client, issuer or use": "test_tokens.py::test_a_token_is_taken_or_refused",
    "the token in an error or a log": "test_tokens.py::test_a_token_is_taken_or_refused",
    "the right group": "test_tokens.py::test_staff_is_who_the_token_says",
    "keys without use or algorithm": "test_key_set.py::test_use_and_algorithm_may_be_left_unsaid",
    "keys for another use or algorithm, without modulus": "test_key_set.py::test_an_entry_that_is_no_signature_key",
    "a set in which most keys are of no use": "test_tokens.py::test_a_token_is_taken_or_refused",
    "an error, garbage, a time-out, nobody there": "test_key_set.py::test_without_any_key_nobody_can_tell",
    "one fetch of many at once": "test_key_set.py::test_many_threads_on_a_cold_start_fetch_once",
    "waiting after a failure": "test_key_set.py::test_a_dead_key_server_is_asked_once_a_minute",
    "a flood of unknown kids": "test_key_set.py::test_unknown_keys_make_one_fetch_a_minute",
    "a key that is remembered, and forgotten again": "test_known_tokens.py::test_a_known_token_goes_with_its_key",
    "a memory that is bounded": "test_known_tokens.py::test_the_memory_is_bounded",
    "speed with a memory": "test_known_tokens.py::test_a_signature_is_checked_once",
}
NOT_OURS = {
    "tokens of load balancers": "none stands in front of us",
    "several pools, or none, or any client": "one pool and its clients are configured, and the start wants both",
    "a user pool id of a wrong shape": "tests/deployment/test_doctor.py asks the pool itself",
    "checks and caches of the caller's own": "there is no caller but us",
    "elliptic keys without a coordinate": "elliptic keys are passed over whole",
    "a second try of a fetch": "the next minute is the second try, and known keys go on meanwhile",
}


@pytest.mark.parametrize("where", ELSEWHERE.values(), ids=ELSEWHERE)
def test_what_is_tried_elsewhere_is_still_there(where):
    file, _, name = where.partition("::")

    assert f"def {name}" in (settings.BASE_DIR / "tests" / "users" / file).read_text()


def test_what_is_not_ours_says_why():
    assert all(NOT_OURS.values())
