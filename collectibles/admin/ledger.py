"""What the engine wrote: copies, how they came and where they went. Shown, never edited."""

from django.contrib import admin

from collectibles.models import Copy, CopyEvent, Grant, Transfer
from kloppocar.api.admin import ReadOnlyAdmin


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
