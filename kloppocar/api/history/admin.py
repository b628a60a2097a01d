"""The admin's own writes in the log with their values, and the page that shows a row's history."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.models import CHANGE, LogEntry
from django.core.exceptions import PermissionDenied

from . import added, deleted, name_of, of_forms, write, write_all


class Recorded(admin.ModelAdmin):
    """Says in the log what was before and what is now."""

    def construct_change_message(self, request: Any, form: Any, formsets: Any, add: bool = False) -> Any:
        return of_forms(form, formsets, add=add)

    def log_addition(self, request: Any, obj: Any, message: Any) -> None:  # type: ignore[override]
        write(request.user, obj, message if isinstance(message, list) and message else added(obj))

    def log_change(self, request: Any, obj: Any, message: Any) -> None:  # type: ignore[override]
        write(request.user, obj, message, flag=CHANGE)

    def log_deletions(self, request: Any, queryset: Any) -> None:  # type: ignore[override]
        lines = [(row.pk, name_of(row), deleted(row)) for row in queryset]
        write_all(request.user, self.model, lines)

    def history_view(self, request: Any, object_id: str, extra_context: Any = None) -> Any:
        if not may_read(request):
            raise PermissionDenied
        return super().history_view(request, object_id, extra_context)

    def render_change_form(self, request: Any, context: Any, *args: Any, **kwargs: Any) -> Any:
        context["may_read_history"] = may_read(request)
        return super().render_change_form(request, context, *args, **kwargs)


def may_read(request: Any) -> bool:
    return request.user.has_perm("admin.view_logentry")


@admin.register(LogEntry)
class LogEntryAdmin(admin.ModelAdmin):
    """Everything that staff did, rows included that are gone. Nobody writes here by hand."""

    list_display = ("action_time", "user", "content_type", "object_repr", "action_flag")
    list_select_related = ("user", "content_type")
    list_filter = ("action_flag", "action_time", "content_type")
    list_per_page = 50
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    search_fields = ("object_repr", "user__username")
    ordering = ("-id",)
    fields = ("action_time", "user", "content_type", "object_id", "object_repr", "action_flag", "what")
    readonly_fields = fields

    @admin.display(description="changes")
    def what(self, entry: LogEntry) -> Any:
        from django.template.loader import render_to_string

        return render_to_string("admin/changes.html", {"entry": entry})

    def has_add_permission(self, request: Any) -> bool:
        return False

    def has_change_permission(self, request: Any, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: Any, obj: Any = None) -> bool:
        return False
