"""Codes in bulk: a batch at a time, the whole of it or nothing, while the campaign goes on."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from collectibles import codes
from collectibles.models import CodeBatch, Distribution, DistributionCode
from kloppocar.api import history
from kloppocar.api.errors import Refusal
from kloppocar.api.prepared import Insert
from kloppocar.api.transactions import atomically
from users.models import User

MAX_CODES = 100_000  # of one batch: well within the time that a request has
ROWS = 2_000  # of one statement
TRIES = 3
CODE = Insert(DistributionCode, "distribution", "batch", "max_uses", "code")


@dataclass(frozen=True)
class MadeBatch:
    """`is_replay`: the same key came before, and these are the codes of then."""

    batch: CodeBatch
    is_replay: bool = False


def make_codes(
    *,
    campaign: Distribution,
    count: int,
    max_uses: int | None = 1,
    note: str = "",
    idempotency_key: str | None = None,
    by: User | None = None,
    now: datetime | None = None,
    draw: Callable[[], str] = codes.new_code,
    progress: Callable[[int], None] = lambda made: None,
) -> MadeBatch:
    """Make `count` codes; `by` whom stands in the campaign's history. `progress` hears how many are made whenever some
    are; they exist once all are.
    """
    refuse_count(count)
    wanted = CodeBatch(
        distribution=campaign, count=count, max_uses=max_uses, note=note, idempotency_key=idempotency_key
    )
    if earlier := replayed(wanted):
        return earlier
    refuse_what_is_over(campaign.ends_at, now or timezone.now())
    try:
        return MadeBatch(atomically(lambda: write(wanted, by, draw=draw, progress=progress)))
    except IntegrityError:
        if earlier := replayed(wanted):  # a double click
            return earlier
        raise


def refuse_count(count: int) -> None:
    if not 1 <= count <= MAX_CODES:
        detail = _(
            "{count} codes cannot be made at once: say how many, from 1 to {most}. More come in several batches."
        )
        words = detail.format(count=f"{count:,}", most=f"{MAX_CODES:,}")
        raise Refusal("bad_count", words, status=400, extra={"most": MAX_CODES})


def refuse_what_is_over(ends_at: datetime, now: datetime) -> None:
    if now >= ends_at:
        detail = _("This campaign is over: nobody could redeem its codes. Give it a later end first.")
        raise Refusal("closed", detail, status=409, extra={"closed_at": ends_at})


def replayed(wanted: CodeBatch) -> MadeBatch | None:
    """What an earlier try with the same key has made; a key stands for one wish only."""
    if wanted.idempotency_key is None:
        return None
    same_key = CodeBatch.objects.filter(distribution=wanted.distribution_id, idempotency_key=wanted.idempotency_key)
    earlier = same_key.first()
    if earlier is not None and (earlier.count, earlier.max_uses) != (wanted.count, wanted.max_uses):
        raise Refusal("idempotency_conflict", _("This Idempotency-Key was used for other codes."), status=409)
    return MadeBatch(earlier, is_replay=True) if earlier else None


def write(
    batch: CodeBatch,
    by: User | None,
    *,
    draw: Callable[[], str] = codes.new_code,
    progress: Callable[[int], None] = lambda made: None,
) -> CodeBatch:
    """The foreign keys are checked at the end, all at once: each check holds the campaign's row until the commit, and
    so everybody who redeems."""
    batch.pk = None
    with connection.constraint_checks_disabled():
        batch.save(force_insert=True)
        for first in range(0, batch.count, ROWS):
            insert(batch, min(ROWS, batch.count - first), draw)
            progress(min(first + ROWS, batch.count))
    if not Distribution.objects.select_for_update().filter(pk=batch.distribution_id).exists():
        raise Refusal("closed", _("This campaign was deleted meanwhile."), status=409)
    if by is not None:
        made = {"fields": ["Codes"], "values": {"codes": [None, batch.count], "batch": [None, batch.pk]}}
        history.write(by, batch.distribution, [{"changed": made}])
    return batch


def insert(batch: CodeBatch, count: int, draw: Callable[[], str]) -> None:
    """Codes that nobody has: one in many millions of draws has been drawn before, and then all are drawn anew."""
    for attempt in range(1, TRIES + 1):
        try:
            with transaction.atomic():
                CODE.many(rows(batch, count, draw))
        except IntegrityError:
            if attempt == TRIES:
                raise
        else:
            return


def rows(batch: CodeBatch, count: int, draw: Callable[[], str]) -> Iterator[dict[str, Any]]:
    drawn: set[str] = set()
    while len(drawn) < count:
        drawn.add(draw())
    same = {"distribution": batch.distribution_id, "batch": batch.pk, "max_uses": batch.max_uses}
    for code in drawn:
        yield same | {"code": code}
