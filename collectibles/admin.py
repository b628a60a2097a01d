"""The collecting side for staff. What the engine writes is shown and not edited."""

from django.contrib import admin

from kloppocar.api.admin import PartInline, ReadOnlyAdmin, RowAdmin

from .models import (
    Collectible,
    CollectibleSponsor,
    Copy,
    CopyEvent,
    Distribution,
    DistributionCode,
    DistributionCollectible,
    Grant,
    Mission,
    MissionCollectible,
    MissionProgress,
    Transfer,
)


class SponsorInline(PartInline):
    model = CollectibleSponsor
    autocomplete_fields = ("sponsor",)


@admin.register(Collectible)
class CollectibleAdmin(RowAdmin):
    list_display = ("__str__", "collection", "status", "minted", "circulation", "points")
    list_select_related = ("collection",)
    list_filter = ("status",)
    search_fields = ("name", "label")
    autocomplete_fields = ("collection", "category")
    readonly_fields = ("minted", "created_at", "updated_at")
    inlines = (SponsorInline,)


class PoolInline(PartInline):
    model = DistributionCollectible
    autocomplete_fields = ("collectible",)


@admin.register(Distribution)
class DistributionAdmin(RowAdmin):
    list_display = ("__str__", "kind", "starts_at", "ends_at", "redeemed", "limit", "active")
    list_filter = ("kind", "active")
    search_fields = ("name",)
    autocomplete_fields = ("project", "collection")
    readonly_fields = ("redeemed", "created_at", "updated_at")
    inlines = (PoolInline,)


@admin.register(DistributionCode)
class DistributionCodeAdmin(RowAdmin):
    list_display = ("code", "distribution", "uses", "max_uses", "revoked_at")
    list_select_related = ("distribution",)
    search_fields = ("code",)
    autocomplete_fields = ("distribution",)
    readonly_fields = ("uses", "created_at", "updated_at")


class MissionEntryInline(PartInline):
    model = MissionCollectible
    autocomplete_fields = ("collectible",)


@admin.register(Mission)
class MissionAdmin(RowAdmin):
    list_display = ("__str__", "collection", "kind", "goal", "starts_at", "ends_at", "active")
    list_select_related = ("collection",)
    list_filter = ("kind", "active")
    search_fields = ("title",)
    autocomplete_fields = ("collection", "reward")
    inlines = (MissionEntryInline,)


@admin.register(MissionProgress)
class MissionProgressAdmin(ReadOnlyAdmin):
    list_display = ("user", "mission", "progress", "completed_at", "claimed_at")
    list_select_related = ("user", "mission")


@admin.register(Copy)
class CopyAdmin(ReadOnlyAdmin):
    list_display = ("collectible", "mint", "owner", "acquired_at")
    list_select_related = ("collectible", "owner")


@admin.register(CopyEvent)
class CopyEventAdmin(ReadOnlyAdmin):
    readonly_fields = ()
    list_display = ("copy", "kind", "from_user", "to_user", "at")
    list_select_related = ("copy", "from_user", "to_user")


@admin.register(Grant)
class GrantAdmin(ReadOnlyAdmin):
    list_display = ("user", "distribution", "copy", "source", "created_at")
    list_select_related = ("user", "distribution", "copy")


@admin.register(Transfer)
class TransferAdmin(ReadOnlyAdmin):
    list_display = ("copy", "giver", "receiver", "expires_at", "accepted_at", "cancelled_at")
    list_select_related = ("copy", "giver", "receiver")
    exclude = ("secret_hash",)
