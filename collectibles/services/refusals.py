"""Refusals of a campaign are counted once the refused transaction is gone, in one statement of their own.

What is counted is a number for staff: where it cannot be written the refusal is answered all the same. Of the hour's
row there are several shards, as one would be hot when everybody comes too late at once.
"""

import logging
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import DatabaseError, IntegrityError, InterfaceError, transaction
from django.db.models import F

from collectibles.models import RefusalCount
from collectibles.statistics import start_of_hour
from kloppocar.api.errors import Refusal
from kloppocar.api.prepared import Slot, Update

log = logging.getLogger(__name__)
SHARDS = 8
RAISE = Update(
    lambda: RefusalCount.objects.filter(
        distribution=Slot("campaign"), hour=Slot("hour"), reason=Slot("reason"), shard=Slot("shard")
    ),
    count=F("count") + 1,
    updated_at=Slot("now"),
)


@contextmanager
def about(campaign: int) -> Iterator[None]:
    """Refusals inside are this campaign's."""
    try:
        yield
    except Refusal as refusal:
        refusal.about = campaign
        raise


@contextmanager
def counted(now: datetime) -> Iterator[None]:
    """Around the whole transaction: counts the refusal that ended it, if it is about a campaign."""
    try:
        yield
    except Refusal as refusal:
        if refusal.about is not None:
            count(campaign=refusal.about, reason=refusal.code, now=now)
        raise


def count(*, campaign: int, reason: str, now: datetime) -> None:
    row = {"hour": start_of_hour(now), "reason": reason, "shard": secrets.randbelow(SHARDS)}
    try:
        if not RAISE(campaign=campaign, now=now, **row):
            begin(campaign, row, now)
    except (DatabaseError, InterfaceError) as error:
        number = error.args[0] if error.args else None
        log.warning("a refusal was not counted: %s", number, extra={"fields": {"campaign": campaign}})


def begin(campaign: int, row: dict, now: datetime) -> None:
    """The first of this hour; whoever else was first at the same moment is raised."""
    try:
        with transaction.atomic():
            RefusalCount.objects.create(distribution_id=campaign, count=1, **row)
    except IntegrityError:
        RAISE(campaign=campaign, now=now, **row)
