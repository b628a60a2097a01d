"""A new or changed mission is counted for everybody, also while copies are handed out."""

import threading
import time

import pytest
from django.db import transaction

from collectibles.missions import recompute, recompute_after_commit
from collectibles.models import Copy, Mission, MissionCollectible, MissionProgress
from kloppocar.events import every_minute
from tests.make import make_collectible, make_mission, make_user
from tests.triggers.plain_sql import give, insert_copy, mysql_only, sql
from tests.triggers.test_concurrency import in_threads
from tests.triggers.test_rules import counted_anew, progress_of

many_writers = mysql_only("SQLite has one writer at a time")
kinds = pytest.mark.parametrize("kind", ["collect_set", "collect_count"])


def started(*calls):
    """The calls are running, each in a thread of its own; `join()` gives what they raised."""
    errors = []
    thread = threading.Thread(target=lambda: errors.extend(in_threads(*calls)))
    thread.start()
    thread.errors = errors
    return thread


def payload(collectible, **fields):
    usual = {"title": {"en": "Set"}, "kind": "collect_set", "goal": 1, "starts_at": "2026-01-01T00:00:00Z"}
    return {"collection": collectible.collection_id, "collectibles": [collectible.id], **usual, **fields}


@kinds
def test_a_mission_counts_what_people_own_already(real_db, api, alice, bob, kind):
    thing, other = make_collectible(), make_collectible()
    copy = insert_copy(thing, alice, 1)
    insert_copy(thing, alice, 2)
    insert_copy(other, bob, 1)

    made = api("staff").post("/api/v1/missions/", payload(thing, kind=kind, goal=2))

    mission = Mission.objects.get(pk=made.data["id"])
    expected = {"collect_set": 1, "collect_count": 2}[kind]
    assert made.status_code == 201
    assert dict(MissionProgress.objects.values_list("user", "progress")) == {alice.id: expected}
    assert mission.counted_version == mission.version

    give(copy, bob)
    assert api("staff").patch(f"/api/v1/missions/{mission.id}/", {"goal": 1}).status_code == 200
    rows = MissionProgress.objects.filter(mission=mission)
    assert {row.user_id: (row.progress, row.completed_at is not None) for row in rows} == {
        alice.id: (1, True),
        bob.id: (1, True),
    }
    versions = set(rows.values_list("id", "version"))
    recompute(mission.id)
    assert set(rows.values_list("id", "version")) == versions


def test_what_was_claimed_stays_completed_when_the_goal_is_raised(real_db):
    thing, alice, bob = make_collectible(), make_user(), make_user()
    mission = make_mission(thing, goal=1)
    for mint, person in enumerate([alice, bob], start=1):
        insert_copy(thing, person, mint)
    MissionProgress.objects.filter(user=alice).update(claimed_at="2026-01-01T00:00:00Z")

    Mission.objects.filter(pk=mission.pk).update(goal=2)
    recompute(mission.pk)

    completed = dict(MissionProgress.objects.values_list("user", "completed_at"))
    assert (completed[alice.id] is not None, completed[bob.id]) == (True, None)


def test_a_mission_that_was_changed_past_us_or_not_counted_to_the_end_is_made_up_for(real_db):
    thing, alice = make_collectible(), make_user()
    insert_copy(thing, alice, 1)
    mission = make_mission(thing)
    assert progress_of(alice, mission) == 0

    every_minute()
    assert progress_of(alice, mission) == 1
    sql("UPDATE collectibles_mission SET kind = 'collect_count', goal = 3, version = version + 1")
    insert_copy(make_collectible(collection=thing.collection), alice, 1)
    every_minute()

    mission.refresh_from_db()
    assert progress_of(alice, mission) == counted_anew(alice, mission) == 2
    assert MissionProgress.objects.get().completed_at is None
    assert mission.counted_version == mission.version


def test_a_count_that_fails_leaves_the_mission_saved_and_to_be_made_up_for(real_db, api, monkeypatch, caplog):
    thing = make_collectible()
    monkeypatch.setattr("collectibles.missions.owners_of", lambda mission: 1 / 0)

    assert api("staff").post("/api/v1/missions/", payload(thing)).status_code == 201

    assert "ZeroDivisionError" in caplog.text
    assert Mission.objects.get().counted_version == 0


@many_writers
@kinds
def test_a_copy_that_is_being_committed_while_a_mission_is_made_is_counted(real_db, kind):
    thing, alice = make_collectible(), make_user()

    with transaction.atomic():
        insert_copy(thing, alice, 1)
        maker = started(lambda: recompute(make_mission(thing, kind=kind).pk))
        maker.join(0.5)
        assert maker.is_alive()
    maker.join()

    assert maker.errors == []
    assert progress_of(alice, Mission.objects.get()) == 1


@many_writers
def test_who_writes_a_copy_while_a_mission_is_being_written_waits_and_counts_for_it(real_db):
    thing, other, alice = make_collectible(), make_collectible(), make_user()
    mission = make_mission(other)

    with transaction.atomic():
        MissionCollectible.objects.create(mission=mission, collectible=thing)
        writer = started(lambda: insert_copy(thing, alice, 1))
        writer.join(0.5)
        assert writer.is_alive()
    writer.join()

    assert writer.errors == []
    assert progress_of(alice, mission) == 1


@many_writers
@kinds
def test_a_writer_whose_picture_of_the_database_is_old_counts_for_a_newer_mission(real_db, kind):
    thing, alice = make_collectible(), make_user()

    sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
    with transaction.atomic():
        assert Mission.objects.count() == 0
        maker = started(lambda: recompute(make_mission(thing, kind=kind).pk))
        maker.join()
        assert Mission.objects.count() == 0
        insert_copy(thing, alice, 1)

    assert progress_of(alice, Mission.objects.get()) == 1


def test_missions_made_and_changed_while_copies_are_handed_out_are_exact(real_db):
    things = [make_collectible() for _ in range(4)]
    people, over = [make_user() for _ in range(3)], threading.Event()

    def write(person):
        mint = 10_000 * (1 + people.index(person))
        while not over.is_set():
            mint += 1
            insert_copy(things[mint % 4], person, mint)
            if mint % 3 == 0:
                give(Copy.objects.filter(owner=person).first(), people[mint % 2])
            time.sleep(0.002)

    writers = started(*(lambda person=person: write(person) for person in people))
    mission = None
    for number in range(12):
        with transaction.atomic():
            if mission and number % 3 == 2:
                mission.collectibles.set([*mission.collectibles.all(), things[number % 4]])
            else:
                mission = make_mission(*things[:2], goal=5, kind=["collect_set", "collect_count"][number % 2])
            recompute_after_commit(mission)
    over.set()
    writers.join()

    assert writers.errors == []
    kept = {(row.user_id, row.mission_id): row.progress for row in MissionProgress.objects.all()}
    for mission in Mission.objects.all():
        for person in people:
            assert kept.get((person.id, mission.id), 0) == counted_anew(person, mission)
