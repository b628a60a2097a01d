"""Reading over a connection that may have died while nobody used it.

Django asks a kept connection whether it still lives before a request's first statement, which costs every request one
more way to the database and back. A read can be tried instead: it may be run again over a new connection.
"""

from typing import Any

from django.db import InterfaceError, OperationalError, connections


def read(alias: str, sql: str, params: Any) -> Any:
    """The rows of one SELECT. A connection that turns out to be dead is replaced, outside of transactions."""
    connection: Any = connections[alias]
    if connection.health_check_done or connection.in_atomic_block or not connection.health_check_enabled:
        return run(connection, sql, params)
    connection.health_check_done = True  # this statement is the check
    try:
        return run(connection, sql, params)
    except (OperationalError, InterfaceError):
        if connection.connection is None or connection.is_usable():
            raise
        connection.close()
    return run(connection, sql, params)


def run(connection: Any, sql: str, params: Any) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()
