"""Campaigns and their pools."""

from typing import Any

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from collectibles.models import Distribution, DistributionCollectible
from collectibles.serializers import DistributionSerializer
from kloppocar.api.actions import asking, change_all
from kloppocar.api.admin import PartInline, localized_column
from kloppocar.api.forms import ruled_by

from .printing import CodesAdmin
from .wizard import CampaignWizard


class PoolInline(PartInline):
    model = DistributionCollectible
    autocomplete_fields = ("collectible",)


@admin.register(Distribution)
class DistributionAdmin(CodesAdmin, CampaignWizard):
    form = ruled_by(DistributionSerializer)
    list_display = (localized_column("name"), "project", "kind", "starts_at", "ends_at", "redeemed", "limit", "active")
    list_select_related = ("project",)
    list_filter = ("kind", "active", "project", "starts_at", "ends_at")
    search_fields = ("name",)
    autocomplete_fields = ("project", "collection")
    inlines = (PoolInline,)
    actions = ("open_again", "close")

    @asking(
        _("Close campaigns"),
        permission="change",
        explains=_("From this moment their codes are refused as closed. What was won stays won."),
    )
    def close(self, request: Any, queryset: Any) -> int:
        return change_all(request, queryset.filter(active=True), active=False)

    @asking(
        _("Open campaigns again"),
        permission="change",
        explains=_("Their codes work again, between the first day and the last."),
    )
    def open_again(self, request: Any, queryset: Any) -> int:
        return change_all(request, queryset.filter(active=False), active=True)
