"""Where support looks up what became of a row of the old backend."""

from typing import Any

from django.apps import apps
from django.contrib import admin
from django.db.models import Q
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html

from kloppocar.api.admin import ReadOnlyAdmin

from .models import LegacyId, LegacyTable


@admin.register(LegacyId)
class LegacyIdAdmin(ReadOnlyAdmin):
    """A search for `4711` finds the old and the new id, one for `user 4711` those of people."""

    list_display = ("table", "old_id", "new_row", "note")
    list_filter = ("table", "note")
    search_fields = ("old_id",)

    def get_search_results(self, request: Any, queryset: Any, search_term: str) -> tuple[Any, bool]:
        from kloppocar.legacy.tables import TABLES

        for word in search_term.split():
            if word.isascii() and word.isdigit() and len(word) < 19:
                queryset = queryset.filter(Q(old_id=int(word)) | Q(new_id=int(word)))
            else:
                queryset = queryset.filter(table__in=[name for name in TABLES if name.lower().startswith(word.lower())])
        return queryset, False

    def get_queryset(self, request: Any) -> Any:
        self.models = dict(LegacyTable.objects.values_list("name", "model"))
        return super().get_queryset(request)

    @admin.display(description="here", ordering="new_id")
    def new_row(self, row: LegacyId) -> str:
        """A link to the row as it is now."""
        if row.new_id is None:
            return "-"
        label = self.models.get(row.table, "collectibles.Grant")
        model = apps.get_model(label)
        try:
            path = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_change", args=[row.new_id])
        except NoReverseMatch:
            return str(row.new_id)
        return format_html('<a href="{}">{} {}</a>', path, model._meta.verbose_name, row.new_id)
