"""Ids of codes and campaigns for people who are no staff: nobody can count through them.

Such an id is ours and 24 bits that only we can make for this person. A wrong one is a wrong guess of a code.
"""

from typing import Any

from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _

from kloppocar.api.errors import Refusal
from kloppocar.api.permissions import is_administrator
from kloppocar.api.throttling import Guesses

BITS = 24


def seal(table: str, pk: int | None, user: Any) -> int | None:
    """What `user` knows the row by: staff by its id, others by one of their own, whoever is nobody by none."""
    if pk is None or is_administrator(user):
        return pk
    return pk << BITS | bits(table, pk, user) if user.is_authenticated else None


def unseal(table: str, given: int, request: Any) -> int:
    """The row's id; refused like an unknown code when it was not made for this person."""
    if is_administrator(request.user):
        return given
    guesses = Guesses("code", request)
    guesses.refuse_when_spent()
    pk = given >> BITS
    if not constant_time_compare(str(given), str(pk << BITS | bits(table, pk, request.user))):
        guesses.count_wrong()
        raise unknown()
    return pk


def bits(table: str, pk: int, user: Any) -> int:
    made = salted_hmac("kloppocar.legacy.bridge.sealed", f"{table}:{user.pk}:{pk}", algorithm="sha256").digest()
    return int.from_bytes(made[: BITS // 8], "big")


def unknown() -> Refusal:
    return Refusal("unknown_code", _("We do not know this code."), status=404)
