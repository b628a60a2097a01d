"""Several writers of plain SQL at once, with real connections: no rule's effect is lost."""

import random
import threading
import time

import pytest
from django.db import connection, transaction

from collectibles.models import Copy, MissionProgress
from collectibles.services import redeem
from communities.models import ChallengeTally
from kloppocar import triggers
from kloppocar.api import transactions
from kloppocar.models import AppliedObject
from tests.make import (
    make_challenge,
    make_code,
    make_collectible,
    make_collection,
    make_community,
    make_distribution,
    make_membership,
    make_mission,
    make_user,
)
from tests.triggers.plain_sql import insert_copy, mysql_only, sql

INSERT = "INSERT INTO collectibles_copy (collectible_id, owner_id, mint) VALUES (%s, %s, 1), (%s, %s, 2)"


def in_threads(*calls):
    """Run every call in a thread of its own, with its own connection; what they raised."""
    errors = []

    def run(call):
        try:
            call()
        except Exception as error:  # noqa: BLE001 - the assertion shows it
            errors.append(repr(error))
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[call]) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return errors


def wait_until(holds, seconds=20):
    end = time.monotonic() + seconds
    while not holds() and time.monotonic() < end:
        time.sleep(0.01)


def test_copies_inserted_at_once_for_one_person_are_all_counted(real_db):
    things = [make_collectible() for _ in range(8)]
    missions = [make_mission(*things, goal=8), make_mission(kind="collect_count", collection=things[0].collection)]
    alice = make_user()
    barrier = threading.Barrier(len(things))

    def insert(thing):
        barrier.wait()
        with transaction.atomic():
            insert_copy(thing, alice, 1)

    assert in_threads(*(lambda thing=thing: insert(thing) for thing in things)) == []
    assert dict(MissionProgress.objects.values_list("mission", "progress")) == {missions[0].id: 8, missions[1].id: 1}


@mysql_only("SQLite has one writer at a time")
def test_a_statement_that_waited_counts_what_was_committed_meanwhile(real_db):
    first, second = make_collectible(), make_collectible()
    mission = make_mission(first, second, goal=2)
    alice, bob = make_user(), make_user()

    def waits():
        sql(INSERT, second.id, alice.id, second.id, bob.id)

    with transaction.atomic():
        insert_copy(first, bob, 1)
        thread = threading.Thread(target=in_threads, args=[waits])
        thread.start()
        thread.join(0.5)
        assert thread.is_alive()
    thread.join()

    assert Copy.objects.filter(owner=bob).count() == 2
    assert MissionProgress.objects.get(user=bob, mission=mission).progress == 2


def test_people_who_swap_copies_at_once_keep_what_they_own(real_db):
    things = [make_collectible() for _ in range(6)]
    mission = make_mission(*things, goal=6)
    people = [make_user(), make_user()]
    copies = [insert_copy(thing, people[number % 2], 1) for number, thing in enumerate(things)]
    barrier = threading.Barrier(len(copies))

    def swap(copy):
        other = people[0] if copy.owner_id == people[1].id else people[1]
        barrier.wait()
        sql("UPDATE collectibles_copy SET owner_id = %s WHERE id = %s", other.id, copy.id)

    assert in_threads(*(lambda copy=copy: swap(copy) for copy in copies)) == []
    assert list(MissionProgress.objects.filter(mission=mission).values_list("progress", flat=True)) == [3, 3]


def test_redemptions_of_one_collection_never_wait_for_each_other_in_a_circle(real_db, monkeypatch):
    monkeypatch.setattr(transactions, "TRIES", 1)
    community = make_community()
    collection = make_collection(community=community)
    things = [make_collectible(collection=collection) for _ in range(6)]
    missions = [make_mission(kind="collect_count", collection=collection, goal=99), make_mission(*things, goal=6)]
    challenges = [make_challenge(community=community) for _ in range(2)]
    people = [make_user() for _ in range(8)]
    codes = [make_code(make_distribution(thing), max_uses=None).code for thing in things for _ in range(2)]
    for person in people:
        make_membership(person, community)
        for mint, thing in enumerate(things, start=1000 * person.id):
            insert_copy(thing, person, mint)

    def scan(person):
        for code in random.Random(person.id).sample(codes, len(codes)):
            redeem(user=person, code=code)

    assert in_threads(*(lambda person=person: scan(person) for person in people)) == []
    each = len(things) + len(codes)
    progress = MissionProgress.objects.values_list("mission", "progress")
    assert sorted(progress) == sorted([(missions[0].id, each), (missions[1].id, 6)] * len(people))
    for challenge in challenges:
        tally = ChallengeTally.objects.filter(challenge=challenge)
        assert sum(tally.values_list("count", flat=True)) == each * len(people)


@mysql_only("SQLite has one writer at a time")
@pytest.mark.parametrize("isolation", ["READ COMMITTED", "REPEATABLE READ"])
def test_writers_of_plain_sql_never_wait_for_each_other_in_a_circle(real_db, isolation):
    community = make_community()
    collection = make_collection(community=community)
    things = [make_collectible(collection=collection) for _ in range(6)]
    make_mission(kind="collect_count", collection=collection, goal=99)
    make_mission(*things[:4], goal=4)
    challenge, people = make_challenge(community=community), [make_user() for _ in range(16)]
    for person in people:
        make_membership(person, community)

    def write(person):
        sql(f"SET SESSION TRANSACTION ISOLATION LEVEL {isolation}")
        for number in range(12):
            insert_copy(things[number % 6], person, 100 * person.id + number)

    assert in_threads(*(lambda person=person: write(person) for person in people)) == []
    tally = ChallengeTally.objects.filter(challenge=challenge)
    assert sum(tally.values_list("count", flat=True)) == 12 * len(people)
    assert sorted(MissionProgress.objects.values_list("progress", flat=True)) == [4] * 16 + [12] * 16


def test_a_writer_that_never_pauses_loses_no_effect_while_every_trigger_is_replaced(real_db, way):
    community = make_community()
    collection = make_collection(community=community)
    things = [make_collectible(collection=collection) for _ in range(3)]
    set_of_three = make_mission(*things, goal=3)
    challenge = make_challenge(community=community)
    people, written, over = [make_user() for _ in range(4)], [], threading.Event()
    for person in people:
        make_membership(person, community)

    def write():
        while not over.is_set():
            number = len(written)
            with transaction.atomic():
                sql(
                    "INSERT INTO collectibles_copy (collectible_id, owner_id, mint) VALUES (%s, %s, %s)",
                    things[number % 3].id,
                    people[number % 4].id,
                    number + 1,
                )
            written.append(number)

    errors = []
    writer = threading.Thread(target=lambda: errors.extend(in_threads(write)))
    writer.start()
    try:
        for _ in range(10):
            AppliedObject.objects.update(checksum="changed")
            with triggers.alone(connection):
                triggers.apply_all(connection)
            goal = len(written) + 2
            wait_until(lambda goal=goal: len(written) >= goal or errors)
    finally:
        over.set()
        writer.join()

    copies = len(written)
    assert errors == []
    assert Copy.objects.count() == copies >= 20
    assert sum(ChallengeTally.objects.filter(challenge=challenge).values_list("count", flat=True)) == copies
    assert list(MissionProgress.objects.filter(mission=set_of_three).values_list("progress", flat=True)) == [3] * 4
    assert triggers.out_of_step(connection) == []
