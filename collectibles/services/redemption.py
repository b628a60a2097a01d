"""Redeem a code: every check, the draw, the number and the copy in one transaction, or a reason why not."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone
from django.utils.translation import gettext as _

from collectibles import codes
from collectibles.models import (
    Distribution,
    DistributionCode,
    DistributionKind,
    Grant,
    GrantSource,
    Mission,
    MissionProgress,
    Transfer,
)
from communities.models import Challenge
from kloppocar.api.errors import Refusal
from kloppocar.api.throttling import Guesses, counting
from kloppocar.api.transactions import atomically
from users.models import User

from . import statements
from .granting import candidates_of, copy_of, grant, lock_user, only_for_new_users, sold_out
from .refusals import about, counted


@dataclass(frozen=True)
class Decision:
    """What the transaction came to."""

    grant: Grant
    score: int
    is_replay: bool = False


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
    with counting(guesses), counted(moment):
        result = atomically(
            lambda: decide(user=user, code=normalised, key=idempotency_key, guesses=guesses, now=moment)
        )
    missions = moved_missions(user=user, granted=result.grant)
    return Redemption(result.grant, missions, result.score, result.is_replay)


def parse(code: str) -> str:
    """As it is stored. While the old backend's printed codes are taken, nothing is mistyped before it was looked up."""
    try:
        return codes.normalise(code)
    except codes.MistypedCode:
        if settings.OLD_CODES and code.strip():
            return codes.of_old_backend(code)
        raise Refusal("invalid_code", _("This code is mistyped: please check it."), status=400) from None


def decide(*, user: User, code: str, key: str | None, guesses: Guesses | None, now: datetime) -> Decision:
    """Inside the transaction: replay, refuse, or grant."""
    locked = lock_user(user)
    if guesses is not None:
        guesses.refuse_when_spent()  # under the lock: many guesses at once come one after the other
    row = statements.CODE.first(code=code, user=user.pk, key=key)
    if row is None:
        raise unknown_code()
    with about(row.distribution_id):
        return decide_known(row, locked, key, now)


def decide_known(row: Any, locked: User, key: str | None, now: datetime) -> Decision:
    """A code that is there: whatever is refused now is its campaign's refusal."""
    if row.keyed is not None:
        return Decision(replayed(grant_of(row.keyed), row), locked.score, is_replay=True)
    if row.earlier is not None:
        raise already_redeemed(grant_of(row.earlier))
    refuse_what_is_not_open(row, row.distribution, locked, now)
    candidates = candidates_of(row.distribution, locked)
    if not statements.USE(code=row.pk, now=now):
        raise code_used_up(row)
    granted = grant(
        user=locked,
        distribution=row.distribution,
        source=GrantSource.CODE,
        now=now,
        candidates=candidates,
        code=row,
        idempotency_key=key,
    )
    return Decision(granted, locked.score)


def unknown_code() -> Refusal:
    return Refusal("unknown_code", _("We do not know this code."), status=404)


def grant_of(pk: int) -> Grant:
    return Grant.objects.select_related("copy__collectible").get(pk=pk)


def replayed(earlier: Grant, code: DistributionCode) -> Grant:
    if earlier.code_id != code.pk:
        raise Refusal("idempotency_conflict", _("This Idempotency-Key was used for another code."), status=409)
    return earlier


def already_redeemed(earlier: Grant) -> Refusal:
    extra = {"copy": copy_of(earlier)}
    return Refusal("already_redeemed", _("You have redeemed this code before."), status=409, extra=extra)


def refuse_what_is_not_open(
    code: DistributionCode, campaign: Distribution, user: User | AnonymousUser, now: datetime
) -> None:
    """Checks that need no lock; the counters are checked again by conditional updates."""
    if code.revoked_at is not None:
        extra = {"revoked_at": code.revoked_at}
        raise Refusal("revoked", _("This code was withdrawn."), status=410, extra=extra)
    if not campaign.active or now >= campaign.ends_at:
        raise Refusal("closed", _("This campaign is over."), status=410, extra={"closed_at": campaign.ends_at})
    if now < campaign.starts_at:
        extra = {"opens_at": campaign.starts_at, "closes_at": campaign.ends_at}
        raise Refusal("not_open_yet", _("This campaign has not begun yet."), status=409, extra=extra)
    if code.max_uses is not None and code.uses >= code.max_uses:
        raise code_used_up(code)
    if campaign.new_users_only and not code.is_new_here:  # type: ignore[attr-defined] # the statement's
        raise only_for_new_users()
    if campaign.kind == DistributionKind.REWARD:
        refuse_reward(campaign, user)
    if campaign.limit is not None and campaign.redeemed >= campaign.limit:
        raise sold_out("limit")


def refuse_reward(campaign: Distribution, user: User | AnonymousUser) -> None:
    """What a mission or challenge gives once is not given by a code as well; the refusal names what to finish first."""
    missions = {mission.pk: mission for mission in Mission.objects.visible_to(user).filter(reward=campaign)}
    challenges = list(Challenge.objects.visible_to(user).filter(reward=campaign).values_list("id", flat=True))
    if not missions and not challenges:
        return
    mine = MissionProgress.objects.filter(user=user.pk, mission__in=missions)
    progress = dict(mine.values_list("mission_id", "progress"))
    ahead = [{"id": pk, "progress": progress.get(pk, 0), "goal": mission.goal} for pk, mission in missions.items()]
    extra = {"reason": "finish_first", "missions": ahead, "challenges": challenges}
    detail = _("This is a reward: finish its mission or challenge first, and claim it there.")
    raise Refusal("not_eligible", detail, status=403, extra=extra)


def code_used_up(code: DistributionCode) -> Refusal:
    detail = _("This code has been used as often as it can be.")
    return Refusal("code_used_up", detail, status=409, extra={"max_uses": code.max_uses, "uses_left": 0})


def moved_missions(
    *, user: User, granted: Grant | Transfer | None, claimed: Mission | None = None
) -> list[MissionProgress]:
    """Progress of the missions that the copy's collectible counts for, as the triggers left it; `claimed` as well."""
    collectible = granted.copy.collectible if granted is not None else None
    return statements.MISSIONS.all(
        user=user.pk,
        collectible=collectible.pk if collectible else None,
        collection=collectible.collection_id if collectible else None,
        claimed=claimed.pk if claimed else None,
    )
