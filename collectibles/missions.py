"""Counting a created or changed mission anew for everybody, as the triggers on copies count it for one."""

from itertools import groupby
from typing import Any

from django.db.models import Count, F, QuerySet
from django.utils import timezone

from collectibles.models import Copy, Mission, MissionKind, MissionProgress

BATCH = 2_000


def recompute(mission: Mission) -> None:
    """Set everybody's progress to what they own now, in batches; the caller's transaction holds it together."""
    if mission.kind == MissionKind.SIGN_UP:
        return
    owned, last = holdings(mission), 0
    while batch := list(owned.filter(owner__gt=last).order_by("owner")[:BATCH]):
        write(mission, {row["owner"]: min(mission.goal, row["held"]) for row in batch})
        last = batch[-1]["owner"]
    rows = MissionProgress.objects.filter(mission=mission)
    change(rows.filter(progress__gt=0).exclude(user__in=owned.values("owner")), progress=0)
    change(rows.filter(progress__gte=mission.goal, completed_at=None), completed_at=timezone.now())
    change(rows.filter(progress__lt=mission.goal, claimed_at=None).exclude(completed_at=None), completed_at=None)


def holdings(mission: Mission) -> QuerySet[Any, Any]:
    """How much each owner holds of what counts: distinct listed collectibles, or copies of the collection."""
    if mission.kind == MissionKind.COLLECT_SET:
        listed = Copy.objects.filter(collectible__mission_entries__mission=mission)
        return listed.values("owner").annotate(held=Count("collectible", distinct=True))
    inside = Copy.objects.filter(collectible__collection=mission.collection_id)
    return inside.values("owner").annotate(held=Count("id"))


def write(mission: Mission, progress: dict[int, int]) -> None:
    """One insert for whoever has no row yet, one update for each height of progress."""
    missing = [MissionProgress(user_id=user, mission=mission) for user in progress]
    MissionProgress.objects.bulk_create(missing, ignore_conflicts=True)
    for held, people in groupby(sorted(progress, key=progress.__getitem__), key=progress.__getitem__):
        rows = MissionProgress.objects.filter(mission=mission, user__in=list(people))
        change(rows.exclude(progress=held), progress=held)


def change(rows: QuerySet[MissionProgress], **columns: Any) -> None:
    rows.update(version=F("version") + 1, updated_at=timezone.now(), **columns)
