"""What needs a look at all rows before the first is judged: which number each copy has, and which redemption gave it.

Both follow from the old rows alone, in an order of their own, so that every run decides the same.
"""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from .scratch import Scratch
from .source import OldRow, Source
from .tables import COPIES, REDEMPTIONS, TABLES
from .values import UNKNOWN_TIME, parsed

BATCH = 2_000
NEAR = timedelta(minutes=10)  # a redemption that names no collectible belongs to a copy of this moment


def take(source: Source, scratch: Scratch) -> None:
    rewards(source, scratch)
    people(source, scratch)
    editions(source, scratch)
    codes(source, scratch)
    copies(source, scratch)
    redemptions(source, scratch)
    for (collectible,) in scratch.run("SELECT id FROM editions").fetchall():
        number_copies(scratch, collectible)
    pair_redemptions(scratch)


def rows(source: Source, name: str) -> Iterator[list[OldRow]]:
    yield from source.batches(name, TABLES[name].key, BATCH)


def rewards(source: Source, scratch: Scratch) -> None:
    """Collectibles that are a reward themselves; a mission's `rewardId` is a campaign where one has this id."""
    campaigns = {row["distributionId"] for batch in rows(source, "Distribution") for row in batch}
    named = {row["rewardId"] for batch in rows(source, "Mission") for row in batch} - campaigns
    named |= {row["rewardId"] for batch in rows(source, "CommunityChallenge") for row in batch}
    for each in named - {None}:
        scratch.claim("reward", each, each)


def people(source: Source, scratch: Scratch) -> None:
    for batch in rows(source, "User"):
        scratch.insert("people", [(row["userId"],) for row in batch], "id")


def editions(source: Source, scratch: Scratch) -> None:
    for batch in rows(source, "Collectible"):
        found = [(row["collectibleId"], row["circulation"]) for row in batch]
        scratch.insert("editions", found, "id, circulation")


def codes(source: Source, scratch: Scratch) -> None:
    """Those of campaigns: a transfer's is none."""
    for batch in rows(source, "DistributionCode"):
        found = [(row["distributionCodeId"], row["distributionId"]) for row in batch if not is_transfer(row["code"])]
        scratch.insert("codes", found, "id, distribution")


def is_transfer(code: Any) -> bool:
    from .tables.campaigns import OF_TRANSFERS

    return str(code or "").strip().upper().startswith(OF_TRANSFERS)


def copies(source: Source, scratch: Scratch) -> None:
    """Of people and collectibles that are there."""
    columns = "id, collectible, owner, first_owner, mint, at"
    for batch in rows(source, "UserCollectible"):
        users = {row[column] for row in batch for column in ("ownerId", "previousOwnerId")}
        there = among(scratch, "people", users)
        known = among(scratch, "editions", {row["collectibleId"] for row in batch})
        found = [
            (
                row[COPIES.key],
                row["collectibleId"],
                row["ownerId"],
                first_owner(row, there),
                row["mint"],
                minted_at(row),
            )
            for row in batch
            if row["ownerId"] in there and row["collectibleId"] in known
        ]
        scratch.insert("copies", found, columns)


def among(scratch: Scratch, table: str, ids: set[Any]) -> set[int]:
    wanted = [each for each in ids if each is not None]
    places = ", ".join("?" * len(wanted))
    return {each for (each,) in scratch.run(f"SELECT id FROM {table} WHERE id IN ({places})", wanted)}  # noqa: S608 - our names


def first_owner(row: OldRow, there: set[int]) -> int:
    """The first that is known of; those before the last transfer are not."""
    return row["previousOwnerId"] if row["previousOwnerId"] in there else row["ownerId"]


def minted_at(row: OldRow) -> str:
    """Sortable text."""
    return (parsed(str(row["createdDt"])) or UNKNOWN_TIME).isoformat()


def redemptions(source: Source, scratch: Scratch) -> None:
    for batch in rows(source, "DistributionCodeUser"):
        there = among(scratch, "people", {row["userId"] for row in batch})
        known = among(scratch, "codes", {row["distributionCodeId"] for row in batch})
        found = [
            (row[REDEMPTIONS.key], row["userId"], row["distributionCodeId"], received(row), redeemed_at(row))
            for row in batch
            if row["redeemed"] and row["userId"] in there and row["distributionCodeId"] in known
        ]
        scratch.insert("redemptions", found, "id, user, code, collectible, at")


def redeemed_at(row: OldRow) -> str:
    return (parsed(str(row["redeemedDate"])) or parsed(str(row["createdDt"])) or UNKNOWN_TIME).isoformat()


def received(row: OldRow) -> int | None:
    try:
        found = json.loads(row["collectibleReceived"] or "null")
        return int(found["collectibleId"]) if isinstance(found, dict) else None
    except (ValueError, KeyError, TypeError):
        return None


# --- Numbers ----------------------------------------------------------------------------------------------------


def number_copies(scratch: Scratch, collectible: int) -> None:
    """Of two copies with one number the older acquisition keeps it; the others get the lowest that are free, and
    beyond the edition's end where none is.
    """
    circulation = scratch.one("SELECT circulation FROM editions WHERE id = ?", collectible)
    last = circulation if circulation and circulation > 0 else 2**31 - 1
    scratch.run("BEGIN")
    scratch.run(
        "UPDATE OR IGNORE copies SET number = mint WHERE id IN ("
        " SELECT id FROM (SELECT id, ROW_NUMBER() OVER (PARTITION BY mint ORDER BY at, id) AS place"
        " FROM copies WHERE collectible = ? AND mint BETWEEN 1 AND ?) WHERE place = 1)",
        (collectible, last),
    )
    free = 0
    unnumbered = "SELECT id, mint FROM copies WHERE collectible = ? AND number IS NULL ORDER BY at, id"
    for pk, mint in scratch.run(unnumbered, [collectible]).fetchall():
        free = next_free(scratch, collectible, free)
        why = "number_zero" if not mint or mint < 1 else "number_beyond" if mint > last else "duplicate_number"
        scratch.run("UPDATE copies SET number = ?, why = ? WHERE id = ?", (free, why, pk))
    scratch.run(
        "UPDATE editions SET (copies, last) = (SELECT COUNT(*), COALESCE(MAX(number), 0) FROM copies"
        " WHERE collectible = editions.id) WHERE id = ?",
        [collectible],
    )
    scratch.run("COMMIT")


def next_free(scratch: Scratch, collectible: int, after: int) -> int:
    number = after + 1
    while scratch.one("SELECT 1 FROM copies WHERE collectible = ? AND number = ?", collectible, number):
        number += 1
    return number


# --- Redemptions and the copies they gave -----------------------------------------------------------------------


def pair_redemptions(scratch: Scratch) -> None:
    """Each with the copy nearest in time that this person was given of this collectible, and no copy twice."""
    scratch.run("BEGIN")
    ordered = scratch.run(
        "SELECT id, user, code, collectible, at FROM redemptions ORDER BY collectible IS NULL, at, id"
    )
    for pk, user, code, collectible, at in ordered:  # sorted beforehand, so that it may be written meanwhile
        why = pair(scratch, pk, user, code, collectible, at)
        if why:
            scratch.run("UPDATE redemptions SET why = ? WHERE id = ?", (why, pk))
    scratch.run(
        "UPDATE codes SET used = (SELECT COUNT(*) FROM redemptions r WHERE r.code = codes.id AND r.copy NOT NULL),"
        " burnt = (SELECT COUNT(*) FROM redemptions r WHERE r.code = codes.id AND r.why = 'redemption_without_copy')"
        " WHERE id IN (SELECT code FROM redemptions)"
    )
    scratch.run("COMMIT")


def pair(scratch: Scratch, pk: int, user: int, code: int, collectible: int | None, at: str) -> str | None:
    """Why there is none."""
    if scratch.one("SELECT 1 FROM redemptions WHERE user = ? AND code = ? AND copy NOT NULL", user, code):
        return "redeemed_twice"
    of_collectible = "" if collectible is None else " AND collectible = ?"
    found = scratch.run(
        f"SELECT id, at FROM copies WHERE first_owner = ? AND redemption IS NULL{of_collectible}"  # noqa: S608 - our names
        " ORDER BY ABS(julianday(at) - julianday(?)), id LIMIT 1",
        [user, *([] if collectible is None else [collectible]), at],
    ).fetchone()
    if found is None or (collectible is None and apart(found[1], at) > NEAR):
        return "redemption_without_copy"
    scratch.run("UPDATE copies SET redemption = ? WHERE id = ?", (pk, found[0]))
    scratch.run("UPDATE redemptions SET copy = ? WHERE id = ?", (found[0], pk))
    return None


def apart(one: str, other: str) -> timedelta:
    return abs(datetime.fromisoformat(one) - datetime.fromisoformat(other))
