"""Batches of codes, and what campaigns refused. Shown, never edited."""

from django.contrib import admin

from collectibles.models import CodeBatch, RefusalCount
from kloppocar.api.admin import ReadOnlyAdmin


@admin.register(CodeBatch)
class CodeBatchAdmin(ReadOnlyAdmin):
    list_display = ("id", "distribution", "count", "max_uses", "note", "created_at")
    list_select_related = ("distribution",)
    list_filter = ("created_at",)
    search_fields = ("note",)


@admin.register(RefusalCount)
class RefusalCountAdmin(ReadOnlyAdmin):
    list_display = ("distribution", "hour", "reason", "count")
    list_select_related = ("distribution",)
    list_filter = ("reason", "hour")
