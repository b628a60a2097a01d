"""Which tokens open the door, and what the others are told. Never a 500, never a query, never an echo."""

import json
import time

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from tests.make import make_user
from tests.users.signing import (
    CLIENT,
    ISSUER,
    OTHER_CLIENT,
    access_token,
    b64,
    claims,
    id_token,
    jwk,
    private_key,
    sign,
    sign_hs256,
)
from users.cognito import MAX_TOKEN_BYTES

ME = "/api/v1/users/me/"


def public_key(encoding, form):
    return private_key().public_key().public_bytes(encoding, form)


def tampered(token):
    """Another person's subject under the same signature."""
    header, _, signature = token.split(".")
    return f"{header}.{b64(claims(sub='sub-admin'))}.{signature}"


def unsigned(token):
    return token.rpartition(".")[0] + "."


def repeated_claim():
    """Of a claim that is there twice the last one counts, as everywhere in JSON."""
    text = json.dumps(claims())
    return sign(f'{text[:-1]}, "exp": 1}}')


def reason(response):
    return response.json()["errors"][0]["code"] if response.status_code >= 400 else None


def now(seconds):
    return time.time() + seconds


# Name, header, status, code. The header is a function, so that times are those of the test.
CASES = [
    # What is taken
    ("an ID token", lambda: f"Bearer {id_token()}", 200, None),
    ("an access token", lambda: f"Bearer {access_token()}", 200, None),
    ("a bare token, as the installed app sends it", id_token, 200, None),
    ("the scheme in small letters", lambda: f"bearer {id_token()}", 200, None),
    ("the scheme in capitals, two spaces", lambda: f"BEARER  {id_token()}", 200, None),
    ("the second app client", lambda: id_token(aud=OTHER_CLIENT), 200, None),
    ("expired a moment ago, within the leeway", lambda: id_token(exp=now(-10)), 200, None),
    ("a clock that is a little ahead", lambda: id_token(iat=now(10), nbf=now(10)), 200, None),
    ("times with fractions", lambda: id_token(exp=now(60.5), iat=now(-1.5)), 200, None),
    ("groups that mean nothing here", lambda: id_token(**{"cognito:groups": ["eu-central-1_Google"]}), 200, None),
    ("claims that nobody knows", lambda: id_token(**{"custom:role": "admin", "is_staff": True}), 200, None),
    # Not a token at all
    ("no credentials", lambda: "", 401, "not_authenticated"),
    ("only the scheme", lambda: "Bearer", 401, "malformed"),
    ("garbage", lambda: "Bearer garbage", 401, "malformed"),
    ("two parts", lambda: f"Bearer {id_token().rpartition('.')[0]}", 401, "malformed"),
    ("five parts, as encrypted tokens have", lambda: f"Bearer {'.'.join(['e30'] * 5)}", 401, "malformed"),
    ("only dots", lambda: "Bearer ..", 401, "malformed"),
    ("another scheme", lambda: "Basic YWxpY2U6c2VjcmV0", 401, "malformed"),
    ("two headers, which WSGI joins", lambda: f"Bearer {id_token()},Bearer {id_token()}", 401, "malformed"),
    ("the same, bare", lambda: f"{id_token()},{id_token()}", 401, "malformed"),
    ("something after the token", lambda: f"Bearer {id_token()} x", 401, "malformed"),
    ("letters outside base64url", lambda: f"Bearer é{id_token()}", 401, "malformed"),
    ("padding", lambda: f"Bearer {id_token()}==", 401, "malformed"),
    ("a NUL byte", lambda: f"Bearer {id_token()}\0", 401, "malformed"),
    ("a header that is no JSON", lambda: sign(claims(), "garbage"), 401, "malformed"),
    ("a header that is a list", lambda: sign(claims(), "[]"), 401, "malformed"),
    ("a header nested a thousand deep", lambda: sign(claims(), "[" * 1000 + "]" * 1000), 401, "malformed"),
    ("claims that are no JSON", lambda: sign("garbage"), 401, "malformed"),
    ("claims that are a list", lambda: sign("[1]"), 401, "malformed"),
    ("claims nested a thousand deep", lambda: sign("[" * 2000 + "]" * 2000), 401, "malformed"),
    ("claims that are not UTF-8", lambda: sign(b"\xff\xfe{}"), 401, "malformed"),
    ("a number of five thousand digits", lambda: sign('{"exp": ' + "9" * 5000 + "}"), 401, "malformed"),
    ("larger than a token may be", lambda: id_token(x="x" * MAX_TOKEN_BYTES), 401, "too_large"),
    # The signature
    ("alg none, no signature", lambda: unsigned(sign(claims(), {"alg": "none"})), 401, "malformed"),
    ("alg none, some signature", lambda: sign(claims(), {"alg": "none"}), 401, "wrong_algorithm"),
    ("alg NoNe", lambda: sign(claims(), {"alg": "NoNe"}), 401, "wrong_algorithm"),
    ("alg rs256", lambda: sign(claims(), {"alg": "rs256"}), 401, "wrong_algorithm"),
    ("alg RS512", lambda: sign(claims(), {"alg": "RS512"}), 401, "wrong_algorithm"),
    ("alg PS256", lambda: sign(claims(), {"alg": "PS256"}), 401, "wrong_algorithm"),
    ("alg ES256", lambda: sign(claims(), {"alg": "ES256"}), 401, "wrong_algorithm"),
    ("alg missing", lambda: sign(claims(), {"alg": None}), 401, "wrong_algorithm"),
    ("alg a list", lambda: sign(claims(), {"alg": ["RS256"]}), 401, "wrong_algorithm"),
    (
        "HS256 with the public key as its secret",  # CVE-2022-29217
        lambda: sign_hs256(public_key(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)),
        401,
        "wrong_algorithm",
    ),
    (
        "HS256 with the public key in SSH's form",
        lambda: sign_hs256(public_key(Encoding.OpenSSH, PublicFormat.OpenSSH)),
        401,
        "wrong_algorithm",
    ),
    (
        "HS256 with the public JWK as its secret",  # CVE-2026-48526
        lambda: sign_hs256(json.dumps(jwk()).encode()),
        401,
        "wrong_algorithm",
    ),
    ("HS256 with an empty secret", lambda: sign_hs256(b""), 401, "wrong_algorithm"),
    ("HS256 with a symmetric key of the set", lambda: sign_hs256(b"secret", kid="secret"), 401, "wrong_algorithm"),
    ("other claims under a good signature", lambda: tampered(id_token()), 401, "bad_signature"),
    ("a cut signature", lambda: id_token()[:-8], 401, "bad_signature"),
    ("a signature of nothing", lambda: unsigned(id_token()) + "AA", 401, "bad_signature"),
    ("signed by somebody else", lambda: sign(claims(), key="mallory"), 401, "bad_signature"),
    ("no kid", lambda: sign(claims(), {"kid": None}), 401, "missing_key_id"),
    ("an empty kid", lambda: sign(claims(), {"kid": ""}), 401, "missing_key_id"),
    ("a kid that is a number", lambda: sign(claims(), {"kid": 1}), 401, "missing_key_id"),
    ("a kid that is an object", lambda: sign(claims(), {"kid": {"$ne": ""}}), 401, "missing_key_id"),
    ("an unknown kid", lambda: sign(claims(), {"kid": "two"}), 401, "unknown_key"),
    ("a kid that is a path", lambda: sign(claims(), {"kid": "../../dev/null"}), 401, "unknown_key"),
    (
        "a key too short to trust",  # CVE-2025-45768
        lambda: sign(claims(), {"kid": "small"}, key="small"),
        401,
        "unknown_key",
    ),
    (
        "a key for encryption",
        lambda: sign(claims(), {"kid": "encryption"}, key="encryption"),
        401,
        "unknown_key",
    ),
    (
        "a key for another algorithm",
        lambda: sign(claims(), {"kid": "other-algorithm"}, key="other-algorithm"),
        401,
        "unknown_key",
    ),
    ("a curve's key", lambda: sign(claims(), {"kid": "curve"}), 401, "unknown_key"),
    (
        "its own key in the header",
        lambda: sign(claims(), {"kid": "mallory", "jwk": jwk("mallory")}, key="mallory"),
        401,
        "unknown_key",
    ),
    (
        "its own key in the header under our kid",
        lambda: sign(claims(), {"jwk": jwk("mallory", kid="one")}, key="mallory"),
        401,
        "bad_signature",
    ),
    (
        "the address of its own keys",
        lambda: sign(claims(), {"jku": "http://127.0.0.1:9/", "x5u": "http://127.0.0.1:9/"}, key="mallory"),
        401,
        "bad_signature",
    ),
    (
        "its own certificate",
        lambda: sign(claims(), {"x5c": ["MIIB"], "x5t": "x"}, key="mallory"),
        401,
        "bad_signature",
    ),
    ("crit", lambda: sign(claims(), {"crit": ["exp"], "exp": 1}), 401, "unsupported_header"),  # CVE-2026-32597
    ("crit, empty", lambda: sign(claims(), {"crit": []}), 401, "unsupported_header"),
    ("an unencoded payload", lambda: sign(claims(), {"b64": False, "crit": ["b64"]}), 401, "unsupported_header"),
    ("the same without crit", lambda: sign(claims(), {"b64": False}), 401, "unsupported_header"),
    # Times
    ("expired", lambda: id_token(exp=now(-60)), 401, "expired"),
    ("expired beyond the leeway", lambda: id_token(exp=now(-31)), 401, "expired"),
    ("expired long before 1970", lambda: sign({**claims(), "exp": -(10**400)}), 401, "expired"),
    ("expired, by the later of two claims", repeated_claim, 401, "expired"),
    ("issued tomorrow", lambda: id_token(iat=now(86_400)), 401, "not_yet_valid"),
    ("valid from tomorrow", lambda: id_token(nbf=now(86_400)), 401, "not_yet_valid"),
    ("valid from the end of time", lambda: id_token(nbf=10**400), 401, "not_yet_valid"),
    ("no exp", lambda: id_token(exp=...), 401, "missing_claim"),
    ("no iat", lambda: id_token(iat=...), 401, "missing_claim"),
    ("exp as digits in a text", lambda: id_token(exp=str(int(now(600)))), 401, "bad_claim"),
    ("exp true", lambda: id_token(exp=True), 401, "bad_claim"),
    ("exp null", lambda: id_token(exp=None), 401, "bad_claim"),
    ("exp infinite", lambda: id_token(exp=float("inf")), 401, "bad_claim"),
    ("exp not a number", lambda: id_token(exp=float("nan")), 401, "bad_claim"),
    ("exp a list", lambda: id_token(exp=[now(600)]), 401, "bad_claim"),
    ("iat as a text", lambda: id_token(iat="now"), 401, "bad_claim"),
    ("nbf as a text", lambda: id_token(nbf="0"), 401, "bad_claim"),
    # Issuer, use, client
    ("no issuer", lambda: id_token(iss=...), 401, "missing_claim"),
    ("another issuer", lambda: id_token(iss="https://issuer.example.com/other"), 401, "wrong_issuer"),
    ("a part of the issuer", lambda: id_token(iss=ISSUER[:-1]), 401, "wrong_issuer"),  # CVE-2024-53861
    ("the issuer with a slash", lambda: id_token(iss=f"{ISSUER}/"), 401, "wrong_issuer"),
    ("the issuer in a list", lambda: id_token(iss=[ISSUER]), 401, "bad_claim"),
    ("no use", lambda: id_token(token_use=...), 401, "missing_claim"),
    ("a refresh token's use", lambda: id_token(token_use="refresh"), 401, "wrong_use"),
    ("a use that is a number", lambda: id_token(token_use=1), 401, "bad_claim"),
    ("an ID token that says access", lambda: id_token(token_use="access"), 401, "missing_claim"),
    ("an access token that says ID", lambda: access_token(token_use="id"), 401, "missing_claim"),
    ("an ID token without audience", lambda: id_token(aud=...), 401, "missing_claim"),
    ("an ID token for another app", lambda: id_token(aud="foreign-app"), 401, "wrong_client"),
    ("an audience that is a list", lambda: id_token(aud=[CLIENT]), 401, "bad_claim"),
    ("an ID token that only has a client_id", lambda: id_token(aud=..., client_id=CLIENT), 401, "missing_claim"),
    ("an access token for another app", lambda: access_token(client_id="foreign-app"), 401, "wrong_client"),
    ("an access token with our app as audience", lambda: access_token(client_id="x", aud=CLIENT), 401, "wrong_client"),
    ("an access token without client", lambda: access_token(client_id=...), 401, "missing_claim"),
    # The person
    ("no sub", lambda: id_token(sub=...), 401, "missing_claim"),
    ("an empty sub", lambda: id_token(sub=""), 401, "bad_claim"),
    ("a sub that is a number", lambda: id_token(sub=7), 401, "bad_claim"),
    ("a sub that is null", lambda: id_token(sub=None), 401, "bad_claim"),
    ("a sub with a space", lambda: id_token(sub="sub newcomer"), 401, "bad_claim"),
    ("a sub with a line break at its end", lambda: id_token(sub="sub-newcomer\n"), 401, "bad_claim"),
    ("a sub with an umlaut", lambda: id_token(sub="süb-newcomer"), 401, "bad_claim"),
    ("a sub of digits from elsewhere", lambda: id_token(sub="٣"), 401, "bad_claim"),
    ("a sub of 65 characters", lambda: id_token(sub="x" * 65), 401, "bad_claim"),
    ("an e-mail that is a number", lambda: id_token(email=7, email_verified=True), 401, "bad_claim"),
    ("verified with a 1", lambda: id_token(email="a@example.com", email_verified=1), 401, "bad_claim"),
    ("groups in one text", lambda: id_token(**{"cognito:groups": "admin"}), 401, "bad_claim"),
    ("groups that are no texts", lambda: id_token(**{"cognito:groups": [["admin"]]}), 401, "bad_claim"),
    ("client credentials", lambda: access_token(sub=CLIENT, username=...), 401, "no_person"),
    ("client credentials with a name", lambda: access_token(sub=CLIENT), 401, "no_person"),
    ("an access token without a name", lambda: access_token(username=...), 401, "no_person"),
]


@pytest.mark.parametrize(("header", "status", "code"), [pytest.param(*case, id=name) for name, *case in CASES])
def test_a_token_is_taken_or_refused_with_its_reason(db, pool, caplog, header, status, code):
    make_user("newcomer")
    header = header()
    client = APIClient(HTTP_AUTHORIZATION=header) if header else APIClient()
    caplog.set_level("DEBUG")

    with CaptureQueriesContext(connection) as queries:
        response = client.get(ME)

    assert (response.status_code, reason(response)) == (status, code)
    if status == 401:
        assert response["WWW-Authenticate"] == ('Bearer error="invalid_token"' if header else "Bearer")
        assert len(queries) == 0
    token = header.split()[-1] if len(header) > 20 else "no token"
    assert token not in caplog.text
    assert token not in response.content.decode()


def test_a_bad_token_is_refused_where_none_is_needed(db, pool):
    response = APIClient(HTTP_AUTHORIZATION="Bearer garbage").get("/api/v1/ranks/")

    assert response.status_code == 401


@pytest.mark.parametrize("change", [{"is_active": False}, {"status": "deleted"}])
@pytest.mark.parametrize("token", [id_token, access_token])
def test_whoever_has_left_or_was_blocked_stays_outside(db, pool, change, token):
    make_user("newcomer", **change)

    response = APIClient(HTTP_AUTHORIZATION=f"Bearer {token()}").get(ME)

    assert response.status_code == 401
    assert response.json()["errors"][0]["code"] == "user_inactive"


def test_subjects_compare_byte_for_byte(db, pool):
    make_user("newcomer", cognito_sub="SUB-NEWCOMER")

    response = APIClient(HTTP_AUTHORIZATION=f"Bearer {id_token()}").get(ME)

    assert response.status_code == 200
    assert response.json()["username"] is None


@pytest.mark.parametrize(
    ("groups", "is_staff_row", "status"),
    [
        (["admin"], False, 200),
        (["x", "admin"], False, 200),
        (["Admin"], False, 403),
        ([], True, 403),
        (None, True, 403),
    ],
)
def test_staff_is_who_the_token_says_and_only_for_this_request(db, pool, groups, is_staff_row, status):
    user = make_user("newcomer", is_staff=is_staff_row)
    token = id_token(**{"cognito:groups": ... if groups is None else groups})

    response = APIClient(HTTP_AUTHORIZATION=f"Bearer {token}").get("/api/v1/distributions/")

    assert response.status_code == status
    user.refresh_from_db()
    assert user.is_staff is is_staff_row
