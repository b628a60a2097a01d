"""Campaigns, their pools and codes, and the grants they led to."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.validators import MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q

from catalog.models import Collection, Project
from kloppocar.api.localized import LocalizedField, resolve
from kloppocar.api.models import ExactCharField, Row, VersionedRow, one_of
from kloppocar.api.permissions import may

from .collectible import Collectible
from .copy import Copy


class DistributionKind(models.TextChoices):
    VOUCHER = "voucher"
    COUPON = "coupon"
    DEAL = "deal"
    SCAN = "scan"
    REWARD = "reward"
    STARTER = "starter"


class Draw(models.TextChoices):
    RANDOM_FROM_COLLECTION = "random-from-collection"
    FROM_POOL = "from-pool"


class CampaignState(models.TextChoices):
    OFF = "off"
    UPCOMING = "upcoming"
    OPEN = "open"
    OVER = "over"


class GrantSource(models.TextChoices):
    CODE = "code"
    MISSION = "mission"
    CHALLENGE = "challenge"
    STARTER = "starter"
    IMPORT = "import"


class StaffOnlyQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> "StaffOnlyQuerySet":
        """Staff whose role says so see all; nobody else knows that these exist."""
        return self if may(user, "view", self.model) else self.none()


class DistributionQuerySet(StaffOnlyQuerySet):
    def open_at(self, now: datetime) -> "DistributionQuerySet":
        """Active campaigns inside their window."""
        return self.filter(active=True, starts_at__lte=now, ends_at__gt=now)


class Distribution(VersionedRow):
    """A campaign: who may draw what, when, and how often."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="distributions")
    collection = models.ForeignKey(
        Collection, on_delete=models.PROTECT, null=True, blank=True, default=None, related_name="distributions"
    )
    name = LocalizedField(max_length=120)
    description = LocalizedField(max_length=10_000, blank=True)
    kind = models.CharField(max_length=8, choices=DistributionKind)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    limit = models.PositiveIntegerField(null=True, blank=True, default=None, help_text="Empty: unlimited.")
    redeemed = models.PositiveIntegerField(default=0, db_default=0, editable=False)
    new_users_only = models.BooleanField(default=False, db_default=False)
    draw = models.CharField(max_length=24, choices=Draw)
    once_per_collectible = models.BooleanField(default=False, db_default=False)
    active = models.BooleanField(default=True, db_default=True)
    collectibles = models.ManyToManyField(Collectible, through="DistributionCollectible", related_name="distributions")

    objects = DistributionQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_at", "-id"]
        constraints = [
            one_of("kind", DistributionKind, "distribution_kind_is_known"),
            one_of("draw", Draw, "distribution_draw_is_known"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="distribution_ends_after_it_starts"),
            models.CheckConstraint(
                condition=Q(limit__isnull=True) | Q(redeemed__lte=F("limit")),
                name="distribution_redeemed_is_within_limit",
            ),
            models.CheckConstraint(
                condition=~Q(draw=Draw.RANDOM_FROM_COLLECTION) | Q(collection__isnull=False),
                name="distribution_draws_from_a_collection",
            ),
        ]
        indexes = [
            models.Index(fields=["starts_at", "id"], name="distribution_by_starts_at"),
            models.Index(fields=["kind", "active", "starts_at"], name="distribution_by_kind"),
            models.Index(fields=["ends_at", "id"], name="distribution_by_ends_at"),
            models.Index(fields=["redeemed", "id"], name="distribution_by_redeemed"),
        ]

    def __str__(self) -> str:
        return resolve(self.name, "en")

    def state_at(self, now: datetime) -> "CampaignState":
        if not self.active:
            return CampaignState.OFF
        if now < self.starts_at:
            return CampaignState.UPCOMING
        return CampaignState.OPEN if now < self.ends_at else CampaignState.OVER


class DistributionCollectible(VersionedRow):
    """One collectible of a campaign's pool, drawn with probability proportional to `weight`."""

    distribution = models.ForeignKey(Distribution, on_delete=models.CASCADE, related_name="pool")
    collectible = models.ForeignKey(Collectible, on_delete=models.PROTECT, related_name="pools")
    weight = models.PositiveIntegerField(default=1, db_default=1, validators=[MinValueValidator(1)])

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["distribution", "collectible"], name="distribution_collectible_is_one_per_pair"
            ),
            models.CheckConstraint(condition=Q(weight__gt=0), name="distribution_collectible_weight_is_positive"),
        ]

    def __str__(self) -> str:
        return f"pool entry {self.pk}"


class CodeBatch(Row):
    """Codes that were made in one go. A retry with the same `idempotency_key` finds the batch of the first try."""

    distribution = models.ForeignKey(Distribution, on_delete=models.CASCADE, related_name="batches")
    count = models.PositiveIntegerField(validators=[MinValueValidator(1)])
    max_uses = models.PositiveIntegerField(null=True, default=1)
    note = models.CharField(max_length=100, blank=True, default="", db_default="")
    idempotency_key = ExactCharField(max_length=128, null=True, default=None)

    objects = StaffOnlyQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name_plural = "code batches"
        constraints = [
            models.UniqueConstraint(
                fields=["distribution", "idempotency_key"], name="code_batch_is_one_per_idempotency_key"
            ),
            models.CheckConstraint(condition=Q(count__gt=0), name="code_batch_is_not_empty"),
        ]

    def __str__(self) -> str:
        return f"batch {self.pk}"


class DistributionCode(VersionedRow):
    """A code of a campaign, stored normalised (see collectibles/codes.py)."""

    distribution = models.ForeignKey(Distribution, on_delete=models.CASCADE, related_name="codes")
    batch = models.ForeignKey(
        CodeBatch, on_delete=models.CASCADE, null=True, blank=True, default=None, editable=False, related_name="codes"
    )
    code = ExactCharField(max_length=64, unique=True, validators=[RegexValidator(r"\A[0-9A-Z_.-]{1,64}\Z")])
    max_uses = models.PositiveIntegerField(null=True, blank=True, default=1, help_text="Empty: unlimited.")
    uses = models.PositiveIntegerField(default=0, db_default=0, editable=False)
    revoked_at = models.DateTimeField(null=True, blank=True, default=None)

    objects = StaffOnlyQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(max_uses__isnull=True) | Q(uses__lte=F("max_uses")),
                name="distribution_code_uses_are_bounded",
            )
        ]
        indexes = [
            models.Index(fields=["created_at", "id"], name="code_by_created_at"),
            models.Index(fields=["uses", "id"], name="code_by_uses"),
        ]

    def __str__(self) -> str:
        return f"code {self.pk}"


class GrantQuerySet(models.QuerySet["Grant"]):
    def visible_to(self, user: Any) -> "GrantQuerySet":
        """One's own grants; staff see all."""
        if may(user, "view", Grant):
            return self
        return self.filter(user=user) if user.is_authenticated else self.none()

    def redemptions(self) -> "GrantQuerySet":
        """Those that began with a code."""
        return self.filter(source=GrantSource.CODE)


class Grant(Row):
    """Why somebody got a copy: every copy was minted by exactly one grant."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="grants")
    distribution = models.ForeignKey(Distribution, on_delete=models.PROTECT, related_name="grants")
    copy = models.OneToOneField(Copy, on_delete=models.PROTECT, related_name="grant")
    source = models.CharField(max_length=10, choices=GrantSource)
    code = models.ForeignKey(
        DistributionCode, on_delete=models.PROTECT, null=True, blank=True, default=None, related_name="grants"
    )
    mission = models.ForeignKey(
        "Mission", on_delete=models.PROTECT, null=True, blank=True, default=None, related_name="grants"
    )
    challenge = models.ForeignKey(
        "communities.Challenge", on_delete=models.PROTECT, null=True, blank=True, default=None, related_name="grants"
    )
    idempotency_key = ExactCharField(max_length=128, null=True, blank=True, default=None)

    objects = GrantQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            one_of("source", GrantSource, "grant_source_is_known"),
            models.UniqueConstraint(fields=["user", "code"], name="grant_is_one_per_code"),
            models.UniqueConstraint(fields=["user", "mission"], name="grant_is_one_per_mission"),
            models.UniqueConstraint(fields=["user", "challenge"], name="grant_is_one_per_challenge"),
            models.UniqueConstraint(fields=["user", "idempotency_key"], name="grant_is_one_per_idempotency_key"),
        ]
        indexes = [
            models.Index(fields=["user", "source", "id"], name="grant_by_user"),
            models.Index(fields=["distribution", "created_at", "user"], name="grant_by_distribution"),
        ]

    def __str__(self) -> str:
        return f"grant {self.pk}"
