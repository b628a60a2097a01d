"""Putting objects into the database, each on its own: MySQL cannot roll DDL back, so no object is ever replaced with a
moment in which neither or both of its versions fire."""

import re
import time
from typing import Any

from django.db import DatabaseError, transaction

from kloppocar.models import AppliedObject

from . import parse
from .parse import SqlObject, TriggerError
from .plan import Found, Step, plan, seen

NO_SUPER, WAITED = 1419, 1205


def apply_all(connection: Any) -> list[Step]:
    """Mend everything that differs; the steps that were taken."""
    steps = [step for step in plan(connection) if step.state not in {"unchanged", "orphaned"}]
    for step in steps:
        apply_step(connection, step)
    return steps


def apply_step(connection: Any, step: Step) -> float:
    """Put one object into the database and remember it; the milliseconds it took."""
    started = time.perf_counter()
    assert step.source is not None
    try:
        replace(connection, step.source)
    except DatabaseError as error:
        raise TriggerError(explain(step.source, error)) from error
    remember(connection, step.source)
    return (time.perf_counter() - started) * 1000


def remember(connection: Any, item: SqlObject) -> None:
    found = seen(connection)[item.name]
    row, is_new = AppliedObject.objects.using(connection.alias).get_or_create(name=item.name)
    row.kind, row.checksum, row.seen = found.kind, item.checksum, found.seen
    row.version += 0 if is_new else 1
    row.save(using=connection.alias)


def replace(connection: Any, item: SqlObject) -> None:
    """MariaDB replaces in one statement, and keeps the old trigger when that fails; SQLite rolls back."""
    old = seen(connection).get(item.name)
    if connection.vendor == "sqlite":
        with transaction.atomic(using=connection.alias):
            if old:
                execute(connection, f"DROP {old.kind} {item.name}")
            execute(connection, item.sql)
    elif has_or_replace(connection) and (old is None or (old.kind, old.table) == (item.kind, item.table)):
        execute(connection, re.sub(r"^CREATE\b", "CREATE OR REPLACE", item.sql))
    else:
        replace_locked(connection, item, old)


def has_or_replace(connection: Any) -> bool:
    return connection.mysql_is_mariadb


def replace_locked(connection: Any, item: SqlObject, old: Found | None) -> None:
    """MySQL has no CREATE OR REPLACE TRIGGER: writers wait while the old one goes and the new one comes.

    Neither server replaces a routine while tables are locked (1192): better no trigger calls one.
    """
    was = definition(connection, item.name, old) if old else None
    tables = sorted({item.table, old.table if old else ""} - {""})
    if tables:
        execute(connection, "LOCK TABLES " + ", ".join(f"{table} WRITE" for table in tables))
    try:
        if old:
            execute(connection, f"DROP {old.kind} IF EXISTS {item.name}")
        try:
            execute(connection, item.sql)
        except DatabaseError:
            if was:
                execute(connection, was)
            raise
    finally:
        if tables:
            execute(connection, "UNLOCK TABLES")


def definition(connection: Any, name: str, old: Found) -> str:
    """The CREATE statement of what is there now. It comes back as ours: only SUPER may make another its definer."""
    with connection.cursor() as cursor:
        cursor.execute(f"SHOW CREATE {old.kind} {name}")
        text = cursor.fetchone()[1 if old.kind == "VIEW" else 2]
    return re.sub(r"\bDEFINER\s*=\s*\S+\s+", "", text, count=1)


def execute(connection: Any, *statements: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def explain(item: SqlObject, error: DatabaseError) -> str:
    """File, line and the server's own words."""
    number, words = (error.args[0] if error.args else None), str(error.args[-1] if error.args else error)
    place = f"{item.path.name}:{item.line + line_in(item, words) - 1}"
    if number == NO_SUPER:
        return (
            f"{place}: {words} The server keeps binary logs and lets only SUPER make triggers."
            " Set its parameter log_bin_trust_function_creators = 1 and run this again."
        )
    if number == WAITED:
        return f"{place}: {words} Another transaction held the table too long; run this again."
    return f"{place}: {words}"


def line_in(item: SqlObject, words: str) -> int:
    """The line of the statement that the server complains of; SQLite names no line, but often a word."""
    if named := re.search(r"at line (\d+)", words):
        return int(named[1])
    near = re.search(r'near "([^"]+)"', words)
    place = item.sql.find(near[1]) if near else -1
    return parse.line_of(item.sql, place) if place > 0 else 1


def drop(connection: Any, step: Step) -> None:
    """Take an object of ours out, and forget it."""
    execute(connection, f"DROP {step.kind} IF EXISTS {step.name}")
    AppliedObject.objects.using(connection.alias).filter(name=step.name).delete()
