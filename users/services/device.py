"""Phones and browsers that can be pushed to."""

from django.db import transaction
from django.utils import timezone

from users.models import Platform, PushDevice, User

from .account import lock_account

MAX_DEVICE_TOKEN = 512


@transaction.atomic
def register_device(*, user: User, token: str, platform: str | None) -> PushDevice | None:
    """The device, moved to `user` when it was somebody else's; None when it cannot be one."""
    if platform not in Platform.values or not 0 < len(token) <= MAX_DEVICE_TOKEN or not token.isprintable():
        return None
    lock_account(user)
    changes = {"user": user, "platform": platform, "last_seen_at": timezone.now()}
    return PushDevice.objects.update_or_create(token=token, defaults=changes)[0]
