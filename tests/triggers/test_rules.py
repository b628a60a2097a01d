"""The database's own rules, tried by plain SQL: other writers use it too."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.models import Collection
from collectibles.missions import recompute
from collectibles.models import Collectible, Copy, CopyEvent, Distribution, Grant, Mission, MissionProgress, Transfer
from communities.models import ChallengeContribution, ChallengeTally
from tests.make import (
    DAY,
    make_challenge,
    make_collectible,
    make_collection,
    make_community,
    make_distribution,
    make_membership,
    make_mission,
    make_project,
    make_user,
)
from tests.triggers.plain_sql import give, insert_copy, refused, sql

pytestmark = pytest.mark.django_db


def progress_of(user, mission):
    row = MissionProgress.objects.filter(user=user, mission=mission).first()
    return row.progress if row else 0


def test_a_new_person_has_reached_the_open_sign_up_missions_and_no_other():
    open_now = make_mission(kind="sign_up")
    make_mission(kind="sign_up", active=False)
    make_mission(kind="sign_up", starts_at=timezone.now() + DAY)
    make_mission(kind="sign_up", starts_at=timezone.now() - 2 * DAY, ends_at=timezone.now() - DAY)
    make_mission(kind="collect_count")

    user = make_user()

    (row,) = MissionProgress.objects.filter(user=user)
    assert (row.mission, row.progress, row.version) == (open_now, 1, 1)
    assert abs(row.completed_at - timezone.now()) < timedelta(minutes=1)
    assert abs(row.created_at - timezone.now()) < timedelta(minutes=1)


@pytest.mark.parametrize(
    "statement", ["DELETE FROM {}", "UPDATE {} SET role = 'member'", "UPDATE {} SET community_id = {}"]
)
def test_the_last_owner_of_a_community_stays(statement):
    community, other = make_community(), make_community()
    owner = make_membership(make_user(), community, role="owner")
    make_membership(make_user(), community, role="moderator")
    make_membership(make_user(), other, role="owner")
    change = statement.format("communities_membership", other.id) + f" WHERE id = {owner.id}"

    assert "The last owner of a community stays." in refused(change)

    make_membership(make_user(), community, role="owner")
    sql(change)


@pytest.mark.parametrize(
    "lets_go", ["UPDATE users_user SET status = 'deleted'", "UPDATE communities_community SET active = 0"]
)
def test_the_last_owner_goes_whose_account_or_community_is_closed(lets_go):
    owner = make_membership(make_user(), make_community(), role="owner")
    sql(lets_go)

    sql(f"DELETE FROM communities_membership WHERE id = {owner.id}")


def test_no_sign_up_mission_never_stops_a_sign_up():
    assert make_user().pk


@pytest.mark.parametrize(
    ("status", "minted", "circulation", "follows"),
    [
        ("available", 4, 5, "available"),
        ("available", 5, 5, "sold_out"),
        ("sold_out", 5, 6, "available"),
        ("sold_out", 5, None, "available"),
        ("draft", 0, 5, "draft"),
        ("draft", 1, 5, "available"),
        ("draft", 5, 5, "sold_out"),
        ("retired", 5, 5, "retired"),
    ],
)
def test_the_status_follows_minted_and_circulation(status, minted, circulation, follows):
    inserted = make_collectible(status=status, minted=minted, circulation=circulation)
    updated = make_collectible(status="retired")
    sql(
        "UPDATE collectibles_collectible SET status = %s, minted = %s, circulation = %s WHERE id = %s",
        status,
        minted,
        circulation,
        updated.id,
    )

    assert [row.status for row in Collectible.objects.filter(id__in=[inserted.id, updated.id])] == [follows, follows]


def test_a_deactivated_project_closes_its_collections_and_ends_its_campaigns():
    project, other = make_project(), make_project()
    closing, staying = make_collection(project=project), make_collection(project=other)
    running = make_distribution(project=project)
    future = make_distribution(project=project, starts_at=timezone.now() + DAY, ends_at=timezone.now() + 2 * DAY)

    sql("UPDATE catalog_project SET active = %s WHERE id = %s", False, project.id)

    assert list(Collection.objects.filter(active=True)) == [staying]
    closing.refresh_from_db()
    assert closing.version == 2
    after = Distribution.objects.in_bulk()
    assert not after[running.id].active
    assert after[running.id].ends_at <= timezone.now()
    assert after[future.id].ends_at == future.ends_at


def test_a_number_beyond_the_edition_is_refused():
    collectible, user = make_collectible(circulation=5), make_user()
    copy = insert_copy(collectible, user, 5)

    insert = "INSERT INTO collectibles_copy (collectible_id, owner_id, mint) VALUES (%s, %s, %s)"
    assert "beyond the edition" in refused(insert, collectible.id, user.id, 6)
    assert "beyond the edition" in refused("UPDATE collectibles_copy SET mint = 6 WHERE id = %s", copy.id)


@pytest.mark.parametrize(("before", "after"), [(5, 4), (None, 5)])
def test_an_edition_of_which_a_copy_exists_only_grows(before, after):
    handed_out = make_collectible(circulation=before, minted=1)
    untouched = make_collectible(circulation=before)
    change = "UPDATE collectibles_collectible SET circulation = %s WHERE id = %s"

    assert "only grow" in refused(change, after, handed_out.id)
    sql(change, after, untouched.id)
    for larger in (before and before + 1, None):
        sql(change, larger, handed_out.id)


def test_a_copy_is_never_deleted():
    copy = insert_copy(make_collectible(), make_user(), 1)

    assert "never deleted" in refused("DELETE FROM collectibles_copy WHERE id = %s", copy.id)


def test_the_ledger_is_written_by_grants_and_transfers_and_never_changed():
    alice, bob = make_user(), make_user()
    copy = insert_copy(make_collectible(), alice, 1)
    grant = Grant.objects.create(user=alice, distribution=make_distribution(), copy=copy, source="starter")
    transfer = Transfer.objects.create(
        copy=copy, giver=alice, secret_hash="0" * 64, expires_at=timezone.now() + DAY, open_copy=copy
    )
    sql(
        "UPDATE collectibles_transfer SET receiver_id = %s, accepted_at = %s, open_copy_id = NULL WHERE id = %s",
        bob.id,
        timezone.now().replace(tzinfo=None),
        transfer.id,
    )

    minted, transferred = CopyEvent.objects.order_by("id")
    assert (minted.kind, minted.to_user, minted.grant, minted.from_user) == ("minted", alice, grant, None)
    assert (transferred.kind, transferred.from_user, transferred.to_user) == ("transferred", alice, bob)
    assert "append-only" in refused("UPDATE collectibles_copyevent SET kind = 'minted'")
    assert "append-only" in refused("DELETE FROM collectibles_copyevent")


def test_a_challenge_counts_copies_minted_to_members_in_its_time():
    community = make_community()
    challenge = make_challenge(community=community)
    over = make_challenge(community=community, starts_at=timezone.now() - 2 * DAY, ends_at=timezone.now() - DAY)
    member, banned, stranger = make_user(), make_user(), make_user()
    make_membership(member, community)
    make_membership(banned, community, banned_until=timezone.now() + DAY)
    inside = make_collectible(collection=make_collection(community=community))
    outside = make_collectible()

    for mint, (collectible, person) in enumerate(
        [(inside, member), (inside, member), (outside, member), (inside, banned), (inside, stranger)], start=1
    ):
        copy = insert_copy(collectible, person, mint)
    give(copy, member)

    (contribution,) = ChallengeContribution.objects.all()
    assert (contribution.challenge, contribution.user, contribution.count) == (challenge, member, 2)
    assert not ChallengeTally.objects.filter(challenge=over).exists()
    assert [(tally.shard, tally.count) for tally in ChallengeTally.objects.all()] == [(member.id % 16, 2)]


def test_progress_counts_distinct_listed_collectibles_owned_now_and_claimed_stays_claimed():
    first, second = make_collectible(), make_collectible()
    mission = make_mission(first, second, goal=2)
    alice, bob = make_user(), make_user()

    insert_copy(first, alice, 1)
    spare = insert_copy(first, alice, 2)
    only = insert_copy(second, alice, 1)
    assert progress_of(alice, mission) == 2
    claimed_at = timezone.now()
    MissionProgress.objects.filter(user=alice).update(claimed_at=claimed_at)
    give(spare, bob)
    assert (progress_of(alice, mission), progress_of(bob, mission)) == (2, 1)
    give(only, bob)

    row = MissionProgress.objects.get(user=alice, mission=mission)
    assert (row.progress, row.claimed_at) == (1, claimed_at)
    assert row.completed_at is not None
    assert MissionProgress.objects.get(user=bob, mission=mission).completed_at is not None


steps = st.lists(
    st.one_of(
        st.tuples(st.just("mint"), st.integers(0, 3), st.integers(0, 2)),
        st.tuples(st.just("give"), st.integers(0, 20), st.integers(0, 2)),
        st.tuples(st.just("edit"), st.integers(0, 2), st.integers(1, 4)),
        st.tuples(st.just("list"), st.integers(0, 1), st.integers(0, 3)),
    ),
    max_size=25,
)


def play(sequence):
    """Random grants, transfers and mission changes; afterwards the kept progress is what one would count."""
    collection = make_collection()
    things = [make_collectible(collection=collection) for _ in range(4)]
    people = [make_user() for _ in range(3)]
    missions = [
        make_mission(things[0], things[1], goal=2),
        make_mission(*things, goal=3),
        make_mission(kind="collect_count", collection=collection, goal=4),
    ]
    copies = []
    for kind, one, other in sequence:
        if kind == "mint":
            copies.append(insert_copy(things[one], people[other], len(copies) + 1))
        elif kind == "give" and copies:
            give(copies[one % len(copies)], people[other])
        elif kind == "edit":
            Mission.objects.filter(pk=missions[one].pk).update(goal=other)
            recompute(missions[one].pk)
        elif kind == "list":
            missions[one].collectibles.set(set(missions[one].collectibles.all()) ^ {things[other]})
            recompute(missions[one].pk)
    for mission in Mission.objects.filter(collection=collection):
        for person in people:
            assert progress_of(person, mission) == counted_anew(person, mission)
        for row in mission.progress.all():
            assert (row.completed_at is not None) == (row.progress >= mission.goal)


def counted_anew(person, mission):
    mine = Copy.objects.filter(owner=person)
    if mission.kind == "collect_set":
        owned = mine.filter(collectible__in=mission.collectibles.all()).values("collectible").distinct().count()
    else:
        owned = mine.filter(collectible__collection=mission.collection).count()
    return min(mission.goal, owned)


in_one_transaction = {
    "deadline": None,
    "suppress_health_check": [HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
}


def undone(play, sequence):
    """A savepoint and no block of its own: what commits by itself, as recompute does, may not stand inside a block."""
    mark = transaction.savepoint()
    try:
        play(sequence)
    finally:
        transaction.savepoint_rollback(mark)


@given(steps)
@settings(max_examples=50, **in_one_transaction)
def test_kept_progress_is_the_progress_counted_anew(db, sequence):
    undone(play, sequence)


@pytest.mark.deep
@given(steps)
@settings(max_examples=1_000, **in_one_transaction)
def test_kept_progress_is_the_progress_counted_anew_a_thousand_times(db, sequence):
    undone(play, sequence)
