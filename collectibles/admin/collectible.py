"""Collectibles and their editions."""

from typing import Any

from django.contrib import admin
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from collectibles.models import Collectible, CollectibleSponsor, CollectibleStatus, EditionSegment, ReservedNumber
from collectibles.serializers import CollectibleSerializer
from kloppocar.api.actions import asking, change_all
from kloppocar.api.admin import PartInline, ReadOnlyAdmin, ReadOnlyInline, RowAdmin, localized_column, picture_column
from kloppocar.api.forms import ruled_by


class SponsorInline(PartInline):
    model = CollectibleSponsor
    autocomplete_fields = ("sponsor",)


class SegmentInline(ReadOnlyInline):
    model = EditionSegment
    fields = ("first", "last")


@admin.register(Collectible)
class CollectibleAdmin(RowAdmin):
    form = ruled_by(CollectibleSerializer)
    list_display = (
        localized_column("name"),
        picture_column,
        "collection",
        "category",
        "status",
        "minted",
        "circulation",
        "points",
    )
    list_select_related = ("collection", "category")
    list_filter = ("status", "collection", "category")
    search_fields = ("name", "label")
    autocomplete_fields = ("collection", "category")
    inlines = (SponsorInline, SegmentInline)
    actions = ("publish", "withdraw")

    @asking(
        _("Publish collectibles"),
        permission="change",
        explains=_("Everybody sees them from now on, and campaigns can draw them."),
    )
    def publish(self, request: Any, queryset: Any) -> int:
        drafts = queryset.filter(status=CollectibleStatus.DRAFT)
        return change_all(request, drafts, status=CollectibleStatus.AVAILABLE, published_at=timezone.now())

    @asking(
        _("Retire collectibles"),
        permission="change",
        explains=_("No campaign draws them any more. Copies stay with their owners."),
    )
    def withdraw(self, request: Any, queryset: Any) -> int:
        return change_all(request, queryset.exclude(status=CollectibleStatus.RETIRED), status=CollectibleStatus.RETIRED)


@admin.register(ReservedNumber)
class ReservedNumberAdmin(ReadOnlyAdmin):
    list_display = ("collectible", "mint", "turn")
    list_select_related = ("collectible",)
