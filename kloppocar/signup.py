"""Sign-up, which concerns users and what they collect: the one function behind Cognito's event and the first token."""

import logging
import random
import time
from collections.abc import Callable
from functools import partial
from typing import TypeVar

from django.db import InterfaceError, OperationalError, connection

from kloppocar.api.transactions import is_retriable
from users.models import User
from users.services import ensure_user

log = logging.getLogger(__name__)
T = TypeVar("T")

BUDGET_SECONDS = 4.0  # Cognito waits for five
CONNECTION_LOST = {0, 1040, 1053, 2002, 2003, 2006, 2013, 2055}


def sign_up(
    *,
    sub: str,
    email: str | None = None,
    is_email_verified: bool = False,
    device_token: str | None = None,
    platform: str | None = None,
    push_enabled: bool = True,
) -> User:
    """The person with this subject, made when they are new; then also their copy of an open starter campaign."""
    make = partial(
        ensure_user,
        sub=sub,
        email=email,
        is_email_verified=is_email_verified,
        device_token=device_token,
        platform=platform,
        push_enabled=push_enabled,
    )
    user, is_new = _patiently(make)
    if is_new:
        welcome(user)
    return user


def welcome(user: User) -> None:
    """A failure here, of whatever kind, never fails the sign-up."""
    from collectibles.services import grant_starter

    try:
        grant_starter(user=user)
    except Exception:
        log.exception("no starter copy for a new user", extra={"fields": {"user_id": user.pk}})


def _patiently(work: Callable[[], T]) -> T:
    """Try again while the database is only momentarily in the way, within the budget.

    A try that took long to fail is not repeated when the next one, taking as long, would end too late.
    """
    deadline, pause = time.monotonic() + BUDGET_SECONDS, 0.05
    while True:
        started = time.monotonic()
        try:
            return work()
        except (OperationalError, InterfaceError) as error:
            took = time.monotonic() - started
            if not _is_transient(error) or started + 2 * took + pause > deadline:
                raise
        connection.close_if_unusable_or_obsolete()
        time.sleep(pause * random.uniform(0.5, 1))  # noqa: S311 - jitter, not a secret
        pause = min(2 * pause, 0.5)


def _is_transient(error: Exception) -> bool:
    """Inside somebody else's transaction nothing can be repeated: it has to be rolled back as a whole."""
    if connection.in_atomic_block:
        return False
    lost = bool(error.args) and error.args[0] in CONNECTION_LOST
    return lost or (isinstance(error, OperationalError) and is_retriable(error))
