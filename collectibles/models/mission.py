"""Missions, what counts for them, and how far everybody is."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Exists, F, OuterRef, Q

from catalog.models import Collection
from kloppocar.api.conditions import RightNow, constant
from kloppocar.api.localized import LocalizedField, resolve
from kloppocar.api.media import MediaField
from kloppocar.api.models import Row, VersionedRow, one_of
from kloppocar.api.permissions import may

from .collectible import Collectible
from .distribution import Distribution


class MissionKind(models.TextChoices):
    COLLECT_SET = "collect_set"
    COLLECT_COUNT = "collect_count"
    SIGN_UP = "sign_up"


class MissionState(models.TextChoices):
    IN_PROGRESS = "in_progress"
    CLAIMABLE = "claimable"
    CLAIMED = "claimed"


def is_open(now: datetime | RightNow) -> Q:
    return Q(active=True, starts_at__lte=now) & (Q(ends_at__isnull=True) | Q(ends_at__gt=now))


class MissionQuerySet(models.QuerySet["Mission"]):
    def visible_to(self, user: Any) -> "MissionQuerySet":
        """Active missions of active collections of active communities; staff see all."""
        return self if may(user, "view", self.model) else self.active()

    @constant
    def active(self) -> "MissionQuerySet":
        return self.filter(active=True, collection__active=True, collection__community__active=True)

    def open_at(self, now: datetime | RightNow) -> "MissionQuerySet":
        """Those whose reward can be claimed at `now`, by the rule of `Mission.is_open_at`."""
        return self.filter(is_open(now))

    def in_state(self, state: str, user: Any, now: datetime) -> "MissionQuerySet":
        """Those that stand so for `user`, by the rule of `Mission.state_at`; none for anonymous readers."""
        if not user.is_authenticated:
            return self.none()
        mine = MissionProgress.objects.filter(user=user, mission=OuterRef("pk"))
        is_claimed = Exists(mine.filter(claimed_at__isnull=False))
        is_claimable = ~is_claimed & is_open(now) & Exists(mine.filter(progress__gte=OuterRef("goal")))
        wanted = {MissionState.CLAIMED: is_claimed, MissionState.CLAIMABLE: is_claimable}
        return self.filter(wanted.get(MissionState(state), ~is_claimed & ~is_claimable))


class Mission(VersionedRow):
    """Own the right collectibles, then claim a reward once."""

    collection = models.ForeignKey(Collection, on_delete=models.PROTECT, related_name="missions")
    title = LocalizedField(max_length=120)
    description = LocalizedField(max_length=10_000, blank=True)
    reward_text = LocalizedField(max_length=500, blank=True)
    kind = models.CharField(max_length=14, choices=MissionKind)
    goal = models.PositiveIntegerField(validators=[MinValueValidator(1)])
    points = models.PositiveIntegerField(default=0, db_default=0)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True, blank=True, default=None)
    media = MediaField()
    active = models.BooleanField(default=True, db_default=True)
    reward = models.ForeignKey(
        Distribution, on_delete=models.PROTECT, null=True, blank=True, default=None, related_name="missions"
    )
    collectibles = models.ManyToManyField(Collectible, through="MissionCollectible", related_name="missions")
    counted_version = models.PositiveIntegerField(
        default=0,
        db_default=0,
        editable=False,
        help_text="The version for which everybody's progress was last counted.",
    )

    objects = MissionQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            one_of("kind", MissionKind, "mission_kind_is_known"),
            models.CheckConstraint(condition=Q(goal__gt=0), name="mission_goal_is_positive"),
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True) | Q(ends_at__gt=F("starts_at")), name="mission_ends_after_it_starts"
            ),
        ]
        indexes = [
            models.Index(fields=["active", "id"], name="mission_by_active"),
            models.Index(fields=["collection", "kind"], name="mission_by_collection_and_kind"),
            models.Index(fields=["kind"], name="mission_by_kind"),
            models.Index(fields=["starts_at", "id"], name="mission_by_starts_at"),
            models.Index(fields=["created_at", "id"], name="mission_by_created_at"),
        ]

    def __str__(self) -> str:
        return resolve(self.title, "en")

    def is_open_at(self, now: datetime) -> bool:
        """Whether its reward can be claimed at `now`."""
        return self.active and self.starts_at <= now and (self.ends_at is None or now < self.ends_at)

    def state_at(self, now: datetime, mine: "MissionProgress | None") -> MissionState:
        """Claimed for good once claimed; otherwise what somebody's progress says now."""
        if mine is not None and mine.claimed_at is not None:
            return MissionState.CLAIMED
        reached = mine is not None and mine.progress >= self.goal
        return MissionState.CLAIMABLE if reached and self.is_open_at(now) else MissionState.IN_PROGRESS


class MissionCollectible(Row):
    """A collectible that counts for a collect_set mission."""

    mission = models.ForeignKey(Mission, on_delete=models.CASCADE, related_name="entries")
    collectible = models.ForeignKey(Collectible, on_delete=models.PROTECT, related_name="mission_entries")

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["mission", "collectible"], name="mission_collectible_is_one_per_pair")
        ]

    def __str__(self) -> str:
        return f"mission entry {self.pk}"


class MissionProgress(VersionedRow):
    """How much of a mission's goal somebody owns now, capped at the goal; kept by triggers. No row means 0."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="mission_progress")
    mission = models.ForeignKey(Mission, on_delete=models.CASCADE, related_name="progress")
    progress = models.PositiveIntegerField(default=0, db_default=0)
    completed_at = models.DateTimeField(null=True, blank=True, default=None)
    claimed_at = models.DateTimeField(null=True, blank=True, default=None)

    class Meta:
        ordering = ["id"]
        verbose_name_plural = "mission progress"
        constraints = [models.UniqueConstraint(fields=["user", "mission"], name="mission_progress_is_one_per_person")]

    def __str__(self) -> str:
        return f"progress {self.pk}"
