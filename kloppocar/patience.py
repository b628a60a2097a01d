"""How long we wait for the database, where the usual time-outs of the settings are too long or too short."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings


@contextmanager
def of(connection: Any, *, seconds: int) -> Iterator[None]:
    """Inside the block no single wait for MySQL lasts longer, neither to connect nor for an answer; and it may last so
    long, also where requests may not wait.

    The client library takes its time-outs when it connects, so the block has a connection of its own; that also spares
    it a warm one that hangs, as after a firewall forgot it while Lambda slept. Inside a transaction nothing can change.
    """
    if connection.vendor != "mysql" or connection.in_atomic_block:
        yield
        return
    usual = connection.settings_dict
    waits: dict[str, Any] = {"connect_timeout": seconds, "read_timeout": seconds, "write_timeout": seconds}
    waits["init_command"] = settings.MYSQL_SESSION.format(seconds=seconds)
    connection.close()
    connection.settings_dict = usual | {"OPTIONS": usual["OPTIONS"] | waits}
    try:
        yield
    finally:
        connection.close()
        usual["USER"], usual["PASSWORD"] = (
            connection.settings_dict[name] for name in ("USER", "PASSWORD")
        )  # if rotated
        connection.settings_dict = usual
