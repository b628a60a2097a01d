"""News, for one community or for everyone."""

from datetime import datetime
from typing import Any

from django.db import models

from kloppocar.api.conditions import RightNow, constant
from kloppocar.api.localized import LocalizedField, resolve
from kloppocar.api.media import MediaField
from kloppocar.api.models import VersionedRow, one_of
from kloppocar.api.permissions import may

from .community import Community


class NewsKind(models.TextChoices):
    NEWS = "news"
    EVENT = "event"
    ANNOUNCEMENT = "announcement"


class NewsPostQuerySet(models.QuerySet["NewsPost"]):
    @constant
    def published_at(self, now: datetime | RightNow) -> "NewsPostQuerySet":
        """Active posts, of active communities or for everyone, whose time has come."""
        audience = models.Q(community__isnull=True) | models.Q(community__active=True)
        return self.filter(audience, active=True, posted_at__lte=now)

    def visible_to(self, user: Any, now: datetime | RightNow) -> "NewsPostQuerySet":
        """What is published; staff see drafts and the future too."""
        return self if may(user, "view", self.model) else self.published_at(now)


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
