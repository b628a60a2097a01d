"""What a redemption would say now: the very same path, and then everything is rolled back.

Whom we do not know is told as much as the same checks know without a person: nothing is locked, and nothing written.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from collectibles.models import Distribution, DistributionCode
from collectibles.statistics import stock_left
from kloppocar.api.errors import Refusal
from kloppocar.api.throttling import Guesses, counting
from kloppocar.api.transactions import atomically
from users.models import User

from . import statements
from .granting import sold_out
from .redemption import decide, parse, refuse_what_is_not_open, unknown_code


@dataclass(frozen=True)
class Preview:
    """`code` is the reason of the refusal that a redemption would meet; `extra` says when or how it would work."""

    can_redeem: bool
    code: str | None
    detail: str
    extra: dict[str, Any] = field(default_factory=dict)


def preview(*, user: User, code: str, guesses: Guesses | None = None, now: datetime | None = None) -> Preview:
    """Writes nothing and uses nothing up; an unknown code is a guess, as in a redemption."""
    moment = now or timezone.now()

    def work() -> Preview:
        result = decide(user=user, code=normalised, key=None, guesses=guesses, now=moment)
        answer = redeemable(result.grant.code, result.grant.distribution)
        transaction.set_rollback(True)
        return answer

    try:
        normalised = parse(code)
        with counting(guesses):
            return atomically(work)
    except Refusal as refusal:
        return Preview(False, refusal.code, str(refusal.detail), refusal.extra or {})


def redeemable(code: DistributionCode | None, campaign: Distribution) -> Preview:
    """As both were read before the redemption that is rolled back: null means without limit."""
    stock = stock_left(campaign)
    extra: dict[str, Any] = {
        "uses_left": left(code.max_uses, code.uses) if code else None,
        "limit_left": left(campaign.limit, campaign.redeemed),
        "stock_left": None if stock is None else stock + 1,  # this redemption took one
        "closes_at": campaign.ends_at,
    }
    return Preview(True, None, _("This code can be redeemed now."), extra)


def left(limit: int | None, spent: int) -> int | None:
    return None if limit is None else limit - spent


@dataclass(frozen=True)
class Outlook:
    """What anybody who holds a code may know. `code` is as it is stored; no campaign where there is no such code."""

    code: str
    preview: Preview
    campaign: Distribution | None = None


def preview_for_anybody(*, code: str, guesses: Guesses | None = None, now: datetime | None = None) -> Outlook:
    """What a scan would say to somebody new; an unknown code is a guess, as in a redemption."""
    found: DistributionCode | None = None
    normalised = ""
    try:
        normalised = parse(code)
        with counting(guesses):
            found = known(normalised, guesses)
        refuse_what_is_not_open(found, found.distribution, AnonymousUser(), now or timezone.now())
        if stock_left(found.distribution) == 0:
            raise sold_out("stock")
        answer = Preview(True, None, _("This code can be redeemed now."), {"closes_at": found.distribution.ends_at})
    except Refusal as refusal:
        answer = Preview(False, refusal.code, str(refusal.detail), refusal.extra or {})
    return Outlook(normalised, answer, found.distribution if found else None)


def known(code: str, guesses: Guesses | None) -> DistributionCode:
    """A code as the first statement of a redemption finds it, for nobody in particular."""
    if guesses is not None:
        guesses.refuse_when_spent()
    row = statements.CODE.first(code=code, user=None, key=None)
    if row is None:
        raise unknown_code()
    return row
