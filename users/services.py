"""Making people, and keeping what Cognito says of them up to date."""

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.utils import timezone

from users.models import Platform, PushDevice, User, UserStatus

MAX_DEVICE_TOKEN = 512


def ensure_user(
    *,
    sub: str,
    email: str | None = None,
    device_token: str | None = None,
    platform: str | None = None,
    push_enabled: bool = True,
) -> tuple[User, bool]:
    """The person with this Cognito subject, and whether they are new. Of many callers at once, one makes the row."""
    user = User.objects.filter(cognito_sub=sub).first()
    if user is not None:
        return user, False
    try:
        with transaction.atomic():
            user = User.objects.create_user(cognito_sub=sub, email=usable_email(email), push_enabled=push_enabled)
            if device_token:
                register_device(user=user, token=device_token, platform=platform)
    except IntegrityError:
        return User.objects.get(cognito_sub=sub), False
    return user, True


def register_device(*, user: User, token: str, platform: str | None) -> PushDevice | None:
    """The device, moved to `user` when it was somebody else's; None when it cannot be one."""
    if platform not in Platform.values or not 0 < len(token) <= MAX_DEVICE_TOKEN or not token.isprintable():
        return None
    changes = {"user": user, "platform": platform, "last_seen_at": timezone.now()}
    return PushDevice.objects.update_or_create(token=token, defaults=changes)[0]


def refresh_email(user: User, email: str | None) -> User:
    """Take over an e-mail that the user pool has verified meanwhile."""
    email = usable_email(email)
    if email is None or email == user.email or user.status == UserStatus.DELETED:
        return user
    user.email = email
    user.save(update_fields=["email", "updated_at", "version"])
    return user


def usable_email(email: str | None) -> str | None:
    """In lower case, as it is stored and looked up; None when it is none."""
    if not email:
        return None
    try:
        validate_email(email)
    except ValidationError:
        return None
    return email.lower() if len(email) <= 254 else None
