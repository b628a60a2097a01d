"""Codes: ten characters of Crockford base32 and one check character, shown as `XXXX-XXXX-XXC`.

The check character is Luhn mod 32 over the same alphabet, factor 2 from the right, so that a mistyped code is refused
before any query. Case, grouping and look-alikes (O for 0, I and L for 1) are forgiven. Codes of another shape, imported
or chosen by staff, are compared in upper case without spaces.

The secret of a transfer is `TFR-` and 26 characters of the same alphabet, 130 random bits: nobody types that twice, so
it has no check character; what is forgiven is the same.
"""

import re
import secrets
from base64 import b32encode
from hashlib import sha256
from random import Random

from django.conf import settings

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 11
PLACES = range(0, 5 * (LENGTH - 1), 5)  # of a character's bits in a number
VALUES = {character: value for value, character in enumerate(ALPHABET)}
LOOK_ALIKES = str.maketrans("OIL", "011")
MAX_TYPED = 100
SECRET_LENGTH = 26
TRANSFER_PREFIX = "TFR"
OLD_PREFIX, MAX_OLD = "OLD.", 1_000
is_other_shape = re.compile(r"[0-9A-Z_.-]{1,64}").fullmatch


class MistypedCode(ValueError):
    """No code can look like this."""


def check_character(text: str) -> str:
    """The eleventh character: `7Q2M4K9XAB` -> `G`."""
    total = 0
    for position, character in enumerate(reversed(text)):
        addend = VALUES[character] * (2 - position % 2)
        total += addend // 32 + addend % 32
    return ALPHABET[-total % 32]


def new_code(rng: Random | None = None) -> str:
    """A code that nobody can guess (50 random bits), normalised; `rng` is for repeatable demo data."""
    if rng:
        text = "".join(rng.choice(ALPHABET) for _ in range(LENGTH - 1))
    else:
        number = secrets.randbits(5 * (LENGTH - 1))  # one draw for all ten: batches are large
        text = "".join([ALPHABET[number >> place & 31] for place in PLACES])
    return text + check_character(text)


def longest() -> int:
    """How much of what is typed is looked at: printed codes of the old backend may be longer than ours."""
    return MAX_OLD if settings.OLD_CODES else MAX_TYPED


def normalise(typed: str) -> str:
    """How a typed code is stored and looked up; MistypedCode when no code can look like this."""
    if len(typed) > MAX_TYPED:
        raise MistypedCode
    typed = typed.upper()
    compact = re.sub(r"[\s-]", "", typed).translate(LOOK_ALIKES)
    if len(compact) == LENGTH and all(character in ALPHABET for character in compact):
        if check_character(compact[:-1]) != compact[-1]:
            raise MistypedCode
        return compact
    other = re.sub(r"\s", "", typed)
    if not is_other_shape(other):
        raise MistypedCode
    return other


def of_old_backend(typed: str) -> str:
    """How a code of the old backend is stored that `normalise` refuses: too long, with other characters, or of our
    length without our check character. Case and spaces are forgiven; nothing else ends up in this shape by itself.
    """
    text = re.sub(r"[\s-]", "", typed[:MAX_OLD]).upper()
    return OLD_PREFIX + b32encode(sha256(text.encode(errors="replace")).digest()).decode().rstrip("=")


def format_code(code: str) -> str:
    """How a code is printed."""
    if len(code) != LENGTH or not all(character in ALPHABET for character in code):
        return code
    return f"{code[:4]}-{code[4:8]}-{code[8:]}"


def new_secret() -> str:
    """What a giver shows and a receiver scans, once."""
    return f"{TRANSFER_PREFIX}-{''.join(secrets.choice(ALPHABET) for _ in range(SECRET_LENGTH))}"


def hash_of_secret(typed: str) -> str:
    """What is stored of a secret, however it was typed; MistypedCode when no secret can look like this.

    A plain SHA-256 is enough: nobody can try 2^130 secrets, and a look-up wants one value, not a salt for each row.
    """
    compact = re.sub(r"[\s-]", "", typed[: MAX_TYPED + 1].upper()).translate(LOOK_ALIKES).removeprefix(TRANSFER_PREFIX)
    if len(compact) != SECRET_LENGTH or not all(character in ALPHABET for character in compact):
        raise MistypedCode
    return sha256(compact.encode()).hexdigest()
