"""Everything about a person, across all apps: given to them as one document, or erased."""

from datetime import UTC, datetime
from typing import Any

from django.conf import settings

import collectibles.person
import communities.person
import users.person
from kloppocar.api.transactions import atomically
from users.models import PoolRemoval, User, UserStatus
from users.services.pool import remove_from_pool

PARTS = [collectibles.person, communities.person, users.person]


def export(user: User) -> dict[str, Any]:
    """What is stored about them, table by table."""
    tables = {part.__name__.partition(".")[0]: part.stored_about(user) for part in PARTS}
    document = {app: {name: list(rows) for name, rows in stored.items()} for app, stored in tables.items()}
    return {"exported_at": datetime.now(UTC), **document}


def erase(user: User) -> None:
    """Close their account for good. A second call, also at the same time, changes nothing.

    Copies, their ledger and what was won stay under a person without name. The user pool's own user goes as well: now,
    or by the schedule when Cognito does not answer.
    """

    def work() -> None:
        row = User.objects.select_for_update().get(pk=user.pk)
        if row.status == UserStatus.DELETED:
            return
        for part in PARTS:
            part.erase(row)
        if settings.COGNITO_USER_POOL_ID and row.cognito_sub:
            PoolRemoval.objects.create(user=row)

    atomically(work)
    for removal in PoolRemoval.objects.filter(user=user, tries=0):
        remove_from_pool(removal)
