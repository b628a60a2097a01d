"""A database beside the configured one: made, migrated, with our triggers, and dropped afterwards."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import DatabaseError

from kloppocar import triggers

LONGEST_NAME = 48  # MySQL takes 64 characters


class ScratchError(Exception):
    """Why there is no scratch database, in one sentence."""


@contextmanager
def scratch_database(connection: Any) -> Iterator[None]:
    """`connection` points to the scratch database inside the block. Made as the test runner makes its own."""
    old = str(connection.settings_dict["NAME"])
    name = f"{old.removesuffix('.sqlite3')[:LONGEST_NAME]}_stress_{secrets.token_hex(4)}"
    connection.settings_dict["TEST"]["NAME"] = name
    try:
        make(connection, name)
        triggers.apply_all(connection)
        yield
    finally:
        if connection.settings_dict["NAME"] == name:
            connection.creation.destroy_test_db(old, verbosity=0)


def make(connection: Any, name: str) -> None:
    try:
        connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    except SystemExit as error:  # Django has printed the server's reason
        raise ScratchError(f"The scratch database {name} cannot be made.") from error
    except DatabaseError as error:
        raise ScratchError(f"The scratch database {name} cannot be made: {error}.") from error
