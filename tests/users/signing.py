"""Tokens as Cognito signs them, and as somebody else would like to."""

import base64
import hmac
import json
import time
from functools import cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

ISSUER = "https://issuer.example.com/eu-central-1_local"
CLIENT, OTHER_CLIENT = "the-app", "another-app"
SUB = "sub-newcomer"


def private_key(name: str = "one") -> rsa.RSAPrivateKey:
    """The key of that name; the one called small is too short to be trusted."""
    return _made_once(name)


@cache
def _made_once(name: str) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=1024 if name == "small" else 2048)


def jwk(name: str = "one", /, **changes: Any) -> dict[str, Any]:
    """A key set's entry for `private_key(name)`."""
    public = RSAAlgorithm.to_jwk(private_key(name).public_key(), as_dict=True)
    return {**public, "kid": name, "alg": "RS256", "use": "sig", **changes}


def jwks(*entries: Any) -> str:
    return json.dumps({"keys": entries or [jwk()]})


@cache
def crowded_jwks() -> str:
    """One good key among entries that must not be used."""
    curve = ECAlgorithm.to_jwk(ec.generate_private_key(ec.SECP256R1()).public_key(), as_dict=True)
    secret = {"kty": "oct", "k": b64(b"secret"), "kid": "secret", "alg": "HS256", "use": "sig"}
    return jwks(
        None,
        {"kid": "empty"},
        jwk("small"),
        curve | {"kid": "curve"},
        secret,
        jwk("encryption", use="enc"),
        jwk("other-algorithm", alg="RS512"),
        jwk("garbled", n="!!!"),
        jwk(),
    )


def b64(data: bytes | str | dict[str, Any]) -> str:
    if isinstance(data, dict):
        data = json.dumps(data)
    data = data.encode() if isinstance(data, str) else data
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def claims(use: str = "id", /, **changes: Any) -> dict[str, Any]:
    """A good token's claims; a change to `...` leaves the claim out."""
    now = int(time.time())
    common = {"sub": SUB, "iss": ISSUER, "token_use": use, "iat": now, "auth_time": now, "exp": now + 600}
    own = {"aud": CLIENT} if use == "id" else {"client_id": CLIENT, "username": "newcomer"}
    return {name: value for name, value in (common | own | changes).items() if value is not ...}


def sign(payload: Any, header: Any = None, *, key: str = "one") -> str:
    """Payload and header as they are, signed with RS256 whatever the header says."""
    header = {"alg": "RS256", "kid": "one"} | (header or {}) if not isinstance(header, str) else header
    signed = f"{b64(header)}.{b64(payload)}"
    return f"{signed}.{b64(private_key(key).sign(signed.encode(), padding.PKCS1v15(), SHA256()))}"


def sign_hs256(secret: bytes, **header: Any) -> str:
    """What an attacker signs who hopes that a public key is taken for a shared secret."""
    signed = f"{b64({'alg': 'HS256', 'kid': 'one', **header})}.{b64(claims())}"
    return f"{signed}.{b64(hmac.digest(secret, signed.encode(), 'sha256'))}"


def id_token(**changes: Any) -> str:
    return sign(claims("id", **changes))


def access_token(**changes: Any) -> str:
    return sign(claims("access", **changes))
