"""The statements on a redemption's way, compiled once. In their order, and why none can be left out:

 1. `LOCK`        the person's row: of two scans at once by one person, one waits
 2. `CODE`        the code, its campaign, and what this person got for it, or with this key, before
 3. `POOL` or `COLLECTION`  what can be drawn, and which of it the person had
 4. `USE`         one use of the code: the database says whether one was left
 5. `TURN`        the next turn of the drawn edition: the database says whether one was left
 6. `SEGMENT`     what number that turn has, and the collectible, for the answer
 7. `COPY`        the copy; triggers move missions and challenges
 8. `GRANT`       why it was given; a trigger writes the ledger
 9. `POINTS`      for the first copy of a collectible, if it has points
10. `REDEEMED`    the campaign's counter: the database says whether its limit had room; the hottest row comes last
11. `MISSIONS`    after the commit: how the person's missions stand now

With the look-up of the token's person that is twelve, and BEGIN and COMMIT around the ten.
"""

from typing import Any

from django.db.models import Exists, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Value

from collectibles.models import (
    AVAILABLE,
    Collectible,
    Copy,
    Distribution,
    DistributionCode,
    DistributionCollectible,
    EditionSegment,
    Grant,
    MissionCollectible,
    MissionKind,
    MissionProgress,
    ReservedNumber,
)
from kloppocar.api.prepared import Insert, Rows, Slot, Update
from users.models import User

NOW = Slot("now")
ACCOUNT = ["id", "score", "language", "status", "is_active"]
COUNTED: dict[str, Any] = {"version": F("version") + 1, "updated_at": NOW}


def code_with_what_it_gave() -> QuerySet[DistributionCode]:
    """`earlier` and `keyed` are this person's grants for the code and with the key; no key finds none."""
    mine = Grant.objects.filter(user=Slot("user"))
    codes = DistributionCode.objects.select_related("distribution").annotate(
        earlier=Subquery(mine.filter(code=OuterRef("pk")).values("pk")),
        keyed=Subquery(mine.filter(idempotency_key=Slot("key")).values("pk")),
        is_new_here=~Exists(mine),
    )
    return codes.defer("distribution__name", "distribution__description").filter(code=Slot("code"))


def had(collectible: str) -> Q:
    """Whether the person has, or was ever given, a copy of it."""
    owned = Copy.objects.filter(owner=Slot("user"), collectible=OuterRef(collectible))
    given = Grant.objects.filter(user=Slot("user")).values("copy__collectible")
    return Q(Exists(owned)) | Q(**{f"{collectible}__in": given})


def in_pool() -> QuerySet[Any, Any]:
    of_available = Q(collectible__in=Collectible.objects.filter(AVAILABLE))
    entries = DistributionCollectible.objects.filter(of_available, distribution=Slot("distribution"))
    return entries.order_by().values_list("collectible_id", "weight")


def in_collection() -> QuerySet[Any, Any]:
    available = Collectible.objects.filter(AVAILABLE, collection=Slot("collection"))
    return available.order_by().values_list("id", Value(1))


def segment_of_turn() -> QuerySet[EditionSegment]:
    reserved = Exists(ReservedNumber.objects.filter(collectible=OuterRef("collectible")))
    segments = EditionSegment.objects.select_related("collectible").annotate(has_reserved=reserved)
    mine = segments.filter(collectible=Slot("collectible"), first__lte=F("collectible__minted"))
    return mine.order_by("-first")[:1]


def first_of_a_collectible() -> QuerySet[User]:
    before = Grant.objects.filter(user=Slot("user"), copy__collectible=Slot("collectible")).exclude(pk=Slot("grant"))
    return User.objects.filter(~Exists(before), pk=Slot("user"))


def moved_by_a_collectible() -> QuerySet[MissionProgress]:
    listed = MissionCollectible.objects.filter(mission=OuterRef("mission"), collectible=Slot("collectible"))
    counts = Q(mission=Slot("claimed"))
    counts |= Q(Exists(listed), mission__kind=MissionKind.COLLECT_SET)
    counts |= Q(mission__kind=MissionKind.COLLECT_COUNT, mission__collection=Slot("collection"))
    mine = MissionProgress.objects.filter(counts, user=Slot("user"), mission__active=True).select_related("mission")
    texts = [f"mission__{name}" for name in ("title", "description", "reward_text", "media")]
    return mine.defer(*texts).order_by("mission_id")


LOCK = Rows(lambda: User.objects.select_for_update().only(*ACCOUNT).filter(pk=Slot("user")))
CODE = Rows(code_with_what_it_gave)
POOL = Rows(in_pool)
POOL_ONCE = Rows(lambda: in_pool().annotate(had=had("collectible_id")))
COLLECTION = Rows(in_collection)
COLLECTION_ONCE = Rows(lambda: in_collection().annotate(had=had("id")))
USE = Update(
    lambda: DistributionCode.objects.filter(
        Q(max_uses__isnull=True) | Q(uses__lt=F("max_uses")), pk=Slot("code"), revoked_at__isnull=True
    ),
    uses=F("uses") + 1,
    **COUNTED,
)
TURN = Update(lambda: Collectible.objects.filter(AVAILABLE, pk=Slot("collectible")), minted=F("minted") + 1, **COUNTED)
SEGMENT = Rows(segment_of_turn)
COPY = Insert(Copy, "collectible", "mint", "owner", "acquired_at")
GRANT = Insert(Grant, "user", "distribution", "copy", "source", "code", "mission", "challenge", "idempotency_key")
POINTS = Update(first_of_a_collectible, score=F("score") + Slot("points", IntegerField()), version=F("version") + 1)
REDEEMED = Update(
    lambda: Distribution.objects.filter(Q(limit__isnull=True) | Q(redeemed__lt=F("limit")), pk=Slot("distribution")),
    redeemed=F("redeemed") + 1,
    **COUNTED,
)
MISSIONS = Rows(moved_by_a_collectible)
