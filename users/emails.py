"""How an e-mail is stored, and so how it is looked up and compared."""

from string import ascii_lowercase, ascii_uppercase

LOWER = str.maketrans(ascii_uppercase, ascii_lowercase)


def as_stored(email: str) -> str:
    """Without the case of its ASCII letters. Python's own lower case makes a `k` of KELVIN SIGN, and so one person's
    address of another's.
    """
    return email.translate(LOWER)
