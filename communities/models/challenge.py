"""What communities reach together, and who added what."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Count, F, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce

from kloppocar.api.conditions import RightNow, constant
from kloppocar.api.localized import LocalizedField, resolve
from kloppocar.api.media import MediaField
from kloppocar.api.models import Row, VersionedRow
from kloppocar.api.permissions import may

from .community import Community

TALLY_SHARDS = 16


class ChallengeState(models.TextChoices):
    IN_PROGRESS = "in_progress"
    CLAIMABLE = "claimable"
    CLAIMED = "claimed"


class ChallengeQuerySet(models.QuerySet["Challenge"]):
    def visible_to(self, user: Any) -> "ChallengeQuerySet":
        """Those of active communities; staff see all."""
        return self if may(user, "view", self.model) else self.of_active_communities()

    @constant
    def of_active_communities(self) -> "ChallengeQuerySet":
        return self.filter(community__active=True)

    def running_at(self, now: datetime | RightNow) -> "ChallengeQuerySet":
        return self.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=now), starts_at__lte=now)

    def with_progress(self) -> "ChallengeQuerySet":
        """`total` is the sum of a challenge's tally."""
        shards = ChallengeTally.objects.filter(challenge=OuterRef("pk")).order_by().values("challenge")
        return self.annotate(total=Coalesce(Subquery(shards.annotate(sum=Sum("count")).values("sum")), 0))


class Challenge(VersionedRow):
    """Something a community reaches together: copies minted to members between start and end."""

    community = models.ForeignKey(Community, on_delete=models.CASCADE, related_name="challenges")
    title = LocalizedField(max_length=120)
    description = LocalizedField(max_length=10_000, blank=True)
    goal = models.PositiveIntegerField(validators=[MinValueValidator(1)])
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True, blank=True, default=None)
    media = MediaField()
    reward = models.ForeignKey(
        "collectibles.Distribution", on_delete=models.PROTECT, null=True, blank=True, default=None, related_name="+"
    )

    objects = ChallengeQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_at", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(goal__gt=0), name="challenge_goal_is_positive"),
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True) | Q(ends_at__gt=F("starts_at")),
                name="challenge_ends_after_it_starts",
            ),
        ]
        indexes = [
            models.Index(fields=["starts_at", "id"], name="challenge_by_starts_at"),
            models.Index(fields=["created_at", "id"], name="challenge_by_created_at"),
        ]

    def __str__(self) -> str:
        return resolve(self.title, "en")

    @property
    def progress(self) -> int:
        """Copies counted so far, by everybody; read with the row by `with_progress`."""
        if (total := vars(self).get("total")) is None:
            total = self.tallies.aggregate(total=Sum("count"))["total"]
        return total or 0

    def state_for(self, mine: "ChallengeContribution | None") -> ChallengeState:
        """How somebody's claim stands: a reached goal can be claimed by whoever added to it, and once."""
        if mine is not None and mine.claimed_at is not None:
            return ChallengeState.CLAIMED
        reached = mine is not None and mine.count > 0 and self.progress >= self.goal
        return ChallengeState.CLAIMABLE if reached else ChallengeState.IN_PROGRESS


class ChallengeContributionQuerySet(models.QuerySet["ChallengeContribution"]):
    def top_list(self, challenge: Challenge, user: Any) -> "ChallengeContributionQuerySet":
        """One challenge's contributions, the largest first, along their index.

        With each row `my_count` and `my_place` of `user`: read once for all rows, wherever their own row is.
        """
        rows = self.filter(challenge=challenge.pk)
        mine = Subquery(rows.filter(user=user.pk).values("count")[:1])
        above = rows.filter(count__gt=mine).order_by().values("challenge").annotate(n=Count("pk")).values("n")
        return rows.annotate(my_count=mine, my_place=1 + Coalesce(Subquery(above), 0)).order_by("-count", "-id")

    def number_before(self, row: "ChallengeContribution") -> tuple[int, int]:
        """How many rows of its top list have a larger count than `row`, and how many stand before it."""
        larger = Q(count__gt=row.count)
        before = larger | Q(count=row.count, pk__gt=row.pk)
        rows = self.filter(challenge=row.challenge_id, count__gte=row.count)
        found = rows.aggregate(larger=Count("pk", filter=larger), before=Count("pk", filter=before))
        return found["larger"], found["before"]


class ChallengeContribution(Row):
    """What one person has added to a challenge; `count` is kept by the database."""

    challenge = models.ForeignKey(Challenge, on_delete=models.CASCADE, related_name="contributions")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="contributions")
    count = models.PositiveIntegerField(default=0, db_default=0)
    claimed_at = models.DateTimeField(null=True, blank=True, default=None)

    objects = ChallengeContributionQuerySet.as_manager()

    class Meta:
        ordering = ["challenge", "-count", "id"]
        constraints = [
            models.UniqueConstraint(fields=["challenge", "user"], name="challenge_contribution_is_one_per_person")
        ]
        indexes = [models.Index(fields=["challenge", "count", "id"], name="contribution_by_count")]

    def __str__(self) -> str:
        return f"contribution {self.pk}"


class ChallengeTally(models.Model):
    """A challenge's progress, spread over shards so that no row is hot; kept by the database."""

    challenge = models.ForeignKey(Challenge, on_delete=models.CASCADE, related_name="tallies")
    shard = models.PositiveSmallIntegerField()
    count = models.PositiveIntegerField(default=0, db_default=0)

    class Meta:
        ordering = ["id"]
        verbose_name_plural = "challenge tallies"
        constraints = [
            models.UniqueConstraint(fields=["challenge", "shard"], name="challenge_tally_is_one_per_shard"),
            models.CheckConstraint(condition=Q(shard__lt=TALLY_SHARDS), name="challenge_tally_shard_is_known"),
        ]

    def __str__(self) -> str:
        return f"tally {self.pk}"
