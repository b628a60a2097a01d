"""Everything about a person, across all apps: given to them as one document, or erased."""

from datetime import UTC, datetime
from typing import Any

import collectibles.person
import communities.person
import users.person
from kloppocar.api.transactions import atomically
from users.models import Departure, User, UserStatus
from users.services import departure

PARTS = [collectibles.person, communities.person, users.person]


def export(user: User) -> dict[str, Any]:
    """What is stored about them, table by table."""
    tables = {part.__name__.partition(".")[0]: part.stored_about(user) for part in PARTS}
    document = {app: {name: list(rows) for name, rows in stored.items()} for app, stored in tables.items()}
    return {"exported_at": datetime.now(UTC), **document}


def erase(user: User) -> None:
    """Close their account for good. A second call, also at the same time, changes nothing.

    Copies, their ledger and what was won stay under a person without name. Their picture's files and the user pool's
    own user go as well: now, or by the schedule when AWS does not answer.
    """

    def work() -> None:
        row = User.objects.select_for_update().get(pk=user.pk)
        if row.status == UserStatus.DELETED:
            return
        departure.plan(row, row.picture)
        for part in reversed(PARTS):  # the account first: the database lets a last owner go who has none
            part.erase(row)

    atomically(work)
    for left in Departure.objects.filter(user=user, tries=0):
        departure.complete(left)
