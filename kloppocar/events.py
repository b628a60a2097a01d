"""What Zappa calls besides requests: Cognito's triggers and the schedule, as zappa_settings.json maps them."""

import logging
import traceback
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections

from collectibles.missions import recompute_stale
from kloppocar import patience
from kloppocar.signup import sign_up
from users.cognito import SUB_SHAPE
from users.services.departure import complete_due
from users.services.publishing import publish_due
from users.services.push import send_pushes

log = logging.getLogger(__name__)

SIGN_UP_CONFIRMED = "PostConfirmation_ConfirmSignUp"
SECONDS_FOR_DATABASE = 2  # Cognito waits five for the whole answer
SECONDS_FOR_COUNTING = 120  # one statement of it


class EventRefused(Exception):
    """The event is not what it should be; the text holds nothing of it."""


def post_confirmation(event: dict[str, Any], context: Any = None) -> dict[str, Any]:
    """Makes the person who has confirmed their sign-up; Cognito always gets its event back.

    Cognito has confirmed them whatever we answer and would show them our error, so a failure is only logged: the
    first valid token makes up for it. A new password (ConfirmForgotPassword) changes nothing here.
    """
    try:
        if event.get("triggerSource") == SIGN_UP_CONFIRMED:
            with patience.of(connection, seconds=SECONDS_FOR_DATABASE):
                sign_up(**_new_person(event))
    except Exception as error:  # noqa: BLE001 - the outermost edge
        _log_failure(error)
    return event


def housekeeping(event: dict[str, Any] | None = None, context: Any = None) -> None:
    """Once a day: what nobody would miss."""
    _drop_dead_connections()
    call_command("clearsessions")


def every_minute(event: dict[str, Any] | None = None, context: Any = None) -> None:
    """What is due: messages first, then their pushes, then people who have left, then missions that changed and were
    not counted anew to the end. None of them holds up the others."""
    _drop_dead_connections()
    for work in (publish_due, send_pushes, complete_due, count_changed_missions):
        try:
            work()
        except Exception:
            log.exception("%s failed", work.__name__)


def count_changed_missions() -> None:
    """With more time than a request has: a collectible may have very many copies."""
    with patience.of(connection, seconds=SECONDS_FOR_COUNTING):
        recompute_stale()


def _drop_dead_connections() -> None:
    """What Django does before a request: a warm Lambda's connections may have been closed while it slept."""
    for each in connections.all(initialized_only=True):
        if not each.in_atomic_block:
            each.close_if_unusable_or_obsolete()


def _new_person(event: dict[str, Any]) -> dict[str, Any]:
    """The arguments of `sign_up`; whatever else attributes and metadata claim is not read."""
    _check_pool(event.get("userPoolId"))
    request = _object(event, "request")
    attributes, metadata = _object(request, "userAttributes"), _object(request, "clientMetadata")
    sub = _text(attributes, "sub")
    if not SUB_SHAPE.fullmatch(sub):
        raise EventRefused("no usable sub")
    return {
        "sub": sub,
        "email": None if _text(attributes, "email_verified").lower() == "false" else _text(attributes, "email"),
        "is_email_verified": _text(attributes, "email_verified").lower() == "true",
        "device_token": _text(metadata, "fcm_device_token"),
        "platform": _text(metadata, "platform").lower(),
        "push_enabled": _text(metadata, "push_notifications_enabled").lower() != "false",
    }


def _check_pool(pool: Any) -> None:
    """Locally no pool need be configured, and then every pool will do."""
    ours = settings.COGNITO_USER_POOL_ID
    is_taken = pool == ours if ours else settings.LOCAL
    if not is_taken:
        raise EventRefused("another user pool")


def _object(parent: dict[str, Any], name: str) -> dict[str, Any]:
    value = parent.get(name)
    return value if isinstance(value, dict) else {}


def _text(parent: dict[str, Any], name: str) -> str:
    value = parent.get(name)
    return "" if value is None else str(value)


def _log_failure(error: Exception) -> None:
    """Where and of which kind; not the error's own text, since a database's may quote the e-mail."""
    places = [f"{frame.name}:{frame.lineno}" for frame in traceback.extract_tb(error.__traceback__)[-20:]]
    reason = str(error) if isinstance(error, EventRefused) else None
    number = error.args[0] if error.args and isinstance(error.args[0], int) else None
    fields = {"error": type(error).__name__, "number": number, "reason": reason, "at": places}
    log.error("a confirmed sign-up made no user", extra={"fields": fields})
