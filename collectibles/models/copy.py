"""Numbered copies and the ledger of where they went."""

from typing import Any

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q, Window
from django.db.models.functions import Now, RowNumber
from django.utils import timezone

from kloppocar.api.conditions import RIGHT_NOW, Given, constant
from kloppocar.api.models import VersionedRow, one_of

from .collectible import Collectible


class CopyEventKind(models.TextChoices):
    MINTED = "minted"
    TRANSFERRED = "transferred"


class CopyQuerySet(models.QuerySet["Copy"]):
    def visible_to(self, user: Any) -> "CopyQuerySet":
        """The caller's own copies; anybody's public part has lists of its own."""
        return self.owned_by(Given(user.pk)) if user.is_authenticated else self.none()

    @constant
    def owned_by(self, owner: Given) -> "CopyQuerySet":
        return self.filter(owner=owner)

    def shown_of(self, owner: Any) -> "CopyQuerySet":
        """What everybody may see of what one person owns: copies of what is published."""
        return self.filter(owner=owner, collectible__in=Collectible.objects.published_at(RIGHT_NOW))

    def known_to(self, user: Any) -> "CopyQuerySet":
        """Those of which everybody may know who owns them, and one's own."""
        published = Q(collectible__in=Collectible.objects.visible_to(user, RIGHT_NOW))
        return self.filter(published | Q(owner=user)) if user.is_authenticated else self.filter(published)

    def first_of_each(self, limit: int = 10) -> "CopyQuerySet":
        """Of each collectible the copies of lowest number."""
        place = Window(RowNumber(), partition_by="collectible_id", order_by="mint")
        return self.alias(place=place).filter(place__lte=limit).order_by("collectible_id", "mint")


class Copy(VersionedRow):
    """Number `mint` of a collectible. It changes hands only by a transfer and is never deleted."""

    collectible = models.ForeignKey(Collectible, on_delete=models.PROTECT, related_name="copies")
    mint = models.PositiveIntegerField(validators=[MinValueValidator(1)])
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="copies")
    favorite = models.BooleanField(default=False, db_default=False)
    acquired_at = models.DateTimeField(default=timezone.now, db_default=Now())

    objects = CopyQuerySet.as_manager()

    class Meta:
        ordering = ["-acquired_at", "-id"]
        verbose_name_plural = "copies"
        constraints = [
            models.UniqueConstraint(fields=["collectible", "mint"], name="copy_number_is_unique"),
            models.CheckConstraint(condition=Q(mint__gt=0), name="copy_number_is_positive"),
        ]
        indexes = [
            models.Index(fields=["owner", "acquired_at", "id"], name="copy_by_owner"),
            models.Index(fields=["owner", "collectible", "mint"], name="copy_by_owner_and_collectible"),
            models.Index(fields=["collectible", "acquired_at", "id"], name="copy_by_collectible"),
        ]

    def __str__(self) -> str:
        return f"copy {self.pk} (number {self.mint})"


class CopyEvent(models.Model):
    """A line of the ledger. Triggers write it and refuse to change or delete it."""

    copy = models.ForeignKey(Copy, on_delete=models.PROTECT, related_name="events")
    kind = models.CharField(max_length=12, choices=CopyEventKind)
    from_user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, default=None, related_name="+"
    )
    to_user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now, db_default=Now())
    grant = models.OneToOneField("Grant", on_delete=models.PROTECT, null=True, default=None, related_name="event")
    transfer = models.OneToOneField("Transfer", on_delete=models.PROTECT, null=True, default=None, related_name="event")

    class Meta:
        ordering = ["copy", "id"]
        constraints = [
            one_of("kind", CopyEventKind, "copy_event_kind_is_known"),
            models.CheckConstraint(
                condition=Q(kind="minted", from_user__isnull=True) | Q(kind="transferred", from_user__isnull=False),
                name="copy_event_has_a_giver_when_transferred",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} copy {self.copy_id}"
