"""The issuer's public keys, kept in memory so that a dead or slow key server is hardly noticed."""

import http.client
import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from threading import Lock, Thread
from typing import Any

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from jwt.algorithms import RSAAlgorithm
from jwt.exceptions import InvalidKeyError

FETCH_SECONDS = 2.0
MAX_BYTES = 64 * 1024
MIN_BITS, MAX_BITS = 2048, 8192

FRESH_SECONDS = 3600  # older keys are fetched anew in passing, so that a withdrawn one disappears
STALE_SECONDS = 24 * 3600  # older keys are no longer trusted
COOL_DOWN_SECONDS = 60  # after a fetch or a failure: one attempt a minute at most
COLD_COOL_DOWN_SECONDS = 30  # the same while there are no keys at all


class KeySetError(Exception):
    """The source gave nothing that could be used as keys."""


class KeysUnavailable(Exception):
    """No key can be had right now; ask again after `retry_after` seconds."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"no keys, next attempt in {retry_after} s")
        self.retry_after = retry_after


class KeySet:
    """Keys by their id, from a `source` that gives the JSON text of a key set; safe to share between threads."""

    def __init__(self, source: Callable[[], bytes | str], clock: Callable[[], float] = time.time) -> None:
        # Wall-clock time: a frozen or restored Lambda's monotonic clock does not count the time it slept.
        self._source, self._clock = source, clock
        self._lock = Lock()
        self._keys: dict[str, RSAPublicKey] = {}
        self._loaded_at = self._tried_at = float("-inf")

    def find(self, kid: str) -> RSAPublicKey | None:
        """The key of that id, None when the issuer has no such key; raises KeysUnavailable."""
        if self._wants_fetch(kid):
            self._fetch_once(kid)
        if not self._keys or not self._within(self._loaded_at, STALE_SECONDS):
            raise KeysUnavailable(self._seconds_to_next_attempt())
        return self._keys.get(kid)

    def _wants_fetch(self, kid: str) -> bool:
        known = kid in self._keys and self._within(self._loaded_at, FRESH_SECONDS)
        return not known and not self._within(self._tried_at, self._cool_down())

    def _fetch_once(self, kid: str) -> None:
        """One thread fetches. Those with an unknown key wait for it, the others go on with the key they know."""
        if self._lock.acquire(blocking=kid not in self._keys):
            try:
                if self._wants_fetch(kid):
                    self._fetch()
            finally:
                self._lock.release()

    def _fetch(self) -> None:
        try:
            self._keys = parse_key_set(self._source())
            self._loaded_at = self._clock()
        except KeySetError:
            pass  # the keys of the last good fetch go on
        finally:
            self._tried_at = self._clock()

    def _within(self, moment: float, seconds: float) -> bool:
        return 0 <= self._clock() - moment < seconds

    def _cool_down(self) -> float:
        return COOL_DOWN_SECONDS if self._keys else COLD_COOL_DOWN_SECONDS

    def _seconds_to_next_attempt(self) -> int:
        return max(1, round(self._tried_at + self._cool_down() - self._clock()))


def parse_key_set(text: bytes | str) -> dict[str, RSAPublicKey]:
    """The usable keys of a JSON Web Key Set; entries that are not RS256 signature keys are passed over."""
    try:
        entries = json.loads(text)["keys"]
        usable = {entry["kid"]: key for entry in reversed(entries) if (key := _public_key(entry))}
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise KeySetError("not a key set") from error
    if not usable:
        raise KeySetError("no usable key")
    return usable


def _public_key(entry: Any) -> RSAPublicKey | None:
    if not isinstance(entry, dict) or not all(isinstance(entry.get(name), str) for name in ("kid", "n", "e")):
        return None
    if entry.get("kty") != "RSA" or entry.get("use", "sig") != "sig" or entry.get("alg", "RS256") != "RS256":
        return None
    if "verify" not in entry.get("key_ops", ["verify"]):
        return None
    try:
        key = RSAAlgorithm.from_jwk({"kty": "RSA", "n": entry["n"], "e": entry["e"]})
    except (InvalidKeyError, ValueError, OverflowError):
        return None
    if not isinstance(key, RSAPublicKey) or not MIN_BITS <= key.key_size <= MAX_BITS:
        return None
    return None if is_factorable(key.public_numbers().n) else key


def is_factorable(modulus: int) -> bool:
    """Whether a key is of the weak kind that some smart cards made ("ROCA", CVE-2017-15361).

    Modulo each of these primes such a modulus is a power of 65537; of other moduli one in 376 million is.
    """
    return all(modulus % prime in powers for prime, powers in POWERS_OF_65537.items())


ROCA_PRIMES = [11, 13, 17, 19, 37, 53, 61, 71, 73, 79, 97, 103, 107, 109, 127, 151, 157]
POWERS_OF_65537 = {prime: {pow(65537, exponent, prime) for exponent in range(prime)} for prime in ROCA_PRIMES}


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """Keys come from the configured address only."""

    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        return None


def fetch(url: str) -> bytes:
    """The body at `url`, within FETCH_SECONDS all in all.

    A socket's time-out starts anew with every packet and knows nothing of name resolution, hence the thread.
    """
    bodies: list[bytes] = []
    worker = Thread(target=lambda: bodies.extend(_download(url)), daemon=True, name="key-set")
    worker.start()
    worker.join(FETCH_SECONDS)
    if not bodies:
        raise KeySetError("the key server gave no key set in time")
    return bodies[0]


def _download(url: str) -> list[bytes]:
    """One body, or none when it cannot be had or is too large."""
    opener = urllib.request.build_opener(_NoRedirects)
    try:
        with opener.open(url, timeout=FETCH_SECONDS) as response:
            body = response.read(MAX_BYTES + 1)
    except urllib.error.HTTPError as error:
        error.close()
        return []
    except (OSError, ValueError, http.client.HTTPException):
        return []
    return [body] if len(body) <= MAX_BYTES else []
