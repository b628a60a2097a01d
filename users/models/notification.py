"""Messages to everyone or to selected people, and what each person did with theirs."""

from datetime import datetime
from typing import Any

from django.db import models

from kloppocar.api.localized import LocalizedField, resolve
from kloppocar.api.media import MediaField
from kloppocar.api.models import VersionedRow, one_of
from kloppocar.api.permissions import may

from .user import User


class Audience(models.TextChoices):
    EVERYONE = "everyone"
    SELECTED = "selected"


class NotificationQuerySet(models.QuerySet["Notification"]):
    def visible_to(self, user: Any) -> "NotificationQuerySet":
        """Staff compose them; everybody else reads theirs in the inbox."""
        return self if may(user, "view", Notification) else self.none()

    def due_at(self, now: datetime) -> "NotificationQuerySet":
        """Those whose time has come and that nobody has published yet."""
        return self.filter(published_at__isnull=True, publish_at__lte=now)

    def inbox_of(self, user: Any) -> "NotificationQuerySet":
        """What was sent to this person and is not deleted: broadcasts since they joined, welcomes, and what was sent
        to them alone; each with what they did with it.
        """
        if not user.is_authenticated:
            return self.none()
        mine = models.FilteredRelation("receipts", condition=models.Q(receipts__user=user.pk))
        since_joined = models.Q(published_at__gte=user.created_at) | models.Q(is_welcome=True)
        for_me = models.Q(audience=Audience.EVERYONE) & since_joined | models.Q(mine__isnull=False)
        rows = self.alias(mine=mine).filter(for_me, published_at__isnull=False, mine__deleted_at__isnull=True)
        return rows.annotate(
            receipt_id=models.F("mine__id"),
            receipt_version=models.F("mine__version"),
            read_at=models.F("mine__read_at"),
            archived_at=models.F("mine__archived_at"),
        )

    def unread(self) -> "NotificationQuerySet":
        """Those of an inbox that its owner has not read."""
        return self.filter(models.Q(read_at__isnull=True))

    def not_archived(self) -> "NotificationQuerySet":
        return self.filter(models.Q(archived_at__isnull=True))

    def by_audience(self) -> "list[NotificationQuerySet]":
        """An inbox in two parts, each with an index of its own: nobody's grows slow by messages to others."""
        broadcasts, sent = Audience.EVERYONE, Audience.SELECTED
        return [self.filter(audience=broadcasts), self.filter(audience=sent, receipt_id__isnull=False)]


class Notification(VersionedRow):
    """A message to everyone or to selected people: one row, however many users there are."""

    header = LocalizedField(max_length=120)
    body = LocalizedField(max_length=10_000, blank=True)
    link = models.URLField(max_length=500, blank=True, default="", db_default="")
    media = MediaField()
    audience = models.CharField(max_length=8, choices=Audience, default=Audience.EVERYONE, db_default=Audience.EVERYONE)
    is_welcome = models.BooleanField(default=False, db_default=False)
    push = models.BooleanField(default=False, db_default=False)
    publish_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True, blank=True, default=None)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        ordering = ["-publish_at", "-id"]
        constraints = [one_of("audience", Audience, "notification_audience_is_known")]
        indexes = [
            models.Index(fields=["publish_at", "id"], name="notification_by_publish_at"),
            models.Index(fields=["published_at", "id"], name="notification_by_published_at"),
            models.Index(fields=["audience", "published_at", "id"], name="notification_by_audience"),
            models.Index(fields=["created_at", "id"], name="notification_by_created_at"),
        ]

    def __str__(self) -> str:
        return resolve(self.header, "en")


class NotificationReceipt(VersionedRow):
    """What one person did with one notification; for selected recipients it also says that it is theirs."""

    notification = models.ForeignKey(Notification, on_delete=models.CASCADE, related_name="receipts")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="receipts")
    read_at = models.DateTimeField(null=True, blank=True, default=None)
    archived_at = models.DateTimeField(null=True, blank=True, default=None)
    deleted_at = models.DateTimeField(null=True, blank=True, default=None)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["notification", "user"], name="notification_receipt_is_one_per_person")
        ]
        indexes = [models.Index(fields=["notification", "id"], name="receipt_by_notification")]

    def __str__(self) -> str:
        return f"receipt {self.pk}"
