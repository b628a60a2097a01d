"""Sign-up, which concerns users and what they collect: the one function behind Cognito's event and the first token."""

import logging

from django.db import DatabaseError

from kloppocar.api.errors import Refusal
from users.models import User
from users.services import ensure_user

log = logging.getLogger(__name__)


def sign_up(
    *,
    sub: str,
    email: str | None = None,
    device_token: str | None = None,
    platform: str | None = None,
    push_enabled: bool = True,
) -> User:
    """The person with this subject, made when they are new; then also their copy of an open starter campaign."""
    user, is_new = ensure_user(
        sub=sub, email=email, device_token=device_token, platform=platform, push_enabled=push_enabled
    )
    if is_new:
        welcome(user)
    return user


def welcome(user: User) -> None:
    """A failure here never fails the sign-up."""
    from collectibles.services import grant_starter

    try:
        grant_starter(user=user)
    except (DatabaseError, Refusal):
        log.exception("no starter copy for a new user", extra={"fields": {"user_id": user.pk}})
