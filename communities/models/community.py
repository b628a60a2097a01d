"""Communities, who belongs to them, and what moderators did."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from kloppocar.api.conditions import RightNow, constant
from kloppocar.api.localized import LocalizedField, resolve
from kloppocar.api.media import MediaField
from kloppocar.api.models import Row, VersionedRow, one_of
from kloppocar.api.permissions import may


class Role(models.TextChoices):
    MEMBER = "member"
    MODERATOR = "moderator"
    OWNER = "owner"


class CommunityQuerySet(models.QuerySet["Community"]):
    def visible_to(self, user: Any) -> "CommunityQuerySet":
        """Active ones; staff see all."""
        return self if may(user, "view", self.model) else self.active()

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
        indexes = [
            models.Index(fields=["active", "id"], name="community_by_active"),
            models.Index(fields=["created_at", "id"], name="community_by_created_at"),
        ]

    def __str__(self) -> str:
        return resolve(self.title, "en")


class MembershipQuerySet(models.QuerySet["Membership"]):
    def visible_to(self, user: Any) -> "MembershipQuerySet":
        """Memberships of the communities that one belongs to, unless one is banned there; staff see all."""
        if may(user, "view", Membership):
            return self
        if not user.is_authenticated:
            return self.none()
        mine = Membership.objects.in_force_at(timezone.now()).filter(user=user, community__active=True)
        return self.filter(community__in=mine.values("community"))

    def in_force_at(self, now: datetime | RightNow) -> "MembershipQuerySet":
        """Those of people who are not banned."""
        return self.filter(Q(banned_until__isnull=True) | Q(banned_until__lte=now))


class Membership(VersionedRow):
    """One person in one community. A ban keeps the row, so that nobody joins anew to be rid of it.

    That the last owner stays is a trigger's rule (`last_owner_stays__*`), while the community is active and they have
    an account.
    """

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
        indexes = [
            models.Index(fields=["community", "role"], name="membership_by_role"),
            models.Index(fields=["created_at", "id"], name="membership_by_created_at"),
        ]

    def __str__(self) -> str:
        return f"membership {self.pk}"

    def is_banned_at(self, now: datetime) -> bool:
        return self.banned_until is not None and self.banned_until > now


class ModerationAction(models.TextChoices):
    BANNED = "banned"
    UNBANNED = "unbanned"
    ROLE_CHANGED = "role_changed"
    REMOVED = "removed"


class ModerationEntryQuerySet(models.QuerySet["ModerationEntry"]):
    def visible_to(self, user: Any) -> "ModerationEntryQuerySet":
        """What was done in the communities that one rules; staff see all."""
        if may(user, "view", ModerationEntry):
            return self
        ruled = Membership.objects.in_force_at(timezone.now()).filter(
            user=user.pk, role__in=[Role.OWNER, Role.MODERATOR]
        )
        return self.filter(community__in=ruled.values("community"))


class ModerationEntry(Row):
    """A line of the moderation log: who did what to whom, why, and until when. Written by the services only."""

    community = models.ForeignKey(Community, on_delete=models.CASCADE, related_name="moderation")
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    subject = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    action = models.CharField(max_length=12, choices=ModerationAction)
    role = models.CharField(max_length=10, choices=Role, null=True, default=None)
    reason = models.CharField(max_length=500, blank=True, default="", db_default="")
    until = models.DateTimeField(null=True, default=None)

    objects = ModerationEntryQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name_plural = "moderation entries"
        constraints = [one_of("action", ModerationAction, "moderation_entry_action_is_known")]

    def __str__(self) -> str:
        return f"{self.action} {self.subject_id}"
