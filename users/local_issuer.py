"""Stands in for Cognito on a developer's machine: signs real tokens with a key kept in `.local/`."""

import contextlib
import json
import os
import secrets
import time
import uuid
from hashlib import sha256
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from jwt.algorithms import RSAAlgorithm
from jwt.api_jwt import PyJWT

from users.key_set import KeySetError


def key_set() -> str:
    """The public half as a JSON Web Key Set, which is what Cognito would serve."""
    public = _private_key().public_key()
    entry = RSAAlgorithm.to_jwk(public, as_dict=True)
    return json.dumps({"keys": [{**entry, "kid": _key_id(public), "alg": "RS256", "use": "sig"}]})


def id_token(*, sub: str, username: str = "", email: str | None = None, staff: bool = False, ttl: int = 3600) -> str:
    """A token like Cognito's ID tokens; an e-mail in it counts as verified."""
    claims = {"token_use": "id", "aud": settings.COGNITO_CLIENT_IDS[0], "cognito:username": username or sub}
    if email:
        claims |= {"email": email, "email_verified": True}
    return sign(claims | _common_claims(sub, staff, ttl))


def access_token(*, sub: str, username: str = "", staff: bool = False, ttl: int = 3600) -> str:
    """A token like Cognito's access tokens, which carry no e-mail."""
    claims = {"token_use": "access", "client_id": settings.COGNITO_CLIENT_IDS[0], "username": username or sub}
    return sign(claims | {"scope": "aws.cognito.signin.user.admin", "version": 2} | _common_claims(sub, staff, ttl))


def sign(claims: dict[str, Any]) -> str:
    """Any claims, signed; for what the two functions above do not make."""
    key = _private_key()
    return PyJWT().encode(claims, key, algorithm="RS256", headers={"kid": _key_id(key.public_key())})


def _common_claims(sub: str, staff: bool, ttl: int) -> dict[str, Any]:
    now = int(time.time())
    groups = {"cognito:groups": ["admin"]} if staff else {}
    times = {"iat": now, "auth_time": now, "exp": now + ttl}
    return {"sub": sub, "iss": settings.COGNITO_ISSUER, "jti": str(uuid.uuid4())} | times | groups


def _key_id(public: rsa.RSAPublicKey) -> str:
    der = public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return sha256(der).hexdigest()[:16]


def _private_key() -> rsa.RSAPrivateKey:
    if settings.ENV != "local" or not settings.LOCAL_ISSUER:
        raise ImproperlyConfigured("The local issuer exists only where ENV is local and no user pool is configured.")
    path = settings.LOCAL_DIR / "issuer.pem"
    if not path.exists():
        _make_key(path)
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    except (OSError, ValueError, TypeError) as error:
        raise KeySetError(f"The local issuer's key {path} cannot be read: delete it and a new one is made.") from error
    if not isinstance(key, rsa.RSAPrivateKey):
        raise KeySetError(f"The local issuer's key {path} is no RSA key: delete it and a new one is made.")
    return key


def _make_key(path: Path) -> None:
    """Only a finished file ever bears the name, and only the first of several processes gives it."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(pem)
    with contextlib.suppress(FileExistsError):
        os.link(draft, path)
    draft.unlink()
