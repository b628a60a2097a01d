"""Reads that may be slightly old go to a replica where there is one: anonymous GETs of public rows, which any cache may
answer for half a minute anyway. Writes, and whatever a person may just have written, stay with the primary."""

import logging
import time
from contextvars import ContextVar
from typing import Any

from django.db import connections

log = logging.getLogger(__name__)

ALIAS = "replica"
COOL_DOWN = 10.0  # seconds for which a replica that failed is not asked again
may_be_old: ContextVar[bool] = ContextVar("may_be_old", default=False)


class Outage:
    """While the replica is down the primary answers: the replica is asked again after COOL_DOWN."""

    until = 0.0


class Router:
    """Django asks it where to read; `None` leaves it with the primary, or where the row at hand came from."""

    def db_for_read(self, model: Any, **hints: Any) -> str | None:
        return ALIAS if may_be_old.get() else None

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool | None:
        """The primary's migrations reach a replica by themselves."""
        return False if db == ALIAS else None


def use() -> None:
    """From here on this request may read what is slightly old."""
    may_be_old.set(ALIAS in connections.settings and time.monotonic() >= Outage.until)


def leave() -> bool:
    """Back to the primary; whether this request read elsewhere."""
    was_away = may_be_old.get()
    may_be_old.set(False)
    return was_away


def note_outage(error: Exception) -> None:
    """The primary could answer what the replica could not."""
    Outage.until = time.monotonic() + COOL_DOWN
    log.error("the replica is down, the primary answers: %s", type(error).__name__, exc_info=error)
