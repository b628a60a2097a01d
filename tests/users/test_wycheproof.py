"""Wycheproof's vectors of JSON Web Signatures and Keys, against the very verifier that the API uses.

The vectors lie beside a checkout in `../shared/vectors/` (C2SP/wycheproof, Apache License 2.0). Payloads there are no
claims, so what is asked is whether a signature is taken: RS256 with keys of 2,048 bits and more is, and nothing else.
"""

import json
from collections import Counter
from pathlib import Path

import pytest

from users.cognito import TokenError, Verifier
from users.key_set import KeySet, KeysUnavailable

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "vectors"
FILES = ["json_web_signature_test.json", "json_web_key_test.json"]
HAVE_VECTORS = all((FOLDER / name).is_file() for name in FILES)

pytestmark = pytest.mark.skipif(not HAVE_VECTORS, reason="Wycheproof's vectors are not beside this checkout")

# Good RS256 signatures that are refused all the same: there is nothing in them that could be a claim.
WITHOUT_PAYLOAD = {"emptyPayload"}


def vectors():
    """Name, key set, token, and whether it is to be taken."""
    for name in FILES:
        for group in json.loads((FOLDER / name).read_text())["testGroups"]:
            key = group.get("public") or group.get("private")
            keys = key.get("keys", [key])
            ours = all(entry.get("kty") == "RSA" and entry.get("alg") == "RS256" for entry in keys)
            for test in group["tests"]:
                taken = ours and test["result"] == "valid" and test["comment"] not in WITHOUT_PAYLOAD
                yield f"{group['comment']}-{test['tcId']}-{test['comment']}", keys, test["jws"], taken


def test_every_signature_is_taken_or_refused_as_its_vector_says():
    wrong = [name for name, keys, token, taken in vectors() if is_taken(keys, token) is not taken]

    assert wrong == []


def is_taken(keys, token):
    text = json.dumps({"keys": keys})
    verifier = Verifier(issuer="https://issuer.example.com", client_ids=frozenset(), keys=KeySet(lambda: text))
    try:
        verifier.signed_payload(token)
    except (TokenError, KeysUnavailable):
        return False
    return True


def test_the_vectors_hold_what_they_are_here_for():
    taken = Counter(case[3] for case in vectors())

    assert taken[True] >= 7
    assert taken[False] >= 400
