"""Communities, members, challenges and news for staff."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from kloppocar.api.actions import asking, change_all
from kloppocar.api.admin import ReadOnlyAdmin, RowAdmin, localized_column

from .models import Challenge, ChallengeContribution, ChallengeTally, Community, Membership, ModerationEntry, NewsPost
from .services import dissolve


@admin.register(Community)
class CommunityAdmin(RowAdmin):
    list_display = (localized_column("title"), "active", "created_at")
    list_filter = ("active",)
    search_fields = ("title",)

    def delete_model(self, request, obj):
        dissolve(obj)

    def delete_queryset(self, request, queryset):
        for community in queryset:
            dissolve(community)


@admin.register(Membership)
class MembershipAdmin(RowAdmin):
    list_display = ("user", "community", "role", "banned_until")
    list_select_related = ("user", "community")
    list_filter = ("role", "community")
    search_fields = ("user__username",)
    autocomplete_fields = ("user", "community")
    readonly_fields = ("banned_until",)  # bans have a reason and a line in the log: memberships/{id}/ban/


@admin.register(ModerationEntry)
class ModerationEntryAdmin(ReadOnlyAdmin):
    list_display = ("created_at", "community", "actor", "subject", "action", "until", "reason")
    list_select_related = ("community", "actor", "subject")
    list_filter = ("action", "community")
    search_fields = ("subject__username", "actor__username", "reason")


@admin.register(Challenge)
class ChallengeAdmin(RowAdmin):
    list_display = (localized_column("title"), "community", "goal", "starts_at", "ends_at")
    list_select_related = ("community",)
    list_filter = ("community", "starts_at", "ends_at")
    search_fields = ("title",)
    autocomplete_fields = ("community",)
    raw_id_fields = ("reward",)


@admin.register(ChallengeContribution)
class ChallengeContributionAdmin(ReadOnlyAdmin):
    list_display = ("challenge", "user", "count", "claimed_at")
    list_select_related = ("challenge", "user")
    list_filter = ("challenge",)
    search_fields = ("user__username",)


@admin.register(ChallengeTally)
class ChallengeTallyAdmin(ReadOnlyAdmin):
    list_display = ("challenge", "shard", "count")
    list_select_related = ("challenge",)
    list_filter = ("challenge",)


@admin.register(NewsPost)
class NewsPostAdmin(RowAdmin):
    list_display = (localized_column("header"), "kind", "community", "posted_at", "active")
    list_select_related = ("community",)
    list_filter = ("kind", "active", "community", "posted_at")
    search_fields = ("header", "short_body", "body")
    autocomplete_fields = ("community",)
    actions = ("publish", "hide")

    @asking(_("Publish news"), permission="change", explains=_("They are read from their date on."))
    def publish(self, request, queryset):
        return change_all(request, queryset.filter(active=False), active=True)

    @asking(_("Hide news"), permission="change", explains=_("Nobody but staff sees them."))
    def hide(self, request, queryset):
        return change_all(request, queryset.filter(active=True), active=False)
