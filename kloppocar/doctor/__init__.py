"""`manage.py doctor`: everything that a deployment needs, one small check each, on a laptop and on a stage."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.db import DatabaseError

from . import configuration, database, package, sign_in, storage
from .finding import GREEN, RED, YELLOW, Finding, green, red, yellow

CHECKS: dict[str, list[Callable[[], Finding]]] = {
    "settings": [
        configuration.debug,
        configuration.system_checks,
        configuration.hosts,
        configuration.public_address,
        configuration.old_clients,
        configuration.cross_origin,
        configuration.shared_cache,
        configuration.database_secret,
    ],
    "database": [
        database.reachable,
        database.version,
        database.encryption,
        database.may_make_triggers,
        database.migrations,
        database.triggers_in_step,
        database.enough_connections,
    ],
    "sign-in": [sign_in.keys, sign_in.clock, sign_in.trigger],
    "package": [package.size, package.import_time, package.static_files],
    "storage": [storage.bucket],
}
UNASKED = yellow("nobody knows: the database cannot be reached", "Mend `reachable` first.")
NEED_DATABASE = [*CHECKS["database"][1:], sign_in.clock]


@dataclass(frozen=True)
class Line:
    """One line of the screen."""

    subject: str
    name: str
    colour: str
    says: str
    to_do: str


def examine(subjects: list[str]) -> Iterator[Line]:
    """Every check of these subjects; one that breaks is red and stops no other."""
    is_down = False  # then nobody waits again and again for a database that does not answer
    for subject in subjects:
        for check in CHECKS[subject]:
            finding = UNASKED if is_down and check in NEED_DATABASE else outcome(check)
            is_down |= check is database.reachable and finding.colour == RED
            yield Line(subject, check.__name__.replace("_", " "), finding.colour, finding.says, finding.to_do)


def outcome(check: Callable[[], Finding]) -> Finding:
    try:
        return check()
    except DatabaseError as error:
        number = error.args[0] if error.args else ""
        return red(f"the database refuses to say ({type(error).__name__} {number})", "See `reachable` and its log.")
    except Exception as error:  # noqa: BLE001 - a broken check must not hide the others
        return red(f"the check itself failed: {type(error).__name__}: {error}", "Report this; the others still count.")


__all__ = ["CHECKS", "GREEN", "RED", "YELLOW", "Finding", "Line", "examine", "green", "red", "yellow"]
