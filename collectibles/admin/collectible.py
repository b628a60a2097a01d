"""Collectibles and their editions."""

from django import forms
from django.contrib import admin

from collectibles.models import Collectible, CollectibleSponsor, EditionSegment, ReservedNumber
from kloppocar.api.admin import PartInline, ReadOnlyAdmin, ReadOnlyInline, RowAdmin, localized_column


class SponsorInline(PartInline):
    model = CollectibleSponsor
    autocomplete_fields = ("sponsor",)


class SegmentInline(ReadOnlyInline):
    model = EditionSegment
    fields = ("first", "last")


class CollectibleForm(forms.ModelForm):
    def clean_circulation(self) -> int | None:
        """After the first copy an edition can only grow."""
        new, row = self.cleaned_data["circulation"], self.instance
        old = row.circulation
        if row.minted and new is not None and (old is None or new < old):
            raise forms.ValidationError("After the first copy an edition can only grow.", code="may_only_grow")
        return new


@admin.register(Collectible)
class CollectibleAdmin(RowAdmin):
    form = CollectibleForm
    list_display = (localized_column("name"), "collection", "category", "status", "minted", "circulation", "points")
    list_select_related = ("collection", "category")
    list_filter = ("status", "collection", "category")
    search_fields = ("name", "label")
    autocomplete_fields = ("collection", "category")
    inlines = (SponsorInline, SegmentInline)


@admin.register(ReservedNumber)
class ReservedNumberAdmin(ReadOnlyAdmin):
    list_display = ("collectible", "mint", "turn")
    list_select_related = ("collectible",)
