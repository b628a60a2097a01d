"""Missions, and how far people are with them."""

from typing import Any

from django.contrib import admin

from collectibles.missions import recompute_after_commit
from collectibles.models import Mission, MissionCollectible, MissionProgress
from collectibles.serializers import MissionSerializer
from kloppocar.api.admin import PartInline, ReadOnlyAdmin, RowAdmin, localized_column
from kloppocar.api.forms import ruled_by


class MissionEntryInline(PartInline):
    model = MissionCollectible
    autocomplete_fields = ("collectible",)


@admin.register(Mission)
class MissionAdmin(RowAdmin):
    form = ruled_by(MissionSerializer)
    list_display = (localized_column("title"), "collection", "kind", "goal", "starts_at", "ends_at", "active")
    list_select_related = ("collection",)
    list_filter = ("kind", "active", "collection")
    search_fields = ("title",)
    autocomplete_fields = ("collection", "reward")
    inlines = (MissionEntryInline,)

    def save_related(self, request: Any, form: Any, formsets: Any, change: bool) -> None:
        """With its entries in place, everybody's progress is counted anew."""
        super().save_related(request, form, formsets, change)
        recompute_after_commit(form.instance)


@admin.register(MissionProgress)
class MissionProgressAdmin(ReadOnlyAdmin):
    list_display = ("user", "mission", "progress", "completed_at", "claimed_at")
    list_select_related = ("user", "mission")
    list_filter = ("mission",)
    search_fields = ("user__username",)
