"""Communities, and who belongs to them."""

from typing import Any

from django.conf import settings
from django.db import models

from kloppocar.api.conditions import constant
from kloppocar.api.localized import LocalizedField, resolve
from kloppocar.api.media import MediaField
from kloppocar.api.models import VersionedRow, one_of
from kloppocar.api.permissions import is_staff


class Role(models.TextChoices):
    MEMBER = "member"
    MODERATOR = "moderator"
    OWNER = "owner"


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
