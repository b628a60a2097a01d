"""Campaigns and their pools."""

from django import forms
from django.contrib import admin

from collectibles.models import Distribution, DistributionCollectible
from kloppocar.api.admin import PartInline, RowAdmin, localized_column

from .printing import CodesAdmin


class PoolInline(PartInline):
    model = DistributionCollectible
    autocomplete_fields = ("collectible",)


class DistributionForm(forms.ModelForm):
    def clean_limit(self) -> int | None:
        limit = self.cleaned_data["limit"]
        if limit is not None and limit < self.instance.redeemed:
            raise forms.ValidationError("More than that have been redeemed already.", code="below_redeemed")
        return limit


@admin.register(Distribution)
class DistributionAdmin(CodesAdmin, RowAdmin):
    form = DistributionForm
    list_display = (localized_column("name"), "project", "kind", "starts_at", "ends_at", "redeemed", "limit", "active")
    list_select_related = ("project",)
    list_filter = ("kind", "active", "project", "starts_at", "ends_at")
    search_fields = ("name",)
    autocomplete_fields = ("project", "collection")
    inlines = (PoolInline,)
