"""The collecting side for staff. What the engine writes is shown and not edited."""

from typing import Any

from django import forms
from django.contrib import admin

from kloppocar.api.admin import PartInline, ReadOnlyAdmin, ReadOnlyInline, RowAdmin, localized_column

from . import codes
from .missions import recompute_after_commit
from .models import (
    Collectible,
    CollectibleSponsor,
    Copy,
    CopyEvent,
    Distribution,
    DistributionCode,
    DistributionCollectible,
    EditionSegment,
    Grant,
    Mission,
    MissionCollectible,
    MissionProgress,
    ReservedNumber,
    Transfer,
)


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
class DistributionAdmin(RowAdmin):
    form = DistributionForm
    list_display = (localized_column("name"), "project", "kind", "starts_at", "ends_at", "redeemed", "limit", "active")
    list_select_related = ("project",)
    list_filter = ("kind", "active", "project", "starts_at", "ends_at")
    search_fields = ("name",)
    autocomplete_fields = ("project", "collection")
    inlines = (PoolInline,)


class CodeForm(forms.ModelForm):
    """Takes a code as it is printed; an empty one is drawn."""

    code = forms.CharField(required=False, max_length=codes.MAX_TYPED, help_text="Empty: one is drawn.")

    def clean_code(self) -> str:
        typed = self.cleaned_data["code"]
        if not typed:
            return self.instance.code or codes.new_code()
        try:
            return codes.normalise(typed)
        except codes.MistypedCode:
            raise forms.ValidationError("The check character is wrong, or no code can look like this.") from None


@admin.register(DistributionCode)
class DistributionCodeAdmin(RowAdmin):
    form = CodeForm
    list_display = ("printed", "distribution", "uses", "max_uses", "revoked_at")
    list_select_related = ("distribution",)
    list_filter = ("revoked_at", "created_at")
    search_fields = ("code",)
    autocomplete_fields = ("distribution",)

    @admin.display(description="code", ordering="code")
    def printed(self, row: DistributionCode) -> str:
        return codes.format_code(row.code)

    def get_search_results(self, request: Any, queryset: Any, search_term: str) -> tuple[Any, bool]:
        """A code is found as it is printed, too."""
        as_typed, _ = super().get_search_results(request, queryset, search_term)
        compact, _ = super().get_search_results(request, queryset, search_term.replace("-", ""))
        return as_typed | compact, False


class MissionEntryInline(PartInline):
    model = MissionCollectible
    autocomplete_fields = ("collectible",)


@admin.register(Mission)
class MissionAdmin(RowAdmin):
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


@admin.register(Copy)
class CopyAdmin(ReadOnlyAdmin):
    list_display = ("collectible", "mint", "owner", "acquired_at")
    list_select_related = ("collectible", "owner")
    list_filter = ("acquired_at",)
    search_fields = ("owner__username",)


@admin.register(CopyEvent)
class CopyEventAdmin(ReadOnlyAdmin):
    list_display = ("copy", "kind", "from_user", "to_user", "at")
    list_select_related = ("copy", "from_user", "to_user")
    list_filter = ("kind", "at")
    search_fields = ("from_user__username", "to_user__username")


@admin.register(Grant)
class GrantAdmin(ReadOnlyAdmin):
    list_display = ("user", "distribution", "copy", "source", "created_at")
    list_select_related = ("user", "distribution", "copy")
    list_filter = ("source", "created_at")
    search_fields = ("user__username",)


@admin.register(Transfer)
class TransferAdmin(ReadOnlyAdmin):
    list_display = ("copy", "giver", "receiver", "expires_at", "accepted_at", "cancelled_at")
    list_select_related = ("copy", "giver", "receiver")
    list_filter = ("accepted_at", "cancelled_at")
    search_fields = ("giver__username", "receiver__username")
    exclude = ("secret_hash",)
