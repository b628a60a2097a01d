"""New ids. Where a table of ours was empty when its first import began, an old id is the new one: what people have
noted stays true. Otherwise all of a table's ids are shifted by the same number. Two old tables in one of ours follow
each other.
"""

from typing import Any

from django.db import transaction
from django.db.models import F, Max

from collectibles.models import DistributionCollectible, Grant
from kloppocar.models import LegacyTable

from .source import Source, SourceError
from .tables import GRANTS, TABLES
from .tables.campaigns import ENTRIES, OWN_ENTRIES


def plan(source: Source) -> list[LegacyTable]:
    """Of every table; those of an earlier run first of all, and as they were."""
    earlier = {row.name: row for row in LegacyTable.objects.all()}
    ends: dict[str, int] = {}
    planned = []
    for name, model, read_from, key in wanted():
        room = source.greatest(read_from, key)
        row = earlier.get(name)
        if row is None:
            row = LegacyTable(name=name, model=model._meta.label, shift=end_of(model, earlier, ends), room=room)
        elif room > row.room and any(
            other.shift > row.shift and other.model == row.model for other in earlier.values()
        ):
            raise SourceError(f"{name} has grown since its import began: its new ids would meet others. Start afresh.")
        ends[row.model] = max(ends.get(row.model, 0), row.shift + row.room)
        planned.append(row)
    return planned


def wanted() -> list[tuple[str, Any, str, str]]:
    tables = [(table.name, table.model, table.read_from, table.key) for table in TABLES.values()]
    own = [entry for entry in tables if entry[0] != "DistributionCodeUser"]  # becomes grants of copies
    return [
        *own,
        (GRANTS, Grant, "UserCollectible", TABLES["UserCollectible"].key),
        (ENTRIES, DistributionCollectible, "Collectible", TABLES["Collectible"].key),
        (OWN_ENTRIES, DistributionCollectible, "DistributionCollectible", TABLES["DistributionCollectible"].key),
    ]


def end_of(model: Any, earlier: dict[str, LegacyTable], ends: dict[str, int]) -> int:
    used = LegacyTable.objects.filter(model=model._meta.label).aggregate(end=Max(F("shift") + F("room")))["end"] or 0
    greatest = model._base_manager.aggregate(greatest=Max("pk"))["greatest"] or 0
    return max(used, greatest, ends.get(model._meta.label, 0))


@transaction.atomic
def save(planned: list[LegacyTable]) -> None:
    for row in planned:
        LegacyTable.objects.get_or_create(
            name=row.name, defaults={"model": row.model, "shift": row.shift, "room": row.room}
        )
