"""One run at a time, and our triggers out of the way for those who must: SQLite's migrations, and tests that flush."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import OperationalError, transaction

from kloppocar.models import AppliedObject

from .apply import apply_all, execute
from .parse import TriggerError, digest
from .plan import seen

LOCK_SECONDS = 10
GUARDS = [
    "copy_is_never_deleted",
    "last_owner_stays__delete",
    "ledger_is_append_only__update",
    "ledger_is_append_only__delete",
]


@contextmanager
def alone(connection: Any) -> Iterator[None]:
    """Only one run at a time in one database: a second waits, then says who holds the lock."""
    with locked_file(connection) if connection.vendor == "sqlite" else locked_name(connection):
        yield


@contextmanager
def locked_file(connection: Any) -> Iterator[None]:
    """SQLite's DDL is part of a transaction: the whole run is one, which begins by locking the file."""
    try:
        with transaction.atomic(using=connection.alias):
            yield
    except OperationalError as error:
        if "locked" not in str(error):
            raise
        raise TriggerError(f"Another program is writing to the database file ({error}). Run this again.") from error


@contextmanager
def locked_name(connection: Any) -> Iterator[None]:
    """A lock that the server lets go when the connection ends, however it ends. DDL waits no longer than the lock: all
    writers of a table queue behind DDL that waits for one long transaction."""
    name = f"apply_triggers.{digest(str(connection.settings_dict['NAME']))[:32]}"
    with connection.cursor() as cursor:
        cursor.execute("SELECT GET_LOCK(%s, %s)", [name, LOCK_SECONDS])
        if not cursor.fetchone()[0]:
            raise TriggerError(f"Another run holds the lock: {holder(cursor, name)}. Waited {LOCK_SECONDS} s.")
        cursor.execute("SET @waited_before = @@lock_wait_timeout, SESSION lock_wait_timeout = %s", [LOCK_SECONDS])
        try:
            yield
        finally:
            cursor.execute("SET SESSION lock_wait_timeout = @waited_before")
            cursor.execute("SELECT RELEASE_LOCK(%s)", [name])


def holder(cursor: Any, name: str) -> str:
    """Who holds the lock, as far as the server lets us see."""
    cursor.execute(
        "SELECT id, user, host FROM information_schema.processlist WHERE id = IS_USED_LOCK(%s)",
        [name],
    )
    row = cursor.fetchone()
    return f"connection {row[0]} of {row[1]} from {row[2]}" if row else "a connection that cannot be seen from here"


def is_used(connection: Any) -> bool:
    """Whether our objects were ever put into this database."""
    tables = connection.introspection.table_names()
    return AppliedObject._meta.db_table in tables and AppliedObject.objects.using(connection.alias).exists()


def step_aside(connection: Any) -> None:
    """Drop our own triggers; `apply_all` brings them back."""
    if not is_used(connection):
        return
    ours = set(AppliedObject.objects.using(connection.alias).values_list("name", flat=True))
    held = [name for name, found in seen(connection).items() if name in ours and found.kind == "TRIGGER"]
    execute(connection, *(f"DROP TRIGGER {name}" for name in held))


def drop_guards(connection: Any) -> None:
    """For tests that empty tables: apply_all() puts the guards back."""
    execute(connection, *(f"DROP TRIGGER IF EXISTS {name}" for name in GUARDS))


@contextmanager
def guards_dropped(connection: Any) -> Iterator[None]:
    """For tests that empty tables inside the block."""
    drop_guards(connection)
    try:
        yield
    finally:
        apply_all(connection)
