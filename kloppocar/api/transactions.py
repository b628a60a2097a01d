"""One transaction, tried again when the database picked it as the victim of a deadlock."""

import random
import time
from collections.abc import Callable
from typing import TypeVar

from django.db import OperationalError, transaction

T = TypeVar("T")
TRIES = 5
PATIENCE = 2.0  # seconds after which nothing is tried again: who waits for an answer has waited long enough
DEADLOCK, LOCK_WAIT, RECORD_CHANGED = 1213, 1205, 1020
NO_AUTO_INCREMENT = 1467  # how a deadlock inside a trigger may show itself
RETRIABLE = {DEADLOCK, LOCK_WAIT, RECORD_CHANGED, NO_AUTO_INCREMENT}


def atomically(work: Callable[[], T]) -> T:
    """Run `work` in the outermost transaction; whole blocks are rolled back and tried again, with jitter."""
    started = time.monotonic()
    for attempt in range(1, TRIES + 1):
        try:
            with transaction.atomic(durable=True):
                return work()
        except OperationalError as error:
            is_late = time.monotonic() - started > PATIENCE
            if attempt == TRIES or is_late or not is_retriable(error):
                raise
            time.sleep(random.uniform(0.01, 0.05) * attempt)  # noqa: S311 - jitter, not a secret
    raise AssertionError("the last attempt returns or raises")


def is_retriable(error: OperationalError) -> bool:
    """Whether another try may succeed at once: MySQL's lock errors, or a locked SQLite file."""
    return (error.args and error.args[0] in RETRIABLE) or "database is locked" in str(error)
