"""What must hold of every copy, whatever happened: named checks, each a query for the rows that break it.

Kept as queries, so that an operator, a stress run and the tests ask the same question of a database of any size. Many
of them the database refuses to break at all; they are asked all the same, of a database that may have been mended by
hand or loaded without its constraints.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from django.db.models import Case, Count, Exists, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce, Least

from .models import (
    Collectible,
    Copy,
    CopyEvent,
    CopyEventKind,
    Distribution,
    DistributionCode,
    Grant,
    GrantSource,
    MissionCollectible,
    MissionKind,
    MissionProgress,
    Transfer,
)

MOST = 1_000  # broken rows that are looked up, of each kind


class Invariant(NamedTuple):
    """`broken` finds the rows that break it; `collection` is the way from such a row to its collection."""

    name: str
    broken: Callable[[], QuerySet[Any]]
    collection: str


def check(collection: int | None = None) -> dict[str, list[int]]:
    """Every invariant by name, with the ids of the rows that break it; of one collection, or of everything."""
    return {item.name: broken_ids(item, collection) for item in INVARIANTS}


def violations(collection: int | None = None) -> dict[str, list[int]]:
    """Only what is broken."""
    return {name: ids for name, ids in check(collection).items() if ids}


def broken_ids(item: Invariant, collection: int | None) -> list[int]:
    rows = item.broken()
    if collection is not None:
        rows = rows.filter(**{item.collection: collection})
    return list(rows.order_by("pk").values_list("pk", flat=True)[:MOST])


def number_of(rows: QuerySet[Any], **same: Any) -> Any:
    """How many of `rows` belong to the outer row."""
    counted = rows.filter(**same).order_by().values(*same).annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counted, output_field=IntegerField()), Value(0))


# --- Editions and numbers ---------------------------------------------------------------------------------------


def oversold() -> QuerySet[Any]:
    return Collectible.objects.filter(minted__gt=F("circulation"))


def minted_differs_from_copies() -> QuerySet[Any]:
    copies = number_of(Copy.objects.all(), collectible=OuterRef("pk"))
    return Collectible.objects.annotate(copies_given=copies).exclude(copies_given=F("minted"))


def number_given_twice() -> QuerySet[Any]:
    other = Copy.objects.filter(collectible=OuterRef("collectible"), mint=OuterRef("mint"), pk__lt=OuterRef("pk"))
    return Copy.objects.filter(Exists(other))


def number_beyond_the_edition() -> QuerySet[Any]:
    return Copy.objects.filter(Q(mint__gt=F("collectible__circulation")) | Q(mint__lt=1))


# --- Grants, codes and campaigns --------------------------------------------------------------------------------


def second_grant() -> QuerySet[Any]:
    """One person twice for one code, mission or challenge."""
    same = Q(code=OuterRef("code")) | Q(mission=OuterRef("mission")) | Q(challenge=OuterRef("challenge"))
    earlier = Grant.objects.filter(same, user=OuterRef("user"), pk__lt=OuterRef("pk"))
    return Grant.objects.filter(Exists(earlier))


def grant_without_copy() -> QuerySet[Any]:
    return Grant.objects.exclude(Exists(Copy.objects.filter(pk=OuterRef("copy"))))


def copy_without_grant() -> QuerySet[Any]:
    return Copy.objects.filter(grant__isnull=True)


def code_used_too_often() -> QuerySet[Any]:
    return DistributionCode.objects.filter(uses__gt=F("max_uses"))


def uses_differ_from_grants() -> QuerySet[Any]:
    given = number_of(Grant.objects.all(), code=OuterRef("pk"))
    return DistributionCode.objects.annotate(given=given).exclude(given=F("uses"))


def redeemed_beyond_the_limit() -> QuerySet[Any]:
    return Distribution.objects.filter(redeemed__gt=F("limit"))


def redeemed_differs_from_grants() -> QuerySet[Any]:
    given = number_of(Grant.objects.all(), distribution=OuterRef("pk"))
    return Distribution.objects.annotate(given=given).exclude(given=F("redeemed"))


def reward_without_claim() -> QuerySet[Any]:
    claimed = MissionProgress.objects.filter(
        user=OuterRef("user"), mission=OuterRef("mission"), claimed_at__isnull=False
    )
    return Grant.objects.filter(source=GrantSource.MISSION).exclude(Exists(claimed))


def progress_differs_from_what_is_owned() -> QuerySet[Any]:
    owned = Copy.objects.filter(owner=OuterRef(OuterRef("user")), collectible=OuterRef("collectible"))
    listed = MissionCollectible.objects.filter(Exists(owned))
    inside = Copy.objects.filter(owner=OuterRef("user")).annotate(inside=F("collectible__collection"))
    held = Case(
        When(mission__kind=MissionKind.COLLECT_SET, then=number_of(listed, mission=OuterRef("mission"))),
        When(
            mission__kind=MissionKind.COLLECT_COUNT,
            then=number_of(inside, inside=OuterRef("mission__collection")),
        ),
    )
    counted = MissionProgress.objects.exclude(mission__kind=MissionKind.SIGN_UP).annotate(held=held)
    return counted.exclude(progress=Least(F("mission__goal"), F("held")))


# --- The ledger, and copies that changed hands ------------------------------------------------------------------


def grant_without_ledger_line() -> QuerySet[Any]:
    return Grant.objects.filter(event__isnull=True)


def transfer_without_ledger_line() -> QuerySet[Any]:
    return Transfer.objects.filter(accepted_at__isnull=False, event__isnull=True)


def ledger_with_a_gap() -> QuerySet[Any]:
    """A line that does not begin with whom the one before it ended; a copy is minted once, and first."""
    before = CopyEvent.objects.filter(copy=OuterRef("copy"), pk__lt=OuterRef("pk")).order_by("-id")
    lines = CopyEvent.objects.annotate(held_by=Subquery(before.values("to_user")[:1]))
    fits = Q(kind=CopyEventKind.MINTED, held_by__isnull=True) | Q(
        kind=CopyEventKind.TRANSFERRED, held_by=F("from_user")
    )
    return lines.exclude(pk__in=lines.filter(fits).values("pk"))


def owner_is_not_in_the_ledger() -> QuerySet[Any]:
    last = CopyEvent.objects.filter(copy=OuterRef("pk")).order_by("-id").values("to_user")[:1]
    holds = Copy.objects.annotate(named=Subquery(last)).filter(named=F("owner"))
    return Copy.objects.exclude(pk__in=holds.values("pk"))


def transfer_accepted_and_cancelled() -> QuerySet[Any]:
    return Transfer.objects.filter(accepted_at__isnull=False, cancelled_at__isnull=False)


def copy_offered_twice() -> QuerySet[Any]:
    other = Transfer.objects.filter(open_copy=OuterRef("open_copy"), pk__lt=OuterRef("pk"))
    return Transfer.objects.filter(Exists(other))


OF_COPY, OF_GRANT, OF_CODE = "collectible__collection", "copy__collectible__collection", "distribution__collection"
INVARIANTS = (
    Invariant("oversold", oversold, "collection"),
    Invariant("minted differs from copies", minted_differs_from_copies, "collection"),
    Invariant("duplicate numbers", number_given_twice, OF_COPY),
    Invariant("numbers beyond the edition", number_beyond_the_edition, OF_COPY),
    Invariant("second grants", second_grant, OF_GRANT),
    Invariant("redemptions without a copy", grant_without_copy, OF_CODE),
    Invariant("copies without a grant", copy_without_grant, OF_COPY),
    Invariant("codes used too often", code_used_too_often, OF_CODE),
    Invariant("uses differ from grants", uses_differ_from_grants, OF_CODE),
    Invariant("campaigns beyond their limit", redeemed_beyond_the_limit, "collection"),
    Invariant("redeemed differs from grants", redeemed_differs_from_grants, "collection"),
    Invariant("rewards without a claim", reward_without_claim, "mission__collection"),
    Invariant("progress differs from what is owned", progress_differs_from_what_is_owned, "mission__collection"),
    Invariant("grants without a ledger line", grant_without_ledger_line, OF_GRANT),
    Invariant("transfers without a ledger line", transfer_without_ledger_line, OF_GRANT),
    Invariant("ledger with a gap", ledger_with_a_gap, OF_GRANT),
    Invariant("owner is not in the ledger", owner_is_not_in_the_ledger, OF_COPY),
    Invariant("transfers accepted and cancelled", transfer_accepted_and_cancelled, OF_GRANT),
    Invariant("copies offered twice", copy_offered_twice, OF_GRANT),
)
