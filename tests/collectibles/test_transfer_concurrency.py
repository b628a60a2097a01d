"""Transfers by many at once, with real connections: one wins, nobody waits for ever, and nothing is lost."""

from collections import Counter
from functools import partial

import pytest

from collectibles.invariants import violations
from collectibles.models import Copy, CopyEvent, MissionProgress, Transfer
from collectibles.services import accept, cancel, open_offer, redeem
from kloppocar.api import transactions
from tests.collectibles.test_concurrency import at_once
from tests.make import make_code, make_collectible, make_distribution, make_mission, make_user

ROUNDS = 8


def won(user, collectible):
    return redeem(user=user, code=make_code(make_distribution(collectible)).code).grant.copy


@pytest.fixture
def alice(real_db):
    return make_user("alice")


@pytest.fixture
def copies(alice):
    """Alice's, of one collectible."""
    collectible = make_collectible()
    return [won(alice, collectible) for _ in range(ROUNDS)]


def test_of_many_who_accept_at_once_one_gets_the_copy(alice, copies):
    offer = open_offer(giver=alice, copy=copies[0])
    people = [make_user() for _ in range(12)]

    outcomes = at_once(*(lambda user=user: accept(user=user, secret=offer.secret) for user in people))

    assert outcomes == {"granted": 1, "already_accepted": 11}
    assert Copy.objects.get(pk=copies[0].pk).owner_id == Transfer.objects.get().receiver_id
    assert CopyEvent.objects.filter(kind="transferred").count() == 1
    assert violations() == {}


def test_one_person_accepting_many_times_at_once_accepts_once(alice, copies):
    offer, bob = open_offer(giver=alice, copy=copies[0]), make_user()

    outcomes = at_once(*(lambda: accept(user=bob, secret=offer.secret) for _ in range(8)))

    assert outcomes == {"granted": 1, "already_accepted": 7}
    assert violations() == {}


def test_of_cancelling_and_accepting_at_once_one_wins(alice, copies):
    bob, ends = make_user(), Counter()
    for copy in copies:
        offer = open_offer(giver=alice, copy=copy)

        outcomes = at_once(
            lambda offer=offer: cancel(user=alice, transfer_id=offer.pk),
            lambda offer=offer: accept(user=bob, secret=offer.secret),
        )

        transfer = Transfer.objects.select_related("copy").get(pk=offer.pk)
        if transfer.accepted_at:
            assert (outcomes, transfer.copy.owner, transfer.cancelled_at) == (
                {"granted": 1, "already_accepted": 1},
                bob,
                None,
            )
        else:
            assert (outcomes, transfer.copy.owner, transfer.receiver) == ({"granted": 1, "cancelled": 1}, alice, None)
        ends[transfer.accepted_at is not None] += 1
    assert sum(ends.values()) == ROUNDS
    assert violations() == {}


def test_of_many_offers_of_one_copy_opened_at_once_one_is_open(alice, copies):
    outcomes = at_once(*(lambda: open_offer(giver=alice, copy=copies[0]) for _ in range(8)))

    assert outcomes == {"granted": 1, "already_offered": 7}
    assert Transfer.objects.filter(open_copy=copies[0]).count() == 1


def test_offering_again_while_the_last_offer_is_accepted_gives_nobody_elses_copy_away(alice, copies):
    bob = make_user()
    for copy in copies:
        offer = open_offer(giver=alice, copy=copy)

        outcomes = at_once(
            lambda copy=copy: open_offer(giver=alice, copy=copy),
            lambda offer=offer: accept(user=bob, secret=offer.secret),
        )

        assert outcomes in ({"granted": 1, "already_offered": 1}, {"granted": 1, "not_owner": 1})
        assert Copy.objects.get(pk=copy.pk).owner == bob
    assert not Transfer.objects.filter(open_copy__isnull=False).exists()
    assert violations() == {}


def test_two_people_who_swap_everything_at_once_never_block_each_other(alice, copies, monkeypatch):
    """Acceptances take both people's rows, scans one of them: no order ends in a deadlock, so no retry is needed."""
    monkeypatch.setattr(transactions, "TRIES", 1)
    bob = make_user("bob")
    theirs = [won(bob, copies[0].collectible) for _ in range(ROUNDS)]
    mission = make_mission(kind="collect_count", collection=copies[0].collectible.collection, goal=99)
    codes = [make_code(make_distribution(copies[0].collectible)).code for _ in range(4)]
    swaps = [
        partial(accept, user=taker, secret=open_offer(giver=giver, copy=copy).secret)
        for giver, taker, held in [(alice, bob, copies), (bob, alice, theirs)]
        for copy in held
    ]
    scans = [partial(redeem, user=user, code=code) for user, code in zip([alice, bob] * 2, codes, strict=True)]

    outcomes = at_once(*swaps, *scans)

    assert outcomes == {"granted": 2 * ROUNDS + 4}
    owners = Counter(Copy.objects.values_list("owner__username", flat=True))
    assert owners == {"alice": ROUNDS + 2, "bob": ROUNDS + 2}
    progress = MissionProgress.objects.filter(mission=mission).values_list("progress", flat=True)
    assert list(progress) == [ROUNDS + 2] * 2
    assert violations() == {}
