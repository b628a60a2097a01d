"""Is this token one of ours, and what does it say? Knows keys and claims; no request and no database."""

import json
import math
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, partial
from hashlib import sha256
from typing import Any, NamedTuple

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from django.conf import settings
from jwt.api_jws import PyJWS
from jwt.exceptions import PyJWTError
from jwt.utils import base64url_decode

from users.key_set import KeySet, fetch

MAX_TOKEN_BYTES = 8 * 1024
LEEWAY_SECONDS = 15
MOST_KNOWN = 2_000  # tokens remembered; a full memory is emptied
TOKEN_SHAPE = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")
SUB_SHAPE = re.compile(r"[A-Za-z0-9-]{1,64}")

_jws = PyJWS(algorithms=["RS256"])


class TokenError(Exception):
    """The token is refused; `code` says why and is safe to show, as it holds nothing of the token."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Identity:
    """What a verified token says about its person."""

    sub: str
    use: str  # "id" or "access"
    issued_at: float
    verified_email: str | None = None
    groups: tuple[str, ...] = ()


class Verified(NamedTuple):
    """A token that was found good: by which key, when it holds, and whose it is."""

    key_id: str
    key: RSAPublicKey
    expires: float
    begins: float
    identity: Identity


class Verifier:
    """Checks the tokens of one issuer for some of its app clients."""

    def __init__(
        self, *, issuer: str, client_ids: frozenset[str], keys: KeySet, clock: Callable[[], float] = time.time
    ) -> None:
        self.issuer, self.client_ids, self.keys, self.clock = issuer, client_ids, keys, clock
        self._known: dict[bytes, Verified] = {}

    def identify(self, token: str) -> Identity:
        """Whose token this is; raises TokenError, or KeysUnavailable when nobody can tell.

        A token that was found good is known by its hash, as long as the very key that signed it is one of the
        issuer's: keys are new objects after each fetch. Its times are checked again each time.
        """
        digest = sha256(token.encode("utf-8", "surrogatepass")).digest()
        known = self._known.get(digest)
        if known is None or self.keys.find(known.key_id) is not known.key:
            known = self._verify(token)
            if len(self._known) >= MOST_KNOWN:
                self._known.clear()
            self._known[digest] = known
        self._check_times(known.expires, known.begins)
        return known.identity

    def _verify(self, token: str) -> "Verified":
        key_id = _key_id(token)
        key = self._key(key_id)
        claims = Claims(_claims(_signed(token, key)))
        expires, begins = claims.moment("exp"), max(claims.moment("iat"), claims.moment("nbf", default=0))
        self._check_times(expires, begins)
        return Verified(key_id, key, expires, begins, self._person(claims))

    def _person(self, claims: "Claims") -> Identity:
        if claims.text("iss") != self.issuer:
            raise TokenError("wrong_issuer")
        use = claims.text("token_use")
        if use == "id":
            return self._id_token(claims)
        if use == "access":
            return self._access_token(claims)
        raise TokenError("wrong_use")

    def signed_payload(self, token: str) -> bytes:
        """What one of the issuer's keys has signed, whatever it says."""
        return _signed(token, self._key(_key_id(token)))

    def _key(self, key_id: str) -> RSAPublicKey:
        key = self.keys.find(key_id)
        if key is None:
            raise TokenError("unknown_key")
        return key

    def _check_times(self, expires: float, begins: float) -> None:
        now = self.clock()
        if expires <= now - LEEWAY_SECONDS:
            raise TokenError("expired")
        if begins > now + LEEWAY_SECONDS:
            raise TokenError("not_yet_valid")

    def _id_token(self, claims: "Claims") -> Identity:
        self._check_client(claims.text("aud"))
        email = claims.text("email", default="")
        verified = claims.flag("email_verified")
        return _identity(claims, "id", verified_email=email if email and verified else None)

    def _access_token(self, claims: "Claims") -> Identity:
        client = claims.text("client_id")
        self._check_client(client)
        if not claims.text("username", default="") or claims.text("sub") == client:
            raise TokenError("no_person")  # client credentials speak for an app, not for a person
        return _identity(claims, "access")

    def _check_client(self, client_id: str) -> None:
        if client_id not in self.client_ids:
            raise TokenError("wrong_client")


class Claims:
    """Reads claims by type: a missing or misshapen one refuses the token."""

    def __init__(self, values: Any) -> None:
        if not isinstance(values, dict):
            raise TokenError("malformed")
        self._values = values

    def text(self, name: str, default: str | None = None) -> str:
        value = self._get(name, default)
        if not isinstance(value, str):
            raise TokenError("bad_claim")
        return value

    def moment(self, name: str, default: float | None = None) -> float:
        """Seconds since 1970; digits in a text, true and NaN are no numbers."""
        value = self._get(name, default)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise TokenError("bad_claim")
        if isinstance(value, float) and not math.isfinite(value):
            raise TokenError("bad_claim")
        return value

    def flag(self, name: str) -> bool:
        """Some identity providers behind Cognito hand booleans on as words."""
        value = self._get(name, False)
        if value not in (True, False, "true", "false") or not isinstance(value, bool | str):
            raise TokenError("bad_claim")
        return value in (True, "true")

    def names(self, name: str) -> tuple[str, ...]:
        values = self._get(name, [])
        if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
            raise TokenError("bad_claim")
        return tuple(values)

    def _get(self, name: str, default: Any) -> Any:
        value = self._values.get(name, default)
        if value is None and name not in self._values:
            raise TokenError("missing_claim")
        return value


def _identity(claims: Claims, use: str, verified_email: str | None = None) -> Identity:
    sub = claims.text("sub")
    if not SUB_SHAPE.fullmatch(sub):
        raise TokenError("bad_claim")
    return Identity(sub, use, claims.moment("iat"), verified_email, claims.names("cognito:groups"))


def _signed(token: str, key: RSAPublicKey) -> bytes:
    try:
        return _jws.decode(token, key, algorithms=["RS256"])
    except PyJWTError:
        raise TokenError("bad_signature") from None
    except ValueError:
        raise TokenError("malformed") from None


def _claims(payload: bytes) -> Any:
    try:
        return json.loads(payload.decode())
    except (ValueError, RecursionError):
        raise TokenError("malformed") from None


def _key_id(token: str) -> str:
    """The id of the key that signed the token. All else in the header is ignored, keys that it brings included."""
    if len(token) > MAX_TOKEN_BYTES:
        raise TokenError("too_large")
    if not TOKEN_SHAPE.fullmatch(token):
        raise TokenError("malformed")
    header = _header(token)
    if header.get("alg") != "RS256":
        raise TokenError("wrong_algorithm")
    if "crit" in header or "b64" in header:
        raise TokenError("unsupported_header")
    kid = header.get("kid")
    if not isinstance(kid, str) or not kid:
        raise TokenError("missing_key_id")
    return kid


def _header(token: str) -> dict[str, Any]:
    try:
        header = json.loads(base64url_decode(token.partition(".")[0]))
    except (ValueError, RecursionError):
        raise TokenError("malformed") from None
    if not isinstance(header, dict):
        raise TokenError("malformed")
    return header


def identify(token: str) -> Identity:
    """Whose token this is, by the project's settings."""
    return _verifier(
        settings.COGNITO_ISSUER,
        frozenset(settings.COGNITO_CLIENT_IDS),
        settings.COGNITO_JWKS_URL,
        settings.COGNITO_JWKS,
        settings.LOCAL_ISSUER,
    ).identify(token)


@lru_cache(maxsize=4)
def _verifier(issuer: str, client_ids: frozenset[str], url: str, pinned: str, local: bool) -> Verifier:
    """One per process and set of settings: the keys that it has learnt live in it."""
    return Verifier(issuer=issuer, client_ids=client_ids, keys=KeySet(_source(url, pinned, local)))


def _source(url: str, pinned: str, local: bool) -> Callable[[], bytes | str]:
    if local:
        from users import local_issuer

        return local_issuer.key_set
    if pinned:
        return lambda: pinned
    return partial(fetch, url)
