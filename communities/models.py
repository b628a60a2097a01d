"""Who belongs together: communities, their members, challenges and news."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models

from kloppocar.api.conditions import RightNow, constant
from kloppocar.api.localized import LocalizedField, resolve
from kloppocar.api.media import MediaField
from kloppocar.api.models import Row, VersionedRow, one_of
from kloppocar.api.permissions import is_staff

TALLY_SHARDS = 16


class Role(models.TextChoices):
    MEMBER = "member"
    MODERATOR = "moderator"
    OWNER = "owner"


class NewsKind(models.TextChoices):
    NEWS = "news"
    EVENT = "event"
    ANNOUNCEMENT = "announcement"


class CommunityQuerySet(models.QuerySet["Community"]):
    def visible_to(self, user: Any) -> "CommunityQuerySet":
        """Active ones; staff see all."""
        return self if is_staff(user) else self.active()

    @constant
    def active(self) -> "CommunityQuerySet":
        return self.filter(active=True)


class Community(VersionedRow):
    """A group of people around something they love."""

    title = LocalizedField(max_length=120)
    description = LocalizedField(max_length=10_000, blank=True)
    media = MediaField()
    active = models.BooleanField(default=True, db_default=True)

    objects = CommunityQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        verbose_name_plural = "communities"
        indexes = [models.Index(fields=["active", "id"], name="community_by_active")]

    def __str__(self) -> str:
        return resolve(self.title, "en")


class MembershipQuerySet(models.QuerySet["Membership"]):
    def visible_to(self, user: Any) -> "MembershipQuerySet":
        """Memberships of the communities that one belongs to; staff see all."""
        if is_staff(user):
            return self
        if not user.is_authenticated:
            return self.none()
        mine = Membership.objects.filter(user=user, community__active=True)
        return self.filter(community__in=mine.values("community"))


class Membership(VersionedRow):
    """One person in one community."""

    community = models.ForeignKey(Community, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role, default=Role.MEMBER, db_default=Role.MEMBER)
    banned_until = models.DateTimeField(null=True, blank=True, default=None)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["community", "user"], name="membership_is_one_per_person"),
            one_of("role", Role, "membership_role_is_known"),
        ]

    def __str__(self) -> str:
        return f"membership {self.pk}"


class ChallengeQuerySet(models.QuerySet["Challenge"]):
    def visible_to(self, user: Any) -> "ChallengeQuerySet":
        """Those of active communities; staff see all."""
        return self if is_staff(user) else self.of_active_communities()

    @constant
    def of_active_communities(self) -> "ChallengeQuerySet":
        return self.filter(community__active=True)


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
            models.CheckConstraint(condition=models.Q(goal__gt=0), name="challenge_goal_is_positive"),
            models.CheckConstraint(
                condition=models.Q(ends_at__isnull=True) | models.Q(ends_at__gt=models.F("starts_at")),
                name="challenge_ends_after_it_starts",
            ),
        ]
        indexes = [models.Index(fields=["starts_at", "id"], name="challenge_by_starts_at")]

    def __str__(self) -> str:
        return resolve(self.title, "en")


class ChallengeContribution(Row):
    """What one person has added to a challenge; `count` is kept by the database."""

    challenge = models.ForeignKey(Challenge, on_delete=models.CASCADE, related_name="contributions")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="contributions")
    count = models.PositiveIntegerField(default=0, db_default=0)
    claimed_at = models.DateTimeField(null=True, blank=True, default=None)

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
            models.CheckConstraint(condition=models.Q(shard__lt=TALLY_SHARDS), name="challenge_tally_shard_is_known"),
        ]

    def __str__(self) -> str:
        return f"tally {self.pk}"


class NewsPostQuerySet(models.QuerySet["NewsPost"]):
    @constant
    def published_at(self, now: datetime | RightNow) -> "NewsPostQuerySet":
        """Active posts, of active communities or for everyone, whose time has come."""
        audience = models.Q(community__isnull=True) | models.Q(community__active=True)
        return self.filter(audience, active=True, posted_at__lte=now)

    def visible_to(self, user: Any, now: datetime | RightNow) -> "NewsPostQuerySet":
        """What is published; staff see drafts and the future too."""
        return self if is_staff(user) else self.published_at(now)


class NewsPost(VersionedRow):
    """A piece of news, for one community or for everyone."""

    community = models.ForeignKey(
        Community, on_delete=models.CASCADE, null=True, blank=True, default=None, related_name="news"
    )
    kind = models.CharField(max_length=12, choices=NewsKind, default=NewsKind.NEWS, db_default=NewsKind.NEWS)
    header = LocalizedField(max_length=120)
    short_body = LocalizedField(max_length=500, blank=True)
    body = LocalizedField(max_length=50_000, blank=True)
    posted_at = models.DateTimeField()
    media = MediaField()
    active = models.BooleanField(default=True, db_default=True)

    objects = NewsPostQuerySet.as_manager()

    class Meta:
        ordering = ["-posted_at", "-id"]
        constraints = [one_of("kind", NewsKind, "news_post_kind_is_known")]
        indexes = [
            models.Index(fields=["posted_at", "id"], name="news_post_by_posted_at"),
            models.Index(fields=["active", "posted_at", "id"], name="news_post_by_active"),
        ]

    def __str__(self) -> str:
        return resolve(self.header, "en")
