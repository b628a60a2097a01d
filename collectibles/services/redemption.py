"""Redeem a code: every check, the draw, the number and the copy in one transaction, or a reason why not."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from collectibles import codes
from collectibles.models import (
    Distribution,
    DistributionCode,
    Grant,
    GrantSource,
    Mission,
    MissionKind,
    MissionProgress,
    Transfer,
)
from kloppocar.api.errors import Refusal
from kloppocar.api.throttling import Guesses, counting
from kloppocar.api.transactions import atomically
from users.models import User

from .granting import copy_of, grant, lock_user, only_for_new_users, sold_out


@dataclass(frozen=True)
class Redemption:
    """A grant as its owner is told of it. `is_replay`: the same key and code came before, nothing new happened."""

    grant: Grant
    missions: list[MissionProgress]
    score: int
    is_replay: bool = False


def redeem(
    *,
    user: User,
    code: str,
    idempotency_key: str | None = None,
    guesses: Guesses | None = None,
    now: datetime | None = None,
) -> Redemption:
    """Redeem what was scanned or typed. Refuses with the reasons of the README's table, each with its own code.

    `guesses` is what wrong codes are counted in; a mistyped one is none.
    """
    normalised, moment = parse(code), now or timezone.now()
    with counting(guesses):
        return atomically(lambda: decide(user=user, code=normalised, key=idempotency_key, guesses=guesses, now=moment))


def preview(*, user: User, code: str, guesses: Guesses | None = None, now: datetime | None = None) -> Redemption:
    """The same path to its end, and then everything is rolled back; refuses like `redeem`."""
    normalised, moment = parse(code), now or timezone.now()

    def work() -> Redemption:
        result = decide(user=user, code=normalised, key=None, guesses=guesses, now=moment)
        transaction.set_rollback(True)
        return result

    with counting(guesses):
        return atomically(work)


def parse(code: str) -> str:
    try:
        return codes.normalise(code)
    except codes.MistypedCode:
        raise Refusal("invalid_code", "This code is mistyped: please check it.", status=400) from None


def decide(*, user: User, code: str, key: str | None, guesses: Guesses | None, now: datetime) -> Redemption:
    """Inside the transaction: replay, refuse, or grant."""
    locked = lock_user(user)
    if guesses is not None:
        guesses.refuse_when_spent()  # under the lock: many guesses at once come one after the other
    row = DistributionCode.objects.select_related("distribution").filter(code=code).first()
    if row is None:
        raise Refusal("unknown_code", "We do not know this code.", status=404)
    for earlier in earlier_grants(locked, row, key):
        if key is not None and earlier.idempotency_key == key:
            return replay(locked, earlier, row)
        raise already_redeemed(earlier)
    refuse_what_is_not_open(row, row.distribution, locked, now)
    use_up(row, now)
    granted = grant(
        user=locked,
        distribution=row.distribution,
        source=GrantSource.CODE,
        now=now,
        code=row,
        idempotency_key=key,
    )
    return Redemption(granted, moved_missions(user=locked, granted=granted), locked.score)


def earlier_grants(user: User, code: DistributionCode, key: str | None) -> list[Grant]:
    """What this person got for this code, or with this key; the key's grant first."""
    same = Q(code=code) if key is None else Q(code=code) | Q(idempotency_key=key)
    grants = list(Grant.objects.filter(same, user=user).select_related("copy__collectible"))
    return sorted(grants, key=lambda grant: grant.idempotency_key != key)


def replay(user: User, earlier: Grant, code: DistributionCode) -> Redemption:
    if earlier.code_id != code.pk:
        raise Refusal("idempotency_conflict", "This Idempotency-Key was used for another code.", status=409)
    return Redemption(earlier, moved_missions(user=user, granted=earlier), user.score, is_replay=True)


def already_redeemed(earlier: Grant) -> Refusal:
    extra = {"copy": copy_of(earlier)}
    return Refusal("already_redeemed", "You have redeemed this code before.", status=409, extra=extra)


def refuse_what_is_not_open(code: DistributionCode, campaign: Distribution, user: User, now: datetime) -> None:
    """Checks that need no lock; the counters are checked again by conditional updates."""
    if code.revoked_at is not None:
        raise Refusal("revoked", "This code was withdrawn.", status=410)
    if not campaign.active or now >= campaign.ends_at:
        raise Refusal("closed", "This campaign is over.", status=410, extra={"closed_at": campaign.ends_at})
    if now < campaign.starts_at:
        extra = {"opens_at": campaign.starts_at}
        raise Refusal("not_open_yet", "This campaign has not begun yet.", status=409, extra=extra)
    if campaign.new_users_only and Grant.objects.filter(user=user).exists():
        raise only_for_new_users()
    if campaign.limit is not None and campaign.redeemed >= campaign.limit:
        raise sold_out()


def use_up(code: DistributionCode, now: datetime) -> None:
    """One use of the code, decided by the database."""
    left = Q(max_uses__isnull=True) | Q(uses__lt=F("max_uses"))
    changes = {"uses": F("uses") + 1, "version": F("version") + 1, "updated_at": now}
    if not DistributionCode.objects.filter(left, pk=code.pk, revoked_at__isnull=True).update(**changes):
        raise Refusal("code_used_up", "This code has been used as often as it can be.", status=409)


def moved_missions(
    *, user: User, granted: Grant | Transfer | None, claimed: Mission | None = None
) -> list[MissionProgress]:
    """Progress of the missions that the copy's collectible counts for, as the triggers left it; `claimed` as well."""
    counts = Q(mission=claimed) if claimed else Q(pk__in=[])
    if granted is not None:
        collectible = granted.copy.collectible
        counts |= Q(mission__kind=MissionKind.COLLECT_SET, mission__entries__collectible=collectible)
        counts |= Q(mission__kind=MissionKind.COLLECT_COUNT, mission__collection=collectible.collection_id)
    mine = MissionProgress.objects.filter(counts, user=user, mission__active=True)
    return list(mine.select_related("mission").order_by("mission_id").distinct())
