"""What can be won: collectibles, their editions, and the order of their numbers."""

from datetime import datetime
from typing import Any

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q

from catalog.models import Category, Collection, Sponsor
from kloppocar.api.conditions import RightNow, constant
from kloppocar.api.localized import LocalizedField, resolve
from kloppocar.api.media import MediaField
from kloppocar.api.models import JSONField, Row, VersionedRow, one_of
from kloppocar.api.permissions import may


class CollectibleStatus(models.TextChoices):
    DRAFT = "draft"
    AVAILABLE = "available"
    SOLD_OUT = "sold_out"
    RETIRED = "retired"


IN_STOCK = Q(circulation__isnull=True) | Q(minted__lt=F("circulation"))
AVAILABLE = IN_STOCK & Q(status=CollectibleStatus.AVAILABLE)


class CollectibleQuerySet(models.QuerySet["Collectible"]):
    @constant
    def published_at(self, now: datetime | RightNow) -> "CollectibleQuerySet":
        """No drafts, in active collections, whose time has come."""
        return self.filter(
            ~Q(status=CollectibleStatus.DRAFT),
            published_at__lte=now,
            collection__active=True,
            collection__community__active=True,
        )

    def visible_to(self, user: Any, now: datetime | RightNow) -> "CollectibleQuerySet":
        """What is published; staff see all."""
        return self if may(user, "view", self.model) else self.published_at(now)


class Collectible(VersionedRow):
    """The template of numbered copies. `minted` counts the numbers handed out and is raised by granting only."""

    collection = models.ForeignKey(Collection, on_delete=models.PROTECT, related_name="collectibles")
    category = models.ForeignKey(Category, on_delete=models.PROTECT, related_name="collectibles")
    label = LocalizedField(max_length=60, blank=True)
    name = LocalizedField(max_length=120)
    description = LocalizedField(max_length=10_000, blank=True)
    media = MediaField()
    circulation = models.PositiveIntegerField(
        null=True, blank=True, default=None, validators=[MinValueValidator(1)], help_text="Empty: unlimited."
    )
    minted = models.PositiveIntegerField(default=0, db_default=0, editable=False)
    status = models.CharField(
        max_length=10, choices=CollectibleStatus, default=CollectibleStatus.DRAFT, db_default=CollectibleStatus.DRAFT
    )
    published_at = models.DateTimeField(null=True, blank=True, default=None)
    price = JSONField(null=True, blank=True, default=None)
    points = models.PositiveIntegerField(default=0, db_default=0)
    sponsors = models.ManyToManyField(Sponsor, through="CollectibleSponsor", related_name="collectibles")

    objects = CollectibleQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            one_of("status", CollectibleStatus, "collectible_status_is_known"),
            models.CheckConstraint(
                condition=Q(circulation__isnull=True) | Q(minted__lte=F("circulation")),
                name="collectible_minted_is_within_circulation",
            ),
            models.CheckConstraint(
                condition=Q(circulation__isnull=True) | Q(circulation__gt=0), name="collectible_circulation_is_positive"
            ),
        ]
        indexes = [
            models.Index(fields=["collection", "status", "id"], name="collectible_by_collection"),
            models.Index(fields=["published_at", "id"], name="collectible_by_published_at"),
            models.Index(fields=["minted", "id"], name="collectible_by_minted"),
            models.Index(fields=["created_at", "id"], name="collectible_by_created_at"),
        ]

    def __str__(self) -> str:
        return resolve(self.name, "en")


class CollectibleSponsorQuerySet(models.QuerySet["CollectibleSponsor"]):
    def visible_to(self, user: Any) -> "CollectibleSponsorQuerySet":
        """Words of active sponsors; staff see all."""
        return self if may(user, "view", self.model) else self.of_active_sponsors()

    @constant
    def of_active_sponsors(self) -> "CollectibleSponsorQuerySet":
        return self.filter(sponsor__active=True)


class CollectibleSponsor(VersionedRow):
    """A sponsor's word on one collectible."""

    collectible = models.ForeignKey(Collectible, on_delete=models.CASCADE, related_name="sponsorships")
    sponsor = models.ForeignKey(Sponsor, on_delete=models.CASCADE, related_name="sponsorships")
    message = LocalizedField(max_length=1_000, blank=True)

    objects = CollectibleSponsorQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["collectible", "sponsor"], name="collectible_sponsor_is_one_per_pair")
        ]

    def __str__(self) -> str:
        return f"sponsorship {self.pk}"


class EditionSegment(Row):
    """One growth of an edition: numbers `first..last`, handed out in the order that `key` shuffles them into.

    `last` is empty for an unlimited edition, which counts up. Segments of a collectible touch and never overlap.
    """

    collectible = models.ForeignKey(Collectible, on_delete=models.CASCADE, related_name="segments")
    first = models.PositiveIntegerField()
    last = models.PositiveIntegerField(null=True, blank=True, default=None)
    key = models.PositiveBigIntegerField()

    class Meta:
        ordering = ["collectible", "first"]
        constraints = [
            models.UniqueConstraint(fields=["collectible", "first"], name="edition_segment_starts_once"),
            models.CheckConstraint(
                condition=Q(last__isnull=True) | Q(last__gte=F("first")), name="edition_segment_is_not_empty"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first}-{self.last or ''}"


class ReservedNumber(Row):
    """A number that was not drawn but given (imported): turn `turn` of the running count was spent on it."""

    collectible = models.ForeignKey(Collectible, on_delete=models.CASCADE, related_name="reserved_numbers")
    mint = models.PositiveIntegerField()
    turn = models.PositiveIntegerField()

    class Meta:
        ordering = ["collectible", "mint"]
        constraints = [
            models.UniqueConstraint(fields=["collectible", "mint"], name="reserved_number_is_given_once"),
            models.UniqueConstraint(fields=["collectible", "turn"], name="reserved_number_spends_one_turn"),
        ]

    def __str__(self) -> str:
        return f"number {self.mint}"
