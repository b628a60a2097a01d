"""What the users app stores about a person, and what is left of it when they leave."""

from typing import Any

from django.contrib.admin.models import LogEntry
from django.contrib.auth.hashers import make_password
from django.db.models import QuerySet

from kloppocar.api.models import plain_rows
from users.models import Adoption, Departure, NotificationReceipt, PushDevice, User, UserStatus

# The subject stays, so that tokens of it are refused and make nobody new; the score belongs to copies that stay.
KEPT = {"id", "cognito_sub", "score", "created_at", "updated_at", "version", "username_key"}


def stored_about(user: User) -> dict[str, Any]:
    account = User.objects.filter(pk=user.pk)
    return {
        "account": plain_rows(account, hide=["password", "username_key"]),
        "groups": user.groups.values("name"),
        "permissions": user.user_permissions.values("codename"),
        "devices": plain_rows(PushDevice.objects.filter(user=user)),
        "inbox": plain_rows(NotificationReceipt.objects.filter(user=user), also=["notification__header"]),
        "adoption": plain_rows(Adoption.objects.filter(user=user)),
        "departures": plain_rows(Departure.objects.filter(user=user)),
        "admin_log": plain_rows(LogEntry.objects.filter(user=user)),
        "changes_by_staff": plain_rows(said_about(user), hide=["user"]),
    }


def said_about(user: User) -> QuerySet[LogEntry]:
    """What the log says of their account. Who did it, and when, stays."""
    people = {"content_type__app_label": "users", "content_type__model": "user"}
    return LogEntry.objects.filter(**people, object_id=str(user.pk))


def erase(user: User) -> None:
    """Empty what is personal; the caller holds the row's lock."""
    for field in User._meta.concrete_fields:
        if field.name not in KEPT:
            setattr(user, field.attname, field.get_default())
    user.password, user.status, user.is_active = make_password(None), UserStatus.DELETED, False
    user.newsletter = user.push_enabled = False
    user.save()
    user.groups.clear()
    user.user_permissions.clear()
    models: list[Any] = [Adoption, PushDevice, NotificationReceipt]
    for model in models:
        model.objects.filter(user=user).delete()
    said_about(user).update(object_repr="", change_message="")
