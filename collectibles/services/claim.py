"""Claim what a finished mission or challenge gives: exactly once, the claim and its copy in one transaction.

A refusal leaves the claim open. Points and copies that leave change under the lock on the person's row, so that what is
read here holds until the commit.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F, QuerySet, Sum
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _

from collectibles.models import Distribution, Grant, GrantSource, Mission, MissionProgress
from communities.models import Challenge, ChallengeContribution, ChallengeTally, Membership
from kloppocar.api.errors import Refusal
from kloppocar.api.transactions import atomically
from users.models import User

from .granting import copy_of, grant, lock_user, only_for_new_users
from .redemption import moved_missions
from .refusals import about, counted


@dataclass(frozen=True)
class Claim:
    """What a claim gave, shaped like a redemption. `grant` is None where no campaign stands behind: points alone."""

    grant: Grant | None
    missions: list[MissionProgress]
    score: int


def claim_mission(*, user: User, mission_id: int, now: datetime | None = None) -> Claim:
    """Claim a mission that `user` can see: its points, and a copy of its reward campaign."""
    moment = now or timezone.now()
    with counted(moment):
        return atomically(lambda: decide_mission(user=user, mission_id=mission_id, now=moment))


def claim_challenge(*, user: User, challenge_id: int, now: datetime | None = None) -> Claim:
    """Claim a challenge whose goal is reached, as one who contributed to it."""
    moment = now or timezone.now()
    with counted(moment):
        return atomically(lambda: decide_challenge(user=user, challenge_id=challenge_id, now=moment))


def decide_mission(*, user: User, mission_id: int, now: datetime) -> Claim:
    locked = lock_user(user)
    mission = get_object_or_404(Mission.objects.visible_to(user).select_related("reward"), pk=mission_id)
    rows = MissionProgress.objects.filter(user=locked, mission=mission)
    refuse_unfinished_mission(mission, rows.first(), now)
    mark_claimed(rows.filter(progress__gte=mission.goal), now, version=F("version") + 1)
    if mission.points:
        User.objects.filter(pk=locked.pk).update(score=F("score") + mission.points, version=F("version") + 1)
        locked.score += mission.points
    granted = reward(locked, mission.reward, GrantSource.MISSION, now, mission=mission)
    return Claim(granted, moved_missions(user=locked, granted=granted, claimed=mission), locked.score)


def refuse_unfinished_mission(mission: Mission, mine: MissionProgress | None, now: datetime) -> None:
    """What was claimed stays claimed; the rest is asked of the clock, and of what the person owns now."""
    if mine is not None and mine.claimed_at is not None:
        raise already_claimed(Grant.objects.filter(user=mine.user_id, mission=mission))
    if not mission.active or (mission.ends_at is not None and now >= mission.ends_at):
        raise Refusal("ended", _("This mission is over."), status=410, extra={"ended_at": mission.ends_at})
    if now < mission.starts_at:
        extra = {"reason": "not_open_yet", "opens_at": mission.starts_at}
        raise Refusal("not_claimable", _("This mission has not begun yet."), status=409, extra=extra)
    progress = mine.progress if mine is not None else 0
    if progress < mission.goal:
        extra = {"reason": "unfinished", "progress": progress, "goal": mission.goal}
        raise Refusal("not_claimable", _("This mission is not finished yet."), status=409, extra=extra)


def decide_challenge(*, user: User, challenge_id: int, now: datetime) -> Claim:
    locked = lock_user(user)
    challenge = get_object_or_404(Challenge.objects.visible_to(user).select_related("reward"), pk=challenge_id)
    rows = ChallengeContribution.objects.filter(user=locked, challenge=challenge)
    refuse_unfinished_challenge(challenge, rows.first(), locked, now)
    mark_claimed(rows.filter(count__gt=0), now)
    granted = reward(locked, challenge.reward, GrantSource.CHALLENGE, now, challenge=challenge)
    return Claim(granted, moved_missions(user=locked, granted=granted), locked.score)


def refuse_unfinished_challenge(
    challenge: Challenge, mine: ChallengeContribution | None, user: User, now: datetime
) -> None:
    """A reached goal can be claimed after the challenge's end too, by contributors who are not banned."""
    if mine is not None and mine.claimed_at is not None:
        raise already_claimed(Grant.objects.filter(user=user, challenge=challenge))
    progress = ChallengeTally.objects.filter(challenge=challenge).aggregate(total=Sum("count"))["total"] or 0
    so_far = {"progress": progress, "goal": challenge.goal}
    if progress < challenge.goal:
        if challenge.ends_at is not None and now >= challenge.ends_at:
            extra = {"ended_at": challenge.ends_at, **so_far}
            raise Refusal("ended", _("This challenge ended before its goal was reached."), status=410, extra=extra)
        extra = {"reason": "unfinished", **so_far}
        raise Refusal("not_claimable", _("The goal of this challenge is not reached yet."), status=409, extra=extra)
    if mine is None or not mine.count:
        extra = {"reason": "no_contribution", **so_far}
        raise Refusal("not_claimable", _("You did not contribute to this challenge."), status=409, extra=extra)
    refuse_banned(challenge, user, now)


def refuse_banned(challenge: Challenge, user: User, now: datetime) -> None:
    bans = Membership.objects.filter(community=challenge.community_id, user=user, banned_until__gt=now)
    if (until := bans.values_list("banned_until", flat=True).first()) is not None:
        detail = _("You are banned from this community for now.")
        raise Refusal("not_eligible", detail, status=403, extra={"reason": "banned", "until": until})


def mark_claimed(rows: QuerySet[Any], now: datetime, **changes: Any) -> None:
    """Decided by the database: of many claims at once one marks the row."""
    if not rows.filter(claimed_at=None).update(claimed_at=now, updated_at=now, **changes):
        raise Refusal("not_claimable", _("This changed just now: please look again."), status=409)


def already_claimed(grants: QuerySet[Grant]) -> Refusal:
    earlier = grants.select_related("copy").first()
    extra = {"copy": copy_of(earlier) if earlier else None}
    return Refusal("already_claimed", _("You have claimed this before."), status=409, extra=extra)


def reward(
    user: User, campaign: Distribution | None, source: GrantSource, now: datetime, **origin: Any
) -> Grant | None:
    """A copy of the reward's campaign, by the campaign's own rules; None where there is no campaign."""
    if campaign is None:
        return None
    with about(campaign.pk):
        refuse_unopened_reward(user, campaign, now)
        return grant(user=user, distribution=campaign, source=source, now=now, **origin)


def refuse_unopened_reward(user: User, campaign: Distribution, now: datetime) -> None:
    if not campaign.active or now >= campaign.ends_at:
        raise Refusal("ended", _("This reward is no longer given."), status=410, extra={"ended_at": campaign.ends_at})
    if now < campaign.starts_at:
        extra = {"reason": "not_open_yet", "opens_at": campaign.starts_at}
        raise Refusal("not_claimable", _("This reward is not given yet."), status=409, extra=extra)
    if campaign.new_users_only and Grant.objects.filter(user=user).exists():
        raise only_for_new_users()
