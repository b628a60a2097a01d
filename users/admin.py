"""People, ranks, devices and messages for staff."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.utils.translation import gettext_lazy as _

from kloppocar.api.actions import asking, change_all
from kloppocar.api.admin import ReadOnlyInline, RowAdmin, localized_column
from kloppocar.api.forms import ruled_by

from .emails import as_stored
from .models import (
    SET_BY_HAND,
    Adoption,
    Departure,
    Notification,
    NotificationReceipt,
    PushDevice,
    PushRun,
    Rank,
    User,
    UserQuerySet,
)
from .permissions import WAYS_IN, may_write, whom_they_may_deactivate
from .serializers import NotificationSerializer, RankSerializer
from .services import publishing


class EmailAsStored(forms.ModelForm):
    def clean_email(self) -> str | None:
        email = self.cleaned_data["email"]
        return email and as_stored(email)


class NewUserForm(EmailAsStored, AdminUserCreationForm):
    class Meta:
        model = User
        fields = ["username", "email", "cognito_sub"]


class UserForm(EmailAsStored, UserChangeForm):
    """An empty name, subject or e-mail is none at all; names differ by more than case."""

    class Meta:
        model = User
        fields = ["username"]  # the admin's fieldsets add the others

    def clean_username(self) -> str | None:
        username = self.cleaned_data["username"]
        others = User.objects.exclude(pk=self.instance.pk)
        if username and others.filter(username_key=username.lower()).exists():
            raise forms.ValidationError("A user with that username already exists.", code="unique")
        return username


class DepartureInline(ReadOnlyInline):
    model = Departure
    fields = ("tries", "next_try_at")


class AdoptionInline(ReadOnlyInline):
    """Imported, and waiting for whoever first shows this e-mail, verified."""

    model = Adoption
    fields = ("email",)


@admin.register(User)
class UserAdmin(RowAdmin, DjangoUserAdmin):
    """Staff log in with a password; everybody else has none that works."""

    form = UserForm
    add_form = NewUserForm
    add_fieldsets = (
        (None, {"fields": ("username", "email", "cognito_sub", "usable_password", "password1", "password2")}),
    )
    list_display = ("__str__", "email", "status", "score", "is_staff", "is_active", "created_at")
    list_filter = ("status", "is_staff", "is_active", "language", "created_at")
    search_fields = ("username", "email", "cognito_sub")
    ordering = ("id",)
    filter_horizontal = ("groups", "user_permissions")
    readonly_fields = ("score", "last_login")
    inlines = (AdoptionInline, DepartureInline)
    actions = ("deactivate", "let_in_again")
    fieldsets = (
        (None, {"fields": ("username", "password", "cognito_sub", "email", "status", "is_active")}),
        ("Profile", {"fields": ("picture", "language", "country", "newsletter", "push_enabled", "score")}),
        ("Rights", {"fields": ("is_staff", "is_superuser", "groups", "user_permissions")}),
        ("Times", {"fields": ("last_login", "created_at", "updated_at", "version")}),
    )

    def get_inlines(self, request, obj):
        return self.inlines if obj else ()  # somebody new has left nowhere

    def holding(self, word):
        """E-mails are found however they are typed: on MySQL they compare byte for byte."""
        return super().holding(word) | super().holding(as_stored(word))

    def get_readonly_fields(self, request, obj=None):
        """Only superusers make superusers, and hand out permissions one by one."""
        kept = super().get_readonly_fields(request, obj)
        kept = [*kept, *WAYS_IN] if obj == request.user else kept
        return kept if request.user.is_superuser else [*kept, "is_superuser", "user_permissions"]

    def formfield_for_choice_field(self, db_field, request, **kwargs):
        choices = {"choices": SET_BY_HAND} if db_field.name == "status" else {}
        return super().formfield_for_choice_field(db_field, request, **kwargs | choices)

    def has_change_permission(self, request, obj=None):
        may_at_all = super().has_change_permission(request, obj)
        return may_at_all and (obj is None or may_write(request.user, obj))

    def has_delete_permission(self, request, obj=None):
        may_at_all = super().has_delete_permission(request, obj) and obj != request.user
        return may_at_all and (obj is None or may_write(request.user, obj))

    def has_deactivate_permission(self, request):
        return request.user.has_perm("users.deactivate_user")

    @asking(
        _("Deactivate people"),
        permission="deactivate",
        explains=_("They can no longer sign in, and their tokens are refused. What they own stays theirs."),
    )
    def deactivate(self, request, queryset):
        return set_active(request, queryset, active=False)

    @asking(_("Let people in again"), permission="deactivate", explains=_("They can sign in again as before."))
    def let_in_again(self, request, queryset):
        return set_active(request, queryset, active=True)


def set_active(request: Any, people: UserQuerySet, *, active: bool) -> int:
    people = whom_they_may_deactivate(request.user, people).exclude(is_active=active)
    return change_all(request, people, is_active=active)


@admin.register(Rank)
class RankAdmin(RowAdmin):
    form = ruled_by(RankSerializer)
    list_display = (localized_column("title"), "level", "min_score")
    search_fields = ("title",)


@admin.register(PushDevice)
class PushDeviceAdmin(RowAdmin):
    list_display = ("__str__", "user", "platform", "last_seen_at")
    list_select_related = ("user",)
    list_filter = ("platform", "last_seen_at")
    search_fields = ("user__username", "token")
    autocomplete_fields = ("user",)
    readonly_fields = ("last_seen_at",)


class PushRunInline(ReadOnlyInline):
    model = PushRun
    fields = ("sent", "failed", "dropped", "finished_at")


@admin.register(Notification)
class NotificationAdmin(RowAdmin):
    form = ruled_by(NotificationSerializer)
    list_display = (localized_column("header"), "audience", "is_welcome", "push", "publish_at", "published_at")
    list_filter = ("audience", "is_welcome", "push", "publish_at")
    search_fields = ("header", "body")
    readonly_fields = ("published_at",)
    inlines = (PushRunInline,)

    def save_model(self, request, obj, form, change):
        """What is due is published at once."""
        super().save_model(request, obj, form, change)
        publishing.publish_due(Notification.objects.filter(pk=obj.pk))


@admin.register(NotificationReceipt)
class NotificationReceiptAdmin(RowAdmin):
    """Whom a message to selected people reaches, and what everybody did with theirs, which is their own business."""

    list_display = ("notification", "user", "read_at", "archived_at", "deleted_at")
    list_select_related = ("notification", "user")
    search_fields = ("user__username",)
    autocomplete_fields = ("notification", "user")
    readonly_fields = ("read_at", "archived_at", "deleted_at")
    ordering = ("-id",)

    def get_readonly_fields(self, request, obj=None):
        return [*super().get_readonly_fields(request, obj), *(["notification", "user"] if obj else [])]

    def save_model(self, request, obj, form, change):
        if not change:
            publishing.add(obj.notification, [obj.user_id])
            obj.pk = NotificationReceipt.objects.get(notification=obj.notification, user=obj.user).pk
