"""What people did: starter gifts, scans, claimed missions, and a copy that went from hand to hand, in this order."""

from contextlib import suppress
from itertools import pairwise
from random import Random

from django.db.models import F
from django.utils import timezone

from collectibles.models import (
    Collectible,
    Copy,
    EditionSegment,
    Grant,
    GrantSource,
    Mission,
    MissionKind,
    MissionProgress,
    RefusalCount,
    Transfer,
)
from collectibles.services import accept, cancel, grant_starter, open_offer, redeem
from collectibles.services.granting import grant, lock_user
from kloppocar.api.errors import Refusal
from kloppocar.api.transactions import atomically
from users.models import User

from .campaigns import code_of, sticker
from .people import PEOPLE, everybody, sub_of
from .words import COLLECTIONS

STARTED = ["alice", "bob", "carol", "dora"]
SCANS = [
    # alice: two missions of the first collection complete, a good start in the second
    *(("alice", sticker(0, part)) for part in (1, 2, 3)),
    ("alice", sticker(1, 2)),
    # bob: one part short of the set, any two parts reached
    *(("bob", sticker(1, part)) for part in (1, 2)),
    ("bob", code_of("used")),
    # carol: the friends' set, complete
    *(("carol", sticker(3, part)) for part in (1, 2, 3)),
    # the only copies there are
    ("dora", sticker(0, 0)),
    ("emil", sticker(1, 0)),
    ("fritz", sticker(2, 4)),
    # seven of the eight copies that are nearly gone
    *((name, code_of("last")) for name in PEOPLE[1:8]),
    # the only copy of a day
    ("hugo", code_of("sold")),
]
REFUSED = [
    ("carol", code_of("used")),
    ("emil", code_of("closed")),
    ("fritz", code_of("closed")),
    ("greta", code_of("revoked")),
    ("bob", code_of("future")),
]
CLAIMS = [
    ("alice", MissionKind.COLLECT_COUNT, 0),
    ("alice", MissionKind.SIGN_UP, 0),
    ("bob", MissionKind.SIGN_UP, 0),
    ("carol", MissionKind.COLLECT_SET, 3),
]
HAND_TO_HAND = sticker(2, 4), ["fritz", "emil", "dora"]  # the only copy there is


def fix_number_order() -> None:
    """An edition's numbers come in an order drawn at its first copy; what the story hands out has the same everywhere.

    The other editions have no order yet: before their first copy, staff may still change their size.
    """
    rng = Random(2026)  # noqa: S311 - repeatable, not secret
    won = Collectible.objects.filter(pools__distribution__codes__code__in=[code for _, code in SCANS])
    EditionSegment.objects.bulk_create(
        EditionSegment(collectible=collectible, first=1, last=collectible.circulation, key=rng.getrandbits(63))
        for collectible in won.distinct().order_by("id")
    )


def play() -> None:
    """Everything that has not happened yet; each step is a transaction of its own, as in life."""
    people = {user.cognito_sub: user for user in everybody()}
    grants = Grant.objects.filter(user__in=people.values())
    scanned = set(grants.values_list("user__cognito_sub", "code__code"))
    started = set(grants.filter(source=GrantSource.STARTER).values_list("user__cognito_sub", flat=True))
    for name in STARTED:
        if sub_of(name) not in started:
            grant_starter(user=people[sub_of(name)])
    for name, code in SCANS:
        if (sub_of(name), code) not in scanned:
            redeem(user=people[sub_of(name)], code=code)
    if grants.filter(source=GrantSource.MISSION).count() < len(CLAIMS):
        for name, kind, place in CLAIMS:
            claim(people[sub_of(name)], kind, place)
    if not RefusalCount.objects.exists():
        for name, code in REFUSED:
            with suppress(Refusal):
                redeem(user=people[sub_of(name)], code=code)
    code, names = HAND_TO_HAND
    copy = grants.select_related("copy").get(code__code=code, user=people[sub_of(names[0])]).copy
    for giver, receiver in pairwise(people[sub_of(name)] for name in names):
        hand_on(copy, giver, receiver)


def hand_on(copy: Copy, giver: User, receiver: User) -> None:
    """What has been handed on before is not asked back; an offer of a run that was interrupted is replaced."""
    offers = Transfer.objects.filter(copy=copy, giver=giver)
    if offers.filter(accepted_at__isnull=False).exists():
        return
    for offer in offers.filter(open_copy=copy):
        cancel(user=giver, transfer_id=offer.pk)
    accept(user=receiver, secret=open_offer(giver=giver, copy=copy).secret)


def claim(person: User, kind: MissionKind, place: int) -> None:
    """The reward of a finished mission, once."""
    mission = Mission.objects.get(kind=kind, collection__name__en=COLLECTIONS[place][0])
    now = timezone.now()

    def work() -> None:
        user = lock_user(person)
        open_rows = MissionProgress.objects.filter(user=user, mission=mission, claimed_at=None)
        reached = open_rows.filter(progress__gte=mission.goal)
        if mission.reward and reached.update(claimed_at=now, updated_at=now, version=F("version") + 1):
            grant(user=user, distribution=mission.reward, source=GrantSource.MISSION, now=now, mission=mission)

    atomically(work)
