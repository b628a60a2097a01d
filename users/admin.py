"""People, ranks, devices and messages for staff."""

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import AdminUserCreationForm

from kloppocar.api.admin import RowAdmin

from .models import Notification, PushDevice, Rank, User


class NewUserForm(AdminUserCreationForm):
    class Meta:
        model = User
        fields = ["username"]


@admin.register(User)
class UserAdmin(RowAdmin, DjangoUserAdmin):
    """Staff log in with a password; everybody else has none that works."""

    add_form = NewUserForm
    add_fieldsets = ((None, {"fields": ("username", "usable_password", "password1", "password2")}),)
    list_display = ("username", "email", "status", "score", "is_staff", "created_at")
    list_filter = ("status", "is_staff", "language")
    search_fields = ("username", "email", "cognito_sub")
    ordering = ("id",)
    filter_horizontal = ("groups", "user_permissions")
    readonly_fields = ("score", "last_login", "created_at", "updated_at")
    fieldsets = (
        (None, {"fields": ("username", "password", "cognito_sub", "email", "status", "is_active")}),
        ("Profile", {"fields": ("picture", "language", "country", "newsletter", "push_enabled", "score")}),
        ("Rights", {"fields": ("is_staff", "is_superuser", "groups", "user_permissions")}),
        ("Times", {"fields": ("last_login", "created_at", "updated_at")}),
    )


@admin.register(Rank)
class RankAdmin(RowAdmin):
    list_display = ("__str__", "level", "min_score")


@admin.register(PushDevice)
class PushDeviceAdmin(RowAdmin):
    list_display = ("__str__", "user", "platform", "last_seen_at")
    list_select_related = ("user",)
    list_filter = ("platform",)
    autocomplete_fields = ("user",)


@admin.register(Notification)
class NotificationAdmin(RowAdmin):
    list_display = ("__str__", "audience", "is_welcome", "push", "publish_at", "published_at")
    list_filter = ("audience", "is_welcome", "push")
    search_fields = ("header",)
