"""Codes, as they are printed."""

from typing import Any

from django import forms
from django.contrib import admin
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from collectibles import codes
from collectibles.models import DistributionCode
from collectibles.serializers import DistributionCodeSerializer
from kloppocar.api.actions import asking, change_all
from kloppocar.api.admin import RowAdmin
from kloppocar.api.forms import RuledForm


class CodeForm(RuledForm):
    """Takes a code as it is printed; an empty one is drawn."""

    rules = DistributionCodeSerializer
    code = forms.CharField(required=False, max_length=codes.MAX_TYPED, help_text="Empty: one is drawn.")

    def clean_code(self) -> str:
        return self.cleaned_data["code"] or self.instance.code or codes.new_code()


@admin.register(DistributionCode)
class DistributionCodeAdmin(RowAdmin):
    form = CodeForm
    list_display = ("printed", "distribution", "uses", "max_uses", "revoked_at")
    list_select_related = ("distribution",)
    list_filter = ("revoked_at", "created_at")
    search_fields = ("code",)
    autocomplete_fields = ("distribution",)
    readonly_fields = ("revoked_at",)  # the actions below set it
    actions = ("revoke", "take_back")

    @asking(
        _("Revoke codes"),
        permission="change",
        explains=_("Whoever scans one of them from now on is told that it was withdrawn. What was won stays won."),
    )
    def revoke(self, request: Any, queryset: Any) -> int:
        return change_all(request, queryset.filter(revoked_at=None), revoked_at=timezone.now())

    @asking(_("Let revoked codes work again"), permission="change", explains=_("They can be redeemed as before."))
    def take_back(self, request: Any, queryset: Any) -> int:
        return change_all(request, queryset.exclude(revoked_at=None), revoked_at=None)

    @admin.display(description="code", ordering="code")
    def printed(self, row: DistributionCode) -> str:
        return codes.format_code(row.code)

    def get_search_results(self, request: Any, queryset: Any, search_term: str) -> tuple[Any, bool]:
        """A code is found as it is printed, too, also one of the old backend that fits no shape of ours."""
        as_typed, _ = super().get_search_results(request, queryset, search_term)
        compact, _ = super().get_search_results(request, queryset, search_term.replace("-", ""))
        return as_typed | compact | queryset.filter(code=codes.of_old_backend(search_term)), False
