"""Making people, and keeping what Cognito says of them up to date."""

from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from users.emails import as_stored
from users.models import User, UserStatus

from .adoption import adopt
from .device import register_device

MAX_EMAIL = 254
EMAIL_GRACE_SECONDS = 300


@transaction.atomic
def ensure_user(
    *,
    sub: str,
    email: str | None = None,
    is_email_verified: bool = False,
    device_token: str | None = None,
    platform: str | None = None,
    push_enabled: bool = True,
) -> tuple[User, bool]:
    """The person with this Cognito subject, and whether they are new. Of many callers at once, one makes the row.

    An imported account that waits for this e-mail becomes theirs, if Cognito says that the e-mail is verified.
    """
    email = usable_email(email)
    new = {"email": email, "push_enabled": push_enabled, "password": make_password(None)}
    adopted = adopt(sub=sub, email=email) if email and is_email_verified else None
    user, is_new = (adopted, False) if adopted else User.objects.get_or_create(cognito_sub=sub, defaults=new)
    if user.status == UserStatus.DELETED:
        return user, False
    if user.email is None and email:
        _save_email(user, email)
    if device_token:
        register_device(user=user, token=device_token, platform=platform)
    return user, is_new


def refresh_email(*, user: User, email: str | None, issued_at: float) -> User:
    """Take over an e-mail that Cognito has verified, unless the row was written after its token was issued.

    Tokens live for hours: without that rule an old phone's token would bring the old address back. Five minutes of
    grace, because a sign-in gives several tokens at once and the first of them may already have written the row.
    """
    email = usable_email(email)
    if email is None or email == user.email or user.status == UserStatus.DELETED:
        return user
    if user.email is None or user.updated_at.timestamp() <= issued_at + EMAIL_GRACE_SECONDS:
        _save_email(user, email)
    return user


def _save_email(user: User, email: str) -> None:
    """Unless the account was erased meanwhile."""
    changes = {"email": email, "updated_at": timezone.now(), "version": F("version") + 1}
    if User.objects.filter(pk=user.pk).exclude(status=UserStatus.DELETED).update(**changes):
        user.email = email


def usable_email(email: str | None) -> str | None:
    """As it is stored and looked up; None when it is none.

    Django's validator lets lone surrogates through in a domain, which no database can store.
    """
    email = email or ""
    try:
        validate_email(email)
    except ValidationError:
        return None
    return as_stored(email) if len(email) <= MAX_EMAIL and email.isprintable() else None
