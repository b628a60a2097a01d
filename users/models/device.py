"""What a person can be pushed to."""

from django.db import models
from django.utils import timezone

from kloppocar.api.models import ExactCharField, VersionedRow, one_of

from .user import User


class Platform(models.TextChoices):
    IOS = "ios"
    ANDROID = "android"
    WEB = "web"


class PushDevice(VersionedRow):
    """A phone or browser that can be pushed to."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="devices")
    token = ExactCharField(max_length=512, unique=True)
    platform = models.CharField(max_length=8, choices=Platform)
    endpoint_arn = ExactCharField(max_length=300, blank=True, default="", db_default="", editable=False)
    last_seen_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["id"]
        constraints = [one_of("platform", Platform, "push_device_platform_is_known")]

    def __str__(self) -> str:
        return f"{self.platform} device {self.pk}"
