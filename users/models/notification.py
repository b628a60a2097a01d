"""Messages to everyone or to selected people, and what each person did with theirs."""

from typing import Any

from django.db import models

from kloppocar.api.localized import LocalizedField, resolve
from kloppocar.api.media import MediaField
from kloppocar.api.models import Row, VersionedRow, one_of
from kloppocar.api.permissions import is_staff

from .user import User


class Audience(models.TextChoices):
    EVERYONE = "everyone"
    SELECTED = "selected"


class NotificationQuerySet(models.QuerySet["Notification"]):
    def visible_to(self, user: Any) -> "NotificationQuerySet":
        """Staff compose them; everybody else reads theirs in the inbox."""
        return self if is_staff(user) else self.none()

    def addressed_to(self, user: User) -> "NotificationQuerySet":
        """What this person's inbox may hold: broadcasts since they joined, welcomes, and what was sent to them."""
        broadcast = models.Q(audience=Audience.EVERYONE, published_at__gte=user.created_at)
        welcome = models.Q(audience=Audience.EVERYONE, is_welcome=True, published_at__isnull=False)
        sent = models.Q(audience=Audience.SELECTED, published_at__isnull=False, receipts__user=user)
        return self.filter(broadcast | welcome | models.Exists(self.filter(sent, pk=models.OuterRef("pk"))))


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
        ]

    def __str__(self) -> str:
        return resolve(self.header, "en")


class NotificationReceipt(Row):
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

    def __str__(self) -> str:
        return f"receipt {self.pk}"
