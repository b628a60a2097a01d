"""Sample Lambda events, and Zappa's handler made ready for them."""

import json
import os
from typing import Any

from django.conf import settings

from kloppocar.management.commands import event as event_command

EVENTS = settings.BASE_DIR / "tests" / "events"
SUB = "5d6c0000-0000-4000-8000-00000000a11c"  # the person of sign_up_confirmed.json


def sample(name: str) -> dict[str, Any]:
    return json.loads((EVENTS / f"{name}.json").read_text())


def confirmed(metadata: dict[str, Any] | None = None, **attributes: Any) -> dict[str, Any]:
    """The sign-up event, with other attributes or metadata; `...` leaves one out."""
    event = sample("sign_up_confirmed")
    given = event["request"]["userAttributes"] | attributes
    event["request"]["userAttributes"] = {name: value for name, value in given.items() if value is not ...}
    event["request"]["clientMetadata"] |= metadata or {}
    return event


def prepare_handler() -> None:
    """Zappa's handler changes the environment, and sets Django up again with its logging: once, before the tests."""
    before = dict(os.environ)
    event_command.prepare("dev")
    os.environ.clear()
    os.environ.update(before)
