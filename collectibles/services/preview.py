"""What a redemption would say now: the very same path, and then everything is rolled back."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Count, F, Q, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from collectibles.models import Collectible, Distribution, DistributionCode, Draw
from kloppocar.api.errors import Refusal
from kloppocar.api.throttling import Guesses, counting
from kloppocar.api.transactions import atomically
from users.models import User

from . import statements
from .redemption import decide, parse


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
    extra: dict[str, Any] = {
        "uses_left": left(code.max_uses, code.uses) if code else None,
        "limit_left": left(campaign.limit, campaign.redeemed),
        "stock_left": stock_left(campaign),
        "closes_at": campaign.ends_at,
    }
    return Preview(True, None, _("This code can be redeemed now."), extra)


def left(limit: int | None, spent: int) -> int | None:
    return None if limit is None else limit - spent


def stock_left(campaign: Distribution) -> int | None:
    """How many copies were there to be drawn, before this redemption took one."""
    drawable = Collectible.objects.filter(statements.AVAILABLE)
    if campaign.draw == Draw.RANDOM_FROM_COLLECTION:
        drawable = drawable.filter(collection=campaign.collection_id)
    else:
        drawable = drawable.filter(pools__distribution=campaign)
    stock = drawable.aggregate(
        unlimited=Count("pk", filter=Q(circulation=None)), left=Sum(F("circulation") - F("minted"))
    )
    return None if stock["unlimited"] else 1 + (stock["left"] or 0)
