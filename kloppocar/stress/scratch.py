"""A database beside the configured one: made, migrated, with our triggers, and dropped afterwards."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import DatabaseError

from kloppocar import triggers


class ScratchError(Exception):
    """Why there is no scratch database, in one sentence."""


@contextmanager
def scratch_database(connection: Any) -> Iterator[str]:
    """`connection` points to the scratch database inside the block; the name of it."""
    old = connection.settings_dict["NAME"]
    name = f"{str(old).removesuffix('.sqlite3')}_stress_{secrets.token_hex(4)}"
    connection.settings_dict["TEST"]["NAME"] = name
    try:
        connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    except (DatabaseError, SystemExit) as error:
        raise ScratchError(f"No scratch database {name} can be made beside {old}: {error}.") from error
    try:
        triggers.apply_all(connection)
        yield name
    finally:
        connection.creation.destroy_test_db(old, verbosity=0)
