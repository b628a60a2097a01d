"""Each invariant finds what breaks it, where a database lets anybody break it at all."""

import pytest
from django.db import DatabaseError, connection, transaction

from collectibles.invariants import INVARIANTS, check, violations
from collectibles.services import accept, claim_mission, open_offer, redeem
from kloppocar import triggers
from tests.make import make_code, make_collectible, make_distribution, make_mission, make_reward
from tests.triggers.plain_sql import sql


@pytest.fixture
def story(alice, bob):
    """Alice won two copies, claimed a mission for a third, and gave one to bob."""
    door = make_collectible(circulation=5)
    distribution = make_distribution(door, collection=door.collection, limit=10)
    mission = make_mission(door, goal=1, reward=make_reward(make_collectible(collection=door.collection)))
    make_mission(kind="collect_count", collection=door.collection, goal=9)
    first, second = (redeem(user=alice, code=make_code(distribution, max_uses=3).code).grant for _ in range(2))
    claim_mission(user=alice, mission_id=mission.id)
    offer = open_offer(giver=alice, copy=first.copy)
    accept(user=bob, secret=offer.secret)
    return {
        "collection": door.collection_id,
        "door": door.id,
        "given": first.copy_id,
        "kept": second.copy_id,
        "campaign": distribution.id,
        "mission": mission.id,
        "transfer": offer.id,
        "alice": alice.id,
        "bob": bob.id,
        "free": min({1, 2, 3} - set(door.copies.values_list("mint", flat=True))),
    }


# What plain SQL can do to the story, and the invariants that it breaks. What constraints refuse is not in here.
DAMAGE = {
    "minted differs from copies": "UPDATE collectibles_collectible SET minted = 1 WHERE id = {door}",
    "numbers beyond the edition": "UPDATE collectibles_collectible SET minted = 0 WHERE id = {door};"
    "UPDATE collectibles_collectible SET circulation = 1 WHERE id = {door}",
    "copies without a grant": "INSERT INTO collectibles_copy (collectible_id, owner_id, mint)"
    " VALUES ({door}, {bob}, {free})",
    "uses differ from grants": "UPDATE collectibles_distributioncode SET uses = 2",
    "redeemed differs from grants": "UPDATE collectibles_distribution SET redeemed = 3 WHERE id = {campaign}",
    "rewards without a claim": "UPDATE collectibles_missionprogress SET claimed_at = NULL",
    "progress differs from what is owned": "UPDATE collectibles_missionprogress SET progress = 0",
    "transfers without a ledger line": "INSERT INTO collectibles_transfer"
    " (copy_id, giver_id, receiver_id, secret_hash, expires_at, accepted_at)"
    " SELECT copy_id, giver_id, receiver_id, 'other', expires_at, accepted_at FROM collectibles_transfer",
    "ledger with a gap": "INSERT INTO collectibles_copyevent (copy_id, kind, from_user_id, to_user_id)"
    " VALUES ({kept}, 'transferred', {bob}, {alice})",
    "owner is not in the ledger": "UPDATE collectibles_copy SET owner_id = {bob} WHERE id = {kept}",
    "transfers accepted and cancelled": "UPDATE collectibles_transfer SET cancelled_at = accepted_at",
}
REFUSED = {
    "oversold": "UPDATE collectibles_collectible SET minted = 6 WHERE id = {door}",
    "duplicate numbers": "INSERT INTO collectibles_copy (collectible_id, mint, owner_id)"
    " SELECT collectible_id, mint, owner_id FROM collectibles_copy WHERE id = {kept}",
    "second grants": "INSERT INTO collectibles_grant (user_id, distribution_id, copy_id, source, code_id)"
    " SELECT user_id, distribution_id, {given}, source, code_id FROM collectibles_grant WHERE copy_id = {kept}",
    "redemptions without a copy": "UPDATE collectibles_grant SET copy_id = 999999 WHERE copy_id = {kept}",
    "codes used too often": "UPDATE collectibles_distributioncode SET uses = 4",
    "campaigns beyond their limit": "UPDATE collectibles_distribution SET redeemed = 11 WHERE id = {campaign}",
    "copies offered twice": "INSERT INTO collectibles_transfer"
    " (copy_id, giver_id, secret_hash, expires_at, open_copy_id) VALUES"
    " ({kept}, {alice}, 'first', '2030-01-01', {kept}), ({kept}, {alice}, 'second', '2030-01-01', {kept})",
}


def test_a_story_of_ours_breaks_nothing(story):
    assert violations() == {}
    assert violations(story["collection"]) == {}


@pytest.mark.parametrize("name", DAMAGE)
def test_what_plain_sql_broke_is_found(story, name):
    for statement in DAMAGE[name].format(**story).split(";"):
        sql(statement)

    assert name in violations()
    assert name in violations(story["collection"])
    assert violations(collection=0) == {}


def test_a_lost_line_of_the_ledger_is_found(real_db, story):
    triggers.drop_guards(connection)
    sql("DELETE FROM collectibles_copyevent WHERE copy_id = %s", story["kept"])

    assert set(violations()) == {"grants without a ledger line", "owner is not in the ledger"}


@pytest.mark.parametrize("name", REFUSED)
def test_what_the_database_refuses_to_break_is_still_asked(story, name):
    with pytest.raises(DatabaseError), transaction.atomic():
        write_and_check(REFUSED[name].format(**story))

    assert check()[name] == []


def write_and_check(statement):
    """SQLite asks for foreign keys at the commit only."""
    sql(statement)
    connection.check_constraints()


def test_every_invariant_was_tried():
    assert {item.name for item in INVARIANTS} == {*DAMAGE, *REFUSED, "grants without a ledger line"}
