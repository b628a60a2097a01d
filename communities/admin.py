"""Communities, members, challenges and news for staff."""

from django.contrib import admin

from kloppocar.api.admin import ReadOnlyAdmin, RowAdmin

from .models import Challenge, ChallengeContribution, ChallengeTally, Community, Membership, NewsPost


@admin.register(Community)
class CommunityAdmin(RowAdmin):
    list_display = ("__str__", "active", "created_at")
    list_filter = ("active",)
    search_fields = ("title",)


@admin.register(Membership)
class MembershipAdmin(RowAdmin):
    list_display = ("user", "community", "role", "banned_until")
    list_select_related = ("user", "community")
    list_filter = ("role",)
    autocomplete_fields = ("user", "community")


@admin.register(Challenge)
class ChallengeAdmin(RowAdmin):
    list_display = ("__str__", "community", "goal", "starts_at", "ends_at")
    list_select_related = ("community",)
    search_fields = ("title",)
    autocomplete_fields = ("community",)
    raw_id_fields = ("reward",)


@admin.register(ChallengeContribution)
class ChallengeContributionAdmin(ReadOnlyAdmin):
    list_display = ("challenge", "user", "count", "claimed_at")
    list_select_related = ("challenge", "user")


@admin.register(ChallengeTally)
class ChallengeTallyAdmin(ReadOnlyAdmin):
    readonly_fields = ()
    list_display = ("challenge", "shard", "count")
    list_select_related = ("challenge",)


@admin.register(NewsPost)
class NewsPostAdmin(RowAdmin):
    list_display = ("__str__", "kind", "community", "posted_at", "active")
    list_select_related = ("community",)
    list_filter = ("kind", "active")
    search_fields = ("header",)
    autocomplete_fields = ("community",)
