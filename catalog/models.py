"""What exists: written by staff, read by everyone."""

from collections.abc import Iterator
from typing import Any

from django.core.validators import validate_email
from django.db import models

from communities.models import Community
from kloppocar.api.conditions import constant
from kloppocar.api.localized import LocalizedField, resolve
from kloppocar.api.media import MediaField
from kloppocar.api.models import JSONField, VersionedRow
from kloppocar.api.permissions import may


class ActiveQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> "ActiveQuerySet":
        """Active rows; staff see all."""
        return self if may(user, "view", self.model) else self.active()

    @constant
    def active(self) -> "ActiveQuerySet":
        return self.filter(active=True)


class Category(VersionedRow):
    """A kind of collectible, in a tree."""

    name = LocalizedField(max_length=120)
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, default=None, related_name="children"
    )

    class Meta:
        ordering = ["id"]
        verbose_name_plural = "categories"

    def __str__(self) -> str:
        return resolve(self.name, "en")

    def line_upwards(self) -> Iterator[int]:
        """Its key and those of all above it, as they stand in the database now.

        Each is locked as it is read: of two who move categories at once, the second sees what the first has done.
        """
        key: int | None = self.pk
        seen: set[int] = set()
        while key is not None and key not in seen:
            yield key
            seen.add(key)
            key = Category.objects.select_for_update().filter(pk=key).values_list("parent", flat=True).first()


class Project(VersionedRow):
    """What collections and campaigns are made for; a trigger closes them when it is deactivated."""

    name = LocalizedField(max_length=120)
    attributes = JSONField(default=dict, blank=True)
    location = models.CharField(max_length=120, blank=True, default="", db_default="")
    active = models.BooleanField(default=True, db_default=True)

    objects = ActiveQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(fields=["active", "id"], name="project_by_active"),
            models.Index(fields=["created_at", "id"], name="project_by_created_at"),
        ]

    def __str__(self) -> str:
        return resolve(self.name, "en")


class CollectionQuerySet(ActiveQuerySet):
    def visible_to(self, user: Any) -> "CollectionQuerySet":
        """Active collections of active communities; staff see all."""
        return self if may(user, "view", self.model) else self.active()

    @constant
    def active(self) -> "CollectionQuerySet":
        return self.filter(active=True, community__active=True)


class Collection(VersionedRow):
    """A set of collectibles that belong together."""

    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="collections")
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="collections")
    name = LocalizedField(max_length=120)
    description = LocalizedField(max_length=10_000, blank=True)
    media = MediaField()
    active = models.BooleanField(default=True, db_default=True)

    objects = CollectionQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(fields=["active", "id"], name="collection_by_active"),
            models.Index(fields=["created_at", "id"], name="collection_by_created_at"),
        ]

    def __str__(self) -> str:
        return resolve(self.name, "en")


class Sponsor(VersionedRow):
    """Who stands behind a collectible. Address and contact fields are for staff only."""

    name = LocalizedField(max_length=120)
    description = LocalizedField(max_length=10_000, blank=True)
    organization = JSONField(default=dict, blank=True)
    urls = JSONField(default=dict, blank=True)
    media = MediaField()
    city = models.CharField(max_length=120, blank=True, default="", db_default="")
    country = models.CharField(max_length=120, blank=True, default="", db_default="")
    zip_code = models.CharField(max_length=20, blank=True, default="", db_default="")
    contact_name = models.CharField(max_length=120, blank=True, default="", db_default="")
    contact_email = models.CharField(max_length=254, blank=True, default="", db_default="", validators=[validate_email])
    contact_phone = models.CharField(max_length=40, blank=True, default="", db_default="")
    active = models.BooleanField(default=True, db_default=True)

    objects = ActiveQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(fields=["active", "id"], name="sponsor_by_active"),
            models.Index(fields=["created_at", "id"], name="sponsor_by_created_at"),
        ]

    def __str__(self) -> str:
        return resolve(self.name, "en")
