"""Counting a created or changed mission anew for everybody, as the triggers on copies count it for one.

Nobody is missed while copies are handed out. The mission is committed first: every copy written from then on is counted
by the triggers. A copy written before and not yet committed is waited for (`owners_of`). Each person is then counted
under the lock on their row, which the triggers take as well, and with the mission as it is by then.
"""

from datetime import datetime
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import Count, F, QuerySet
from django.utils import timezone

from collectibles.models import Collectible, Copy, Mission, MissionKind, MissionProgress
from kloppocar.api.transactions import atomically
from users.models import User

BATCH = 500  # people whose rows are locked at once


def recompute_after_commit(mission: Mission) -> None:
    """For whoever writes a mission. A failure is logged and made up for by `recompute_stale`: the mission is saved."""
    transaction.on_commit(lambda: recompute(mission.pk), robust=True)


def recompute_stale() -> None:
    """Every mission that changed since it was last counted: by plain SQL, or by a process that died on the way."""
    for pk in Mission.objects.exclude(counted_version=F("version")).values_list("pk", flat=True):
        recompute(pk)


def recompute(mission_id: int) -> None:
    """Set everybody's progress to what they own now, in batches, each a transaction. Call it outside of any."""
    mission = Mission.objects.filter(pk=mission_id).first()
    if mission is None:
        return
    if mission.kind != MissionKind.SIGN_UP:
        rows = MissionProgress.objects.filter(mission=mission)
        people = sorted(owners_of(mission).union(rows.values_list("user", flat=True)))
        for start in range(0, len(people), BATCH):
            atomically(partial(count, mission_id, people[start : start + BATCH]))
    Mission.objects.filter(pk=mission_id, version=mission.version).update(counted_version=mission.version)


def owners_of(mission: Mission) -> set[int]:
    """Everybody who owns something that counts, those included whose copy is being committed."""
    if mission.kind == MissionKind.COLLECT_SET:
        counting = Collectible.objects.filter(mission_entries__mission=mission)
    else:
        counting = Collectible.objects.filter(collection=mission.collection_id)
    people: set[int] = set()
    for collectible in counting.values_list("pk", flat=True):
        people |= atomically(partial(owners_of_one, collectible))
    return people


def owners_of_one(collectible_id: int) -> set[int]:
    copies = Copy.objects.select_for_update().filter(collectible=collectible_id).order_by("mint")
    return set(copies.values_list("owner", flat=True))


def count(mission_id: int, people: list[int]) -> None:
    """Count these people, whose rows are locked first; rows that say so already stay as they are."""
    list(User.objects.select_for_update().filter(pk__in=people).order_by("pk").values_list("pk"))
    mission, now = Mission.objects.get(pk=mission_id), timezone.now()
    held = dict(holdings(mission).filter(owner__in=people).values_list("owner", "held"))
    rows = list(MissionProgress.objects.filter(mission=mission, user__in=people))
    missing = held.keys() - {row.user_id for row in rows}
    new = [MissionProgress(user_id=user, mission=mission) for user in missing]
    for row in new:
        set_progress(row, held[row.user_id], mission.goal, now)
    changed = [row for row in rows if set_progress(row, held.get(row.user_id, 0), mission.goal, now)]
    for row in changed:
        row.version, row.updated_at = row.version + 1, now
    MissionProgress.objects.bulk_create(new)
    MissionProgress.objects.bulk_update(changed, ["progress", "completed_at", "version", "updated_at"])


def holdings(mission: Mission) -> QuerySet[Any, Any]:
    """How much each owner holds of what counts: distinct listed collectibles, or copies of the collection."""
    if mission.kind == MissionKind.COLLECT_SET:
        listed = Copy.objects.filter(collectible__mission_entries__mission=mission)
        return listed.values("owner").annotate(held=Count("collectible", distinct=True)).order_by()
    inside = Copy.objects.filter(collectible__collection=mission.collection_id)
    return inside.values("owner").annotate(held=Count("id")).order_by()


def set_progress(row: MissionProgress, held: int, goal: int, now: datetime) -> bool:
    """Whether that changed the row. What was claimed stays completed."""
    before = row.progress, row.completed_at
    row.progress = min(goal, held)
    if row.progress >= goal:
        row.completed_at = row.completed_at or now
    elif row.claimed_at is None:
        row.completed_at = None
    return before != (row.progress, row.completed_at)
