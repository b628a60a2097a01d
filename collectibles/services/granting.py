"""The one way to a copy: draw a collectible, take its next number, write copy and grant.

Locks are taken in one order everywhere: user, code, collectible, distribution. The hottest row comes last, so that it
is held for one statement and the commit only.
"""

import secrets
from datetime import datetime
from typing import Any

from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone

from collectibles.models import (
    Collectible,
    CollectibleStatus,
    Copy,
    Distribution,
    DistributionCollectible,
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
from users.models import User

IN_STOCK = Q(circulation__isnull=True) | Q(minted__lt=F("circulation"))
random = secrets.SystemRandom()


def lock_user(user: User) -> User:
    """The row under whose lock a person's grants are decided; of two scans at once by one person, one waits."""
    return User.objects.select_for_update().only("id", "score", "language").get(pk=user.pk)


def lock_people(*ids: int) -> dict[int, User]:
    """Several people's rows by id. The smaller id comes first, as in the triggers of a copy that changes hands."""
    rows = User.objects.select_for_update().only("id", "status", "is_active")
    return {pk: rows.get(pk=pk) for pk in sorted(set(ids))}


def grant(*, user: User, distribution: Distribution, source: GrantSource, now: datetime, **origin: Any) -> Grant:
    """Give `user`, whose row the caller has locked, a copy from `distribution`; refuses when there is none."""
    segment = take_number(distribution=distribution, user=user, now=now)
    collectible = segment.collectible
    copy = Copy.objects.create(
        collectible=collectible, mint=number_of(segment, collectible.minted), owner=user, acquired_at=now
    )
    granted = Grant.objects.create(user=user, distribution=distribution, copy=copy, source=source, **origin)
    add_points(user=user, granted=granted, collectible=collectible)
    count_redeemed(distribution, now)
    return granted


def count_redeemed(distribution: Distribution, now: datetime) -> None:
    """The campaign's own limit, decided by the database."""
    room = Q(limit__isnull=True) | Q(redeemed__lt=F("limit"))
    changes = {"redeemed": F("redeemed") + 1, "version": F("version") + 1, "updated_at": now}
    if not Distribution.objects.filter(room, pk=distribution.pk).update(**changes):
        raise sold_out()


def sold_out() -> Refusal:
    return Refusal("sold_out", "Everything of this campaign has found an owner.", status=409)


def only_for_new_users() -> Refusal:
    detail = "This campaign is for people who have no copy yet."
    return Refusal("not_eligible", detail, status=403, extra={"reason": "new_users_only"})


def copy_of(granted: Grant | Transfer) -> dict[str, int]:
    """What a refusal tells of the copy that came before."""
    copy = granted.copy
    return {"id": copy.pk, "mint": copy.mint, "collectible": copy.collectible_id}


def take_number(*, distribution: Distribution, user: User, now: datetime) -> EditionSegment:
    """Raise `minted` of a drawn collectible; the segment that its turn falls into, the collectible in it."""
    candidates = candidates_of(distribution)
    if candidates and distribution.once_per_collectible:
        had = set(Grant.objects.filter(user=user).values_list("copy__collectible_id", flat=True))
        had |= set(Copy.objects.filter(owner=user).values_list("collectible_id", flat=True))
        candidates = {pk: weight for pk, weight in candidates.items() if pk not in had}
        if not candidates:
            detail = "You have everything that this campaign gives."
            raise Refusal("not_eligible", detail, status=403, extra={"reason": "owns_everything"})
    while candidates:
        (drawn,) = random.choices(list(candidates), weights=list(candidates.values()))
        if raise_minted(drawn, now):
            return segment_of(drawn)
        del candidates[drawn]
    raise sold_out()


def candidates_of(distribution: Distribution) -> dict[int, int]:
    """What can be drawn, by collectible id: its weight."""
    available = IN_STOCK & Q(status=CollectibleStatus.AVAILABLE)
    if distribution.draw == Draw.RANDOM_FROM_COLLECTION:
        pool = Collectible.objects.filter(available, collection=distribution.collection_id)
        return dict.fromkeys(pool.values_list("id", flat=True), 1)
    in_pool = DistributionCollectible.objects.filter(distribution=distribution)
    stocked = in_pool.filter(
        Q(collectible__circulation__isnull=True) | Q(collectible__minted__lt=F("collectible__circulation")),
        collectible__status=CollectibleStatus.AVAILABLE,
    )
    return dict(stocked.values_list("collectible_id", "weight"))


def raise_minted(collectible_id: int, now: datetime) -> bool:
    """Take the next turn of the running count, unless the edition ran out meanwhile."""
    rows = Collectible.objects.filter(IN_STOCK, pk=collectible_id, status=CollectibleStatus.AVAILABLE)
    return bool(rows.update(minted=F("minted") + 1, version=F("version") + 1, updated_at=now))


def segment_of(collectible_id: int) -> EditionSegment:
    """The segment of the turn just taken; a new one when the edition has grown beyond the last."""
    reserved = Exists(ReservedNumber.objects.filter(collectible=OuterRef("collectible")))
    segments = EditionSegment.objects.select_related("collectible").annotate(has_reserved=reserved)
    mine = segments.filter(collectible=collectible_id, first__lte=F("collectible__minted"))
    segment = mine.order_by("-first").first()
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
    if not collectible.points:
        return
    before = Grant.objects.filter(user=user, copy__collectible=collectible).exclude(pk=granted.pk)
    first = User.objects.filter(~Exists(before), pk=user.pk)
    if first.update(score=F("score") + collectible.points, version=F("version") + 1):
        user.score += collectible.points


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
