"""Copies, edition by edition in the order of acquisition: each with its grant, its reserved number, and the transfer
that handed it on.

The n-th copy spends turn n of its edition, so that numbers drawn here later never meet an old one.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.db import transaction
from django.db.models import F, Value
from django.db.models.functions import Greatest
from django.utils import timezone

from collectibles.models import (
    Collectible,
    Copy,
    Distribution,
    DistributionCode,
    Grant,
    GrantSource,
    ReservedNumber,
    Transfer,
)

from .bring import insert, known_already, line, remember
from .findings import Report
from .source import BATCH
from .table import Context
from .tables import COPIES, GRANTS, REDEMPTIONS
from .tables.campaigns import OLD_COPIES
from .values import Row

COLUMNS = "id, owner, first_owner, number, at, redemption"


def write(context: Context, result: Report) -> Iterator[int]:
    editions = context.scratch.run(
        "SELECT e.id, k.new FROM editions e JOIN kept k ON k.name = 'Collectible' AND k.old = e.id"
        " WHERE e.copies > 0 ORDER BY e.id"
    ).fetchall()
    for old, new in editions:
        project = Collectible.objects.values_list("collection__project", flat=True).get(pk=new)
        campaign = campaign_of(context, project)
        place: tuple[str, int] = ("", 0)
        while batch := context.scratch.run(
            f"SELECT {COLUMNS} FROM copies WHERE collectible = ? AND (at, id) > (?, ?) ORDER BY at, id LIMIT {BATCH}",  # noqa: S608 - our names
            [old, *place],
        ).fetchall():
            place = batch[-1][4], batch[-1][0]
            with transaction.atomic():
                result.of(COPIES.name).written += write_batch(context, new, campaign, batch)
            yield len(batch)


def campaign_of(context: Context, project: int) -> int:
    """What gave the copies of this project of which no campaign is known."""
    old = context.scratch.one("SELECT old FROM kept WHERE name = 'Project' AND new = ?", project)
    return context.scratch.new_ids(OLD_COPIES, [old])[old]


def write_batch(context: Context, collectible: int, campaign: int, batch: list[tuple[Any, ...]]) -> int:
    known = known_already(COPIES.name, [each[0] for each in batch])
    missing = [each for each in batch if known.get(each[0]) is None]
    if not missing:
        return 0
    turn = Collectible.objects.select_for_update().values_list("minted", flat=True).get(pk=collectible)
    old = context.source.by_key(COPIES.name, COPIES.key, [each[0] for each in missing])
    people = context.scratch.new_ids("User", [pk for each in missing for pk in each[1:3]])
    given = redemptions_of(context, missing)
    rows: list[Any] = []
    for number, each in enumerate(missing, start=turn + 1):
        rows += of_one(
            context, each, Row(COPIES.name, each[0], old[each[0]], ""), collectible, number, campaign, people, given
        )
    count_up(collectible, rows)
    for model in (Copy, ReservedNumber, Grant, Transfer):  # the ledger's lines follow the grants
        insert([row for row in rows if type(row) is model])
    remember([line(COPIES.name, each[0], context.shifts[COPIES.name] + each[0]) for each in missing], known)
    grants = [line(REDEMPTIONS.name, each[5], context.shifts[GRANTS] + each[0]) for each in missing if each[5] in given]
    remember(grants, known_already(REDEMPTIONS.name, list(given)))
    hand_on([row for row in rows if type(row) is Transfer], {row.pk: row for row in rows if type(row) is Copy})
    return len(missing)


def redemptions_of(context: Context, missing: list[tuple[Any, ...]]) -> dict[int, tuple[int, int]]:
    """By redemption: the new ids of its code and campaign."""
    pairs = [
        context.scratch.run(
            "SELECT r.id, c.id, c.distribution FROM redemptions r JOIN codes c ON c.id = r.code WHERE r.id = ?",
            [each[5]],
        ).fetchone()
        for each in missing
        if each[5] is not None
    ]
    codes = context.scratch.new_ids("DistributionCode", [pair[1] for pair in pairs])
    campaigns = context.scratch.new_ids("Distribution", [pair[2] for pair in pairs])
    return {pk: (codes[code], campaigns[of]) for pk, code, of in pairs if code in codes and of in campaigns}


def of_one(
    context: Context,
    decided: tuple[Any, ...],
    row: Row,
    collectible: int,
    turn: int,
    campaign: int,
    people: dict[int, int],
    given: dict[int, tuple[int, int]],
) -> list[Any]:
    pk, owner, first_owner, number, at, redemption = decided
    minted_at = datetime.fromisoformat(at)
    code, campaign = given.get(redemption, (None, campaign))
    copy = Copy(
        id=context.shifts[COPIES.name] + pk,
        collectible_id=collectible,
        mint=number,
        owner_id=people[first_owner],
        favorite=row.flag("favorite"),
        acquired_at=minted_at,
        created_at=minted_at,
        updated_at=row.times["updated_at"],
    )
    grant = grant_of(context, pk, copy, code, campaign)
    now = timezone.now()
    reserved = ReservedNumber(collectible_id=collectible, mint=number, turn=turn, created_at=now, updated_at=now)
    return [copy, grant, reserved, *handed_on(row, copy, people[owner])]


def grant_of(context: Context, pk: int, copy: Copy, code: int | None, campaign: int) -> Grant:
    """Of whom it was minted to, at that time."""
    return Grant(
        id=context.shifts[GRANTS] + pk,
        user_id=copy.owner_id,
        distribution_id=campaign,
        copy=copy,
        code_id=code,
        source=GrantSource.IMPORT if code is None else GrantSource.CODE,
        created_at=copy.acquired_at,
        updated_at=copy.acquired_at,
    )


def handed_on(row: Row, copy: Copy, owner: int) -> list[Transfer]:
    """The last transfer, closed. No secret has this hash: its text has another shape."""
    if copy.owner_id == owner:
        return []
    at = max(row.time("lastTransferredDt") or row.times["updated_at"], copy.acquired_at)
    secret = sha256(f"{COPIES.name} {row.old_id}".encode()).hexdigest()
    new = Transfer(copy=copy, giver_id=copy.owner_id, receiver_id=owner, secret_hash=secret, expires_at=at)
    new.created_at = new.updated_at = at
    return [new]


def count_up(collectible: int, rows: list[Any]) -> None:
    """Of the edition, its campaigns and codes; never beyond what they allow."""
    copies = [row for row in rows if type(row) is Copy]
    last = max(copy.mint for copy in copies)
    Collectible.objects.filter(pk=collectible).update(
        circulation=Greatest(F("circulation"), Value(last)), minted=F("minted") + len(copies), version=F("version") + 1
    )
    grants = [row for row in rows if type(row) is Grant]
    for campaign, number in Counter(grant.distribution_id for grant in grants).items():
        limit = Greatest(F("limit"), F("redeemed") + number)
        Distribution.objects.filter(pk=campaign).update(
            limit=limit, redeemed=F("redeemed") + number, version=F("version") + 1
        )
    by_number = defaultdict(list)
    for code, number in Counter(grant.code_id for grant in grants if grant.code_id).items():
        by_number[number].append(code)
    for number, codes in by_number.items():
        most = Greatest(F("max_uses"), F("uses") + number)
        DistributionCode.objects.filter(pk__in=codes).update(
            max_uses=most, uses=F("uses") + number, version=F("version") + 1
        )


def hand_on(transfers: list[Transfer], copies: dict[int, Copy]) -> None:
    """Accepted one by one: the trigger writes the ledger's line when it is accepted, not when it is made."""
    made = {
        row.secret_hash: row
        for row in Transfer.objects.filter(secret_hash__in=[each.secret_hash for each in transfers])
    }
    for row in made.values():
        row.accepted_at = row.expires_at
        copy = copies[row.copy_id]
        copy.owner_id, copy.acquired_at = row.receiver_id, row.expires_at  # type: ignore[assignment]
    ordered = sorted(made.values(), key=lambda row: row.pk)
    Transfer.objects.bulk_update(ordered, ["accepted_at"])
    Copy.objects.bulk_update([copies[row.copy_id] for row in ordered], ["owner", "acquired_at"])
