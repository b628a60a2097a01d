"""Several writers of plain SQL at once, with real connections: no rule's effect is lost."""

import threading

import pytest
from django.db import connection, transaction

from collectibles.models import Copy, MissionProgress
from tests.make import make_collectible, make_mission, make_user
from tests.triggers.plain_sql import insert_copy, sql

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


@pytest.mark.skipif("connection.vendor != 'mysql'", reason="SQLite has one writer at a time")
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
