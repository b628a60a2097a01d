"""Staff's log-in by password, in the admin and at `api/auth/login/`: wrong passwords run out.

Three budgets: of a name at an address, of an address, of a name wherever it is tried. A try is counted before its
password is looked at, which takes so long that a thousand more could begin meanwhile, and given back when it was right.
"""

import logging
from hashlib import blake2b

from django.contrib.auth.backends import ModelBackend
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from kloppocar.api.throttling import Budget, client_address

log = logging.getLogger(__name__)


class PasswordBackend(ModelBackend):
    """Django's, which also hashes for names that nobody has, so that none is found out by the time that it takes."""

    def authenticate(self, request, username=None, password=None, **kwargs):
        if username is None or password is None:
            return None
        tries = budgets(username, client_address(request) if request else "unknown")
        count(tries)
        user = super().authenticate(request, username=username, password=password, **kwargs)
        if user is not None:
            for budget in tries:
                budget.give_back()
        return user


def budgets(username: str, address: str) -> list[Budget]:
    """The narrow one first: who is refused by it uses up nothing of the others, and so locks nobody out elsewhere."""
    name = blake2b(username.strip().lower().encode(errors="replace"), digest_size=16).hexdigest()
    return [
        Budget("log_ins", f"{name}-{address}"),
        Budget("log_ins_of_address", address),
        Budget("log_ins_of_name", name),
    ]


def count(tries: list[Budget]) -> None:
    """Refuse at the first budget that is used up; the log-in form shows the sentence."""
    for budget in tries:
        usage = budget.spend()
        if usage.used > usage.limit:
            log.warning("a log-in was refused: %s are used up", budget.name, extra={"fields": {"budget": budget.name}})
            minutes = -(-usage.reset // 60)
            sentence = _("Too many wrong passwords. Please try again in %(minutes)s min.")
            raise ValidationError(sentence, code="throttled", params={"minutes": minutes})
