"""How far the push of a message has come."""

from django.db import models

from kloppocar.api.models import Row

from .notification import Notification


class PushRun(Row):
    """`cursor` is the last device that was taken on (of messages to selected people: the last receipt)."""

    notification = models.OneToOneField(Notification, on_delete=models.CASCADE, related_name="push_run")
    cursor = models.PositiveBigIntegerField(default=0, db_default=0)
    sent = models.PositiveIntegerField(default=0, db_default=0)
    failed = models.PositiveIntegerField(default=0, db_default=0)
    dropped = models.PositiveIntegerField(default=0, db_default=0)
    finished_at = models.DateTimeField(null=True, default=None)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"push of notification {self.notification_id}"
