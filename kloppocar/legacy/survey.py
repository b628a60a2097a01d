"""What needs a look at all rows before the first is judged: which number each copy has, and which redemption gave it.

Both follow from the old rows alone, in an order of their own, so that every run decides the same; what an earlier run
has brought keeps what that run decided.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from collectibles.models import Copy

from . import texts
from .bring import known_already
from .scratch import Scratch
from .source import OldRow, Source
from .table import Context
from .tables import COPIES, GRANTS, REDEMPTIONS, TABLES
from .tables.campaigns import OF_MISSIONS, OF_TRANSFERS, WITH_CODES, WITHOUT_CODES
from .tables.people import standing
from .values import UNKNOWN_TIME, Row, as_id, is_set, parsed

BATCH = 2_000
OF_NONE = 0  # instead of a redemption's id: no redemption of this run gave this copy
NEAR = timedelta(minutes=10)  # a redemption that names no collectible belongs to a copy of this moment


def take(context: Context) -> None:
    source, scratch = context.source, context.scratch
    people(source, scratch)
    editions(source, scratch)
    codes(source, scratch)
    rewards(source, scratch)
    copies(context)
    redemptions(context)
    for (collectible,) in scratch.run("SELECT id FROM editions").fetchall():
        number_copies(scratch, collectible)
    pair_redemptions(scratch)


def rows(source: Source, name: str) -> Iterator[list[OldRow]]:
    yield from source.batches(name, TABLES[name].key, BATCH)


def rewards(source: Source, scratch: Scratch) -> None:
    """Campaigns that missions give from: has one codes, but for those that missions made? And collectibles that are a
    reward themselves: a mission's `rewardId` is a campaign where one has this id.
    """
    campaigns = {row["distributionId"] for batch in rows(source, "Distribution") for row in batch}
    named = {row["rewardId"] for batch in rows(source, "Mission") for row in batch}
    for each in named & campaigns:
        has_codes = scratch.one("SELECT 1 FROM codes WHERE distribution = ? AND NOT of_mission LIMIT 1", each)
        scratch.claim(WITH_CODES if has_codes else WITHOUT_CODES, each, each)
    named -= campaigns
    named |= {row["rewardId"] for batch in rows(source, "CommunityChallenge") for row in batch}
    for each in named - {None}:
        scratch.claim("reward", each, each)


def people(source: Source, scratch: Scratch) -> None:
    """Rows of one subject are one person: the one that stands out, and of equals the newest."""
    for batch in rows(source, "User"):
        found = [(row["userId"], *standing(Row("User", row["userId"], row, ""))) for row in batch]
        scratch.insert("people", found, "id, sub, standing")
    scratch.run(
        "UPDATE people SET person = COALESCE((SELECT id FROM people other WHERE other.sub = people.sub"
        " ORDER BY standing DESC, id DESC LIMIT 1), id)"
    )


def editions(source: Source, scratch: Scratch) -> None:
    for batch in rows(source, "Collectible"):
        found = [(row["collectibleId"], row["circulation"]) for row in batch]
        scratch.insert("editions", found, "id, circulation")


def codes(source: Source, scratch: Scratch) -> None:
    """Those of campaigns: a transfer's is none."""
    for batch in rows(source, "DistributionCode"):
        found = [
            (row["distributionCodeId"], row["distributionId"], begins(row["code"], OF_MISSIONS))
            for row in batch
            if not begins(row["code"], OF_TRANSFERS)
        ]
        scratch.insert("codes", found, "id, distribution, of_mission")


def begins(code: Any, with_: tuple[str, ...]) -> bool:
    return str(code or "").strip().upper().startswith(with_)


def copies(context: Context) -> None:
    """Of people and collectibles that are there."""
    scratch, columns = context.scratch, "id, collectible, owner, first_owner, mint, at, number, redemption"
    for batch in rows(context.source, "UserCollectible"):
        there = persons(scratch, {row[column] for row in batch for column in ("ownerId", "previousOwnerId")})
        numbers = numbers_here([row[COPIES.key] for row in batch])
        known = among(scratch, "editions", {row["collectibleId"] for row in batch})
        found = [
            (
                row[COPIES.key],
                row["collectibleId"],
                there[row["ownerId"]],
                there.get(row["previousOwnerId"], there[row["ownerId"]]),  # those before are not known
                row["mint"],
                minted_at(row),
                numbers.get(row[COPIES.key]),
                OF_NONE if row[COPIES.key] in numbers else None,
            )
            for row in batch
            if row["ownerId"] in there and row["collectibleId"] in known
        ]
        scratch.insert("copies", found, columns)


def among(scratch: Scratch, table: str, ids: set[Any]) -> set[int]:
    wanted = [each for each in ids if each is not None]
    places = ", ".join("?" * len(wanted))
    return {each for (each,) in scratch.run(f"SELECT id FROM {table} WHERE id IN ({places})", wanted)}  # noqa: S608 - our names


def persons(scratch: Scratch, ids: set[Any]) -> dict[int, int]:
    """By old id the one that stands for the person."""
    wanted = [each for each in ids if each is not None]
    places = ", ".join("?" * len(wanted))
    return dict(scratch.run(f"SELECT id, person FROM people WHERE id IN ({places})", wanted))  # noqa: S608 - our names


def numbers_here(ids: list[int]) -> dict[int, int]:
    """Those that copies of an earlier run have."""
    here = {new: old for old, new in known_already(COPIES.name, ids).items() if new is not None}
    return {here[pk]: mint for pk, mint in Copy.objects.filter(pk__in=here).values_list("pk", "mint")}


def minted_at(row: OldRow) -> str:
    """Sortable text."""
    return (parsed(str(row["createdDt"])) or UNKNOWN_TIME).isoformat()


def redemptions(context: Context) -> None:
    scratch = context.scratch
    for batch in rows(context.source, "DistributionCodeUser"):
        there = persons(scratch, {row["userId"] for row in batch})
        known = known_already(REDEMPTIONS.name, [row[REDEMPTIONS.key] for row in batch])
        gave = {old: new - context.shifts[GRANTS] for old, new in known.items() if new is not None}
        typed = among(scratch, "codes", {row["distributionCodeId"] for row in batch})
        found = [
            (
                row[REDEMPTIONS.key],
                there[row["userId"]],
                row["distributionCodeId"],
                received(row),
                redeemed_at(row),
                gave.get(row[REDEMPTIONS.key]),
            )
            for row in batch
            if is_set(row["redeemed"]) and row["userId"] in there and row["distributionCodeId"] in typed
        ]
        scratch.insert("redemptions", found, "id, user, code, collectible, at, copy")


def redeemed_at(row: OldRow) -> str:
    return (parsed(str(row["redeemedDate"])) or parsed(str(row["createdDt"])) or UNKNOWN_TIME).isoformat()


def received(row: OldRow) -> int | None:
    found, _ = texts.decode(str(row["collectibleReceived"] or ""))
    return as_id(found.get("collectibleId")) if isinstance(found, dict) else None


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
        " FROM copies WHERE collectible = ? AND mint BETWEEN 1 AND ?) WHERE place = 1) AND number IS NULL",
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
        "SELECT id, user, code, collectible, at FROM redemptions WHERE copy IS NULL"
        " ORDER BY collectible IS NULL, at, id"
    )
    for pk, user, code, collectible, at in ordered:  # sorted beforehand, so that it may be written meanwhile
        why = pair(scratch, pk, user, code, collectible, at)
        if why:
            scratch.run("UPDATE redemptions SET why = ? WHERE id = ?", (why, pk))
    scratch.run(
        "UPDATE codes SET used = (SELECT COUNT(*) FROM redemptions r WHERE r.code = codes.id AND r.copy NOT NULL),"
        " burnt = (SELECT COUNT(*) FROM redemptions r WHERE r.code = codes.id AND r.copy IS NULL)"
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
