"""Messages reach people: published when their time has come, exactly once, by one statement however many people."""

from datetime import datetime
from typing import Any

from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from kloppocar.api import history
from kloppocar.api.errors import Refusal
from kloppocar.api.transactions import atomically
from users.models import (
    Audience,
    Notification,
    NotificationQuerySet,
    NotificationReceipt,
    PushDevice,
    PushRun,
    User,
    UserQuerySet,
)

MOST_RECIPIENTS = 1_000  # in one request
FIXED_ONCE_PUBLISHED = ("audience", "is_welcome", "push", "publish_at")


def publish_due(messages: NotificationQuerySet | None = None, now: datetime | None = None) -> int:
    """Publish what is due; how many there were. Of two who do it at once, one finds each message unpublished."""
    now = now or timezone.now()
    messages = Notification.objects.all() if messages is None else messages
    return messages.due_at(now).update(published_at=now, updated_at=now, version=F("version") + 1)


def refuse_what_is_fixed(message: Notification, changes: dict[str, Any]) -> None:
    """Texts of a published message can be mended; whom it reached, and when, has happened."""
    fixed = [name for name in FIXED_ONCE_PUBLISHED if name in changes and changes[name] != getattr(message, name)]
    if message.published_at and fixed:
        detail = _("This message is published: %(fields)s cannot change any more.") % {"fields": ", ".join(fixed)}
        raise Refusal("already_published", detail, status=409, extra={"published_at": message.published_at})


def add_recipients(*, message: Notification, ids: list[int], by: User | None = None) -> dict[str, int]:
    """Send a message for selected people to these as well; anybody unknown refuses them all. `by` whom stands in the
    message's history, with numbers and no names.
    """
    return atomically(lambda: add(message, ids, by))


def add(message: Notification, ids: list[int], by: User | None = None) -> dict[str, int]:
    """The same inside a transaction that is under way."""
    row = Notification.objects.select_for_update().get(pk=message.pk)
    if row.audience != Audience.SELECTED:
        raise Refusal("not_selected", _("This message is for everyone: it has no recipients."), status=409)
    wanted = set(ids)
    refuse_unknown(wanted - set(has_account().filter(pk__in=wanted).values_list("pk", flat=True)))
    receipts = NotificationReceipt.objects.filter(notification=row)
    new = wanted - set(receipts.filter(user__in=wanted).values_list("user", flat=True))
    NotificationReceipt.objects.bulk_create(NotificationReceipt(notification=row, user_id=pk) for pk in sorted(new))
    PushRun.objects.filter(notification=row).update(finished_at=None)
    total = receipts.count()
    if by is not None and new:
        numbers = [total - len(new) or None, total]
        history.write(by, row, [{"changed": {"fields": ["Recipients"], "values": {"recipients": numbers}}}])
    return {"added": len(new), "recipients": total}


def refuse_unknown(ids: set[int]) -> None:
    if ids:
        some = sorted(ids)[:20]
        detail = _("%(number)s of these people have no account; nobody was added.") % {"number": len(ids)}
        raise Refusal("unknown_recipients", detail, status=400, extra={"unknown": some})


def has_account() -> UserQuerySet:
    return User.objects.visible_to(None).filter(is_active=True)


def reached_by(message: Notification) -> UserQuerySet:
    """The people whose inbox shows it, or will once it is published."""
    if message.audience == Audience.SELECTED:
        return has_account().filter(receipts__notification=message)
    if message.is_welcome or message.published_at is None:
        return has_account()
    return has_account().filter(created_at__lte=message.published_at)


def devices_reached_by(message: Notification) -> int:
    people = reached_by(message).filter(push_enabled=True)
    return PushDevice.objects.filter(Q(user__in=people)).count() if message.push else 0
