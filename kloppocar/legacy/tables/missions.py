"""*Mission, MissionUser*. Progress is counted anew from what people own; what was claimed stays claimed."""

from typing import Any

from django.db.models import F

from collectibles.models import Mission, MissionCollectible, MissionKind, MissionProgress
from kloppocar.legacy.table import Context, Table
from kloppocar.legacy.values import Row, as_id

from .campaigns import OWN_REWARDS, REWARDS
from .catalogue import TIMES

KINDS = {1: MissionKind.COLLECT_SET, 2: MissionKind.SIGN_UP}


def mission(row: Row, context: Context) -> list[Any]:
    listed = what_counts(row, context)
    kind, goal = KINDS.get(row["missionTypeId"]), row.number("goal", least=1, usual=1)
    is_complete = kind is not None or bool(listed)
    if not is_complete:
        row.note("mission_without_kind", "missionTypeId", row["missionTypeId"])
    kind = kind or MissionKind.COLLECT_SET
    if kind == MissionKind.COLLECT_SET and is_complete and goal > len(listed):
        row.note("goal_out_of_reach", "goal", f"{goal} of {len(listed)}")
    starts, ends = row.window(row.time("publicationDate"), row.time("endDate"))
    new = Mission(
        id=row.new_id,
        collection_id=row.refs["collectionId"],
        title=row.name("title", 120),
        description=row.texts("description", 10_000),
        reward_text=row.texts("reward", 500),
        kind=kind,
        goal=goal,
        starts_at=starts,
        ends_at=ends,
        media=row.media(),
        active=is_complete and row.flag("active", usual=True),
        reward_id=reward_of(row, context),
        **row.times,
    )
    if kind == MissionKind.SIGN_UP:
        context.scratch.claim("sign_up", row.old_id, row.old_id)
    entries = [MissionCollectible(mission_id=new.id, collectible_id=pk, **row.times) for pk in listed]
    return [new, *entries]


def what_counts(row: Row, context: Context) -> list[int]:
    """The new ids of the listed collectibles, each once."""
    named = row.object("parameterJson").get("collectibleIds")
    named = named if isinstance(named, list) else []
    ids = [found for each in named if (found := as_id(each))]
    known = context.scratch.new_ids("Collectible", ids)
    if len(known) < len({*map(str, named)}):
        row.note("lost_link", "parameterJson", row["parameterJson"])
    return [known[each] for each in dict.fromkeys(ids) if each in known]


def reward_of(row: Row, context: Context) -> int | None:
    """A campaign when one has this id, as the app reads it; else a collectible, as the database does."""
    named = row["rewardId"]
    if named is None:
        return None
    for table in (OWN_REWARDS, "Distribution", REWARDS):
        if found := context.scratch.new_ids(table, [named]):
            return found[named]
    row.note("lost_link", "rewardId", named)
    return None


def progress(row: Row, context: Context) -> list[Any]:
    """Only what cannot be counted: that it was claimed, and that somebody signed up. No row is 0."""
    claimed = row.flag("completed") or row.flag("rewardClaimed")
    signed_up = context.scratch.holder("sign_up", row["missionId"]) is not None
    reached = row.number("progress") if signed_up else 0
    if not claimed and not reached:
        row.empty = True
        return []
    pair = f"{row.refs['missionId']}-{row.refs['userId']}"
    if context.scratch.claim("progress", pair, row.old_id) != row.old_id:
        row.skip("second_of_pair", "userId")
        return []
    at = row.time("dateCompleted") or context.found.get(row.refs["missionId"]) or row.created
    stamps = {"completed_at": at if claimed or reached else None, "claimed_at": at if claimed else None}
    if is_counted(row, context, pair, stamps):
        return []
    new = MissionProgress(
        id=row.new_id,
        user_id=row.refs["userId"],
        mission_id=row.refs["missionId"],
        progress=reached,
        created_at=at,
        updated_at=at,
        **stamps,
    )
    return [] if is_late(row, context, new) else [new]


def is_late(row: Row, context: Context, new: MissionProgress) -> bool:
    """Whether its id was given to what was counted since an earlier run left it behind: then it gets another."""
    if context.is_reporting or ("id", row.new_id) not in context.found:
        return False
    new.pk = None
    new.save()
    row.new_id = new.pk
    return True


def is_counted(row: Row, context: Context, pair: str, stamps: dict[str, Any]) -> bool:
    """Whether a trigger has made this progress when its person came: then it is marked as claimed."""
    if (there := context.found.get(pair)) is None:
        return False
    row.new_id, row.merged = there, True
    if not context.is_reporting:
        MissionProgress.objects.filter(pk=there).update(version=F("version") + 1, **stamps)
    return True


def counted_already(rows: list[Row], context: Context) -> dict[Any, Any]:
    """By mission when it began, whose progress in it there is, and which ids are taken."""
    missions = {row.refs["missionId"] for row in rows if "missionId" in row.refs}
    people = {row.refs["userId"] for row in rows if "userId" in row.refs}
    there = MissionProgress.objects.filter(mission__in=missions, user__in=people)
    starts = dict(Mission.objects.filter(pk__in=missions).values_list("pk", "starts_at"))
    pairs = {f"{mission}-{user}": pk for mission, user, pk in there.values_list("mission", "user", "pk")}
    taken = MissionProgress.objects.filter(pk__in=[row.new_id for row in rows]).values_list("pk", flat=True)
    return starts | pairs | {("id", pk): pk for pk in taken}


MISSIONS = [
    Table(
        "Mission",
        Mission,
        "missionId collectionId title description goal reward rewardId endDate publicationDate active missionTypeId "
        "parameterJson imgRef vidRef qrRef embedRef" + TIMES,
        mission,
        needs={"collectionId": "Collection"},
        orphans="orphan_of_value",
        after=("Collectible", "Distribution", OWN_REWARDS, REWARDS, "UserCollectible"),
    ),
    Table(
        "MissionUser",
        MissionProgress,
        "missionUserId userId missionId progress completed rewardClaimed dateCompleted",
        progress,
        needs={"userId": "User", "missionId": "Mission"},
        find=counted_already,
    ),
]
