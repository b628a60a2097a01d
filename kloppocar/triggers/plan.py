"""What the database really holds, compared with the files and with what was applied last."""

from dataclasses import dataclass
from typing import Any

from kloppocar.models import AppliedObject

from . import parse
from .parse import SqlObject, digest

# Asked for the table's database, which is the trigger's, the server leaves all others alone.
SEEN_MYSQL = """
SELECT trigger_name, 'TRIGGER', event_object_table, definer,
    CONCAT_WS(' ', action_timing, event_manipulation, event_object_table, action_statement)
FROM information_schema.triggers WHERE event_object_schema = DATABASE()
UNION ALL
SELECT routine_name, routine_type, '', definer, routine_definition
FROM information_schema.routines WHERE routine_schema = DATABASE()
UNION ALL
SELECT table_name, 'VIEW', '', definer, view_definition
FROM information_schema.views WHERE table_schema = DATABASE()
"""
SEEN_SQLITE = "SELECT name, upper(type), tbl_name, '', sql FROM sqlite_master WHERE type IN ('trigger', 'view')"


@dataclass(frozen=True)
class Found:
    """An object as the server describes it; `seen` is a digest of that."""

    kind: str
    table: str
    definer: str
    seen: str


@dataclass(frozen=True)
class Step:
    """What is to be done about one object: create, replace, drifted (replace), unchanged, or orphaned."""

    name: str
    state: str
    kind: str
    source: SqlObject | None = None


def seen(connection: Any) -> dict[str, Found]:
    """Each trigger, routine and view in the database, by name."""
    with connection.cursor() as cursor:
        cursor.execute(SEEN_SQLITE if connection.vendor == "sqlite" else SEEN_MYSQL)
        rows = cursor.fetchall()
    return {name: Found(kind, table, definer, digest(text or "")) for name, kind, table, definer, text in rows}


def plan(connection: Any) -> list[Step]:
    """What differs, in the order in which it would be mended; nothing is changed."""
    return compare(connection, definer_is=current_user(connection))


def compare(connection: Any, definer_is: str | None) -> list[Step]:
    present = seen(connection)
    known = {row.name: row for row in AppliedObject.objects.using(connection.alias)}
    objects = parse.read(parse.folder_of(connection))
    steps = [
        Step(item.name, state_of(item, present.get(item.name), known.get(item.name), definer_is), item.kind, item)
        for item in objects
    ]
    ours = {item.name for item in objects}
    orphans = [
        Step(name, "orphaned", present[name].kind) for name in sorted(known) if name not in ours and name in present
    ]
    return steps + orphans


def state_of(item: SqlObject, found: Found | None, row: AppliedObject | None, definer_is: str | None) -> str:
    if found is None:
        return "create"
    if row is None or row.checksum != item.checksum or row.kind != found.kind:
        return "replace"
    foreign = definer_is is not None and found.definer != definer_is and "DEFINER" not in item.sql.upper()
    return "drifted" if foreign or row.seen != found.seen else "unchanged"


def current_user(connection: Any) -> str | None:
    """Whom the server would write down as the definer. An object of another, perhaps long gone, has drifted: firing it
    fails (1449) once its definer is missing, as after a dump was loaded elsewhere."""
    if connection.vendor == "sqlite":
        return None
    with connection.cursor() as cursor:
        cursor.execute("SELECT CURRENT_USER()")
        return cursor.fetchone()[0]


def out_of_step(connection: Any) -> list[str]:
    """Names of objects that are missing, changed or edited by hand. Who serves need not be who deployed, so the
    definer is no matter here."""
    steps = compare(connection, definer_is=None)
    return [step.name for step in steps if step.state not in {"unchanged", "orphaned"}]
