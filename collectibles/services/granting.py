"""The one way to a copy: draw a collectible, take its next number, write copy and grant.

Locks are taken in one order everywhere: user, code, collectible, distribution. The hottest row comes last, so that it
is held for one statement and the commit only. `statements.py` says which statements these are, and why.
"""

import secrets
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from collectibles.models import (
    Collectible,
    Copy,
    Distribution,
    DistributionKind,
    Draw,
    EditionSegment,
    Grant,
    GrantSource,
    ReservedNumber,
    Transfer,
)
from collectibles.numbers import permute
from kloppocar.api.errors import Refusal
from kloppocar.api.transactions import atomically
from users.models import User, UserStatus

from . import statements

random = secrets.SystemRandom()


def lock_user(user: User) -> User:
    """The row under whose lock a person's grants are decided; of two scans at once by one person, one waits.

    Whose account was closed since the request began gets nothing.
    """
    row = statements.LOCK.one(user=user.pk)
    refuse_closed(row)
    return row


def has_account(user: User) -> bool:
    return user.is_active and user.status != UserStatus.DELETED


def refuse_closed(user: User) -> None:
    if not has_account(user):
        raise Refusal("user_inactive", _("This account is not active."), status=401)


def lock_people(*ids: int) -> dict[int, User]:
    """Several people's rows by id. The smaller id comes first, as in the triggers of a copy that changes hands."""
    rows = User.objects.select_for_update().only("id", "status", "is_active")
    return {pk: rows.get(pk=pk) for pk in sorted(set(ids))}


def grant(
    *,
    user: User,
    distribution: Distribution,
    source: GrantSource,
    now: datetime,
    candidates: dict[int, int] | None = None,
    **origin: Any,
) -> Grant:
    """Give `user`, whose row the caller has locked, a copy from `distribution`; refuses when there is none.

    A caller that locks something itself asks for the `candidates` first, so that nobody waits while they are read.
    """
    segment = take_number(candidates_of(distribution, user) if candidates is None else candidates, now)
    granted = write(user, distribution, segment, now, source=source, **origin)
    add_points(user=user, granted=granted, collectible=segment.collectible)
    if not statements.REDEEMED(distribution=distribution.pk, now=now):
        raise sold_out("limit")
    return granted


def write(user: User, distribution: Distribution, segment: EditionSegment, now: datetime, **why: Any) -> Grant:
    """The copy and its grant, as rows and as what the answer shows of them."""
    copy = Copy(
        collectible=segment.collectible,
        mint=number_of(segment, segment.collectible.minted),
        owner_id=user.pk,
        acquired_at=now,
    )
    copy.pk = statements.COPY(collectible=copy.collectible_id, mint=copy.mint, owner=user.pk, acquired_at=now)
    granted = Grant(user=user, distribution=distribution, copy=copy, **why)
    granted.pk = statements.GRANT(
        user=user.pk,
        distribution=distribution.pk,
        copy=copy.pk,
        source=granted.source,
        code=granted.code_id,
        mission=granted.mission_id,
        challenge=granted.challenge_id,
        idempotency_key=granted.idempotency_key,
    )
    return granted


def sold_out(reason: str) -> Refusal:
    """`reason` is what ran out: the campaign's `limit`, or the `stock` of what it gives."""
    detail = _("Everything of this campaign has found an owner.")
    return Refusal("sold_out", detail, status=409, extra={"reason": reason})


def only_for_new_users() -> Refusal:
    detail = _("This campaign is for people who have no copy yet.")
    return Refusal("not_eligible", detail, status=403, extra={"reason": "new_users_only"})


def copy_of(granted: Grant | Transfer) -> dict[str, int]:
    """What a refusal tells of the copy that came before."""
    copy = granted.copy
    return {"id": copy.pk, "mint": copy.mint, "collectible": copy.collectible_id}


def take_number(candidates: dict[int, int], now: datetime) -> EditionSegment:
    """Draw one and take the next turn of its edition: the segment that the turn falls into, the collectible in it."""
    left = dict(candidates)
    while left:
        (drawn,) = random.choices(list(left), weights=list(left.values()))
        if statements.TURN(collectible=drawn, now=now):
            return segment_of(drawn)
        del left[drawn]
    raise sold_out("stock")


def candidates_of(distribution: Distribution, user: User) -> dict[int, int]:
    """What `user` can draw, by collectible id: its weight."""
    once = distribution.once_per_collectible
    if distribution.draw == Draw.RANDOM_FROM_COLLECTION:
        statement = statements.COLLECTION_ONCE if once else statements.COLLECTION
    else:
        statement = statements.POOL_ONCE if once else statements.POOL
    rows = statement.all(distribution=distribution.pk, collection=distribution.collection_id, user=user.pk)
    if not once:
        return dict(rows)
    if rows and all(had for _id, _weight, had in rows):
        detail = _("You have everything that this campaign gives.")
        raise Refusal("not_eligible", detail, status=403, extra={"reason": "owns_everything"})
    return {pk: weight for pk, weight, had in rows if not had}


def segment_of(collectible_id: int) -> EditionSegment:
    """The segment of the turn just taken; a new one when the edition has grown beyond the last."""
    segment = statements.SEGMENT.first(collectible=collectible_id)
    if segment is None:
        return grow(collectible_id, first=1)
    if segment.last is not None and segment.last < segment.collectible.minted:
        return grow(collectible_id, first=segment.last + 1)
    return segment


def grow(collectible_id: int, *, first: int) -> EditionSegment:
    """Numbers `first` to the edition's present end, in an order of their own; the collectible's row is locked."""
    collectible = Collectible.objects.get(pk=collectible_id)
    return EditionSegment.objects.create(
        collectible=collectible, first=first, last=collectible.circulation, key=secrets.randbits(63)
    )


def number_of(segment: EditionSegment, minted: int) -> int:
    """The number of turn `minted` (from 1). A number given away beforehand passes the turn on that it cost."""
    number = shuffled(segment, minted)
    while getattr(segment, "has_reserved", True):
        turn = ReservedNumber.objects.filter(collectible=segment.collectible_id, mint=number).values_list(
            "turn", flat=True
        )
        if (earlier := turn.first()) is None:
            break
        number = shuffled(segment if earlier >= segment.first else segment_at(segment, earlier), earlier)
    return number


def segment_at(segment: EditionSegment, turn: int) -> EditionSegment:
    earlier = EditionSegment.objects.filter(collectible=segment.collectible_id, first__lte=turn)
    return earlier.order_by("-first")[0]


def shuffled(segment: EditionSegment, turn: int) -> int:
    """The number at place `turn` of the order; unlimited editions count up."""
    if segment.last is None:
        return turn
    size = segment.last - segment.first + 1
    return segment.first + permute(turn - segment.first, size, segment.key)


def add_points(*, user: User, granted: Grant, collectible: Collectible) -> None:
    """Points count once per collectible, for the first copy that was minted to a person."""
    points = collectible.points
    if points and statements.POINTS(user=user.pk, collectible=collectible.pk, grant=granted.pk, points=points):
        user.score += points


def grant_starter(*, user: User, now: datetime | None = None) -> Grant | None:
    """A new user's first copy, when a starter campaign is open; None when there is none, or they had it."""
    now = now or timezone.now()
    campaign = Distribution.objects.open_at(now).filter(kind=DistributionKind.STARTER).first()
    if campaign is None:
        return None

    def work() -> Grant | None:
        locked = lock_user(user)
        if Grant.objects.filter(user=locked, source=GrantSource.STARTER).exists():
            return None
        return grant(user=locked, distribution=campaign, source=GrantSource.STARTER, now=now)

    return atomically(work)
