"""Communities, members, challenges and news for staff."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from kloppocar.api.actions import asking, change_all
from kloppocar.api.admin import ReadOnlyAdmin, RowAdmin, localized_column
from kloppocar.api.forms import ruled_by
from users.models import User

from . import services
from .models import Challenge, ChallengeContribution, ChallengeTally, Community, Membership, ModerationEntry, NewsPost
from .serializers import ChallengeSerializer, CommunitySerializer, NewsPostSerializer


@admin.register(Community)
class CommunityAdmin(RowAdmin):
    form = ruled_by(CommunitySerializer)
    list_display = (localized_column("title"), "active", "created_at")
    list_filter = ("active",)
    search_fields = ("title",)

    def delete_model(self, request, obj):
        services.dissolve(obj)

    def delete_queryset(self, request, queryset):
        for community in queryset:
            services.dissolve(community)


@admin.register(Membership)
class MembershipAdmin(RowAdmin):
    """Written as the API writes it: an owner stays, bans hold, and each change has its line in the moderation log."""

    list_display = ("user", "community", "role", "banned_until")
    list_select_related = ("user", "community")
    list_filter = ("role", "community")
    search_fields = ("user__username",)
    autocomplete_fields = ("user", "community")
    readonly_fields = ("banned_until",)  # bans have a reason and a line in the log: memberships/{id}/ban/
    actions = ("delete_selected",)

    def get_readonly_fields(self, request, obj=None):
        """A membership does not move."""
        return [*super().get_readonly_fields(request, obj), *(["community", "user"] if obj else [])]

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name == "user":
            kwargs["queryset"] = User.objects.visible_to(request.user)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def locked(self, row):
        services.lock_community_of(row.pk)
        return super().locked(row)

    def save_model(self, request, obj, form, change):
        if change:
            services.change_role(actor=request.user, membership=obj, role=obj.role)
        else:
            super().save_model(request, obj, form, change)

    def delete_model(self, request, obj):
        services.remove(actor=request.user, membership=obj)

    @asking(
        _("Remove members"),
        permission="delete",
        explains=_("They can join again. With a banned member or the last owner among them, nobody is removed."),
    )
    def delete_selected(self, request, queryset):
        members = list(queryset)
        self.log_deletions(request, members)
        for membership in members:
            self.delete_model(request, membership)
        return len(members)


@admin.register(ModerationEntry)
class ModerationEntryAdmin(ReadOnlyAdmin):
    list_display = ("created_at", "community", "actor", "subject", "action", "until", "reason")
    list_select_related = ("community", "actor", "subject")
    list_filter = ("action", "community")
    search_fields = ("subject__username", "actor__username", "reason")


@admin.register(Challenge)
class ChallengeAdmin(RowAdmin):
    form = ruled_by(ChallengeSerializer)
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
    form = ruled_by(NewsPostSerializer)
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
