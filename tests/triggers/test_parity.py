"""One table of scenarios in plain SQL. Both databases must end with exactly the rows that parity.json holds."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from collectibles.models import Collectible
from tests.make import (
    DAY,
    make_category,
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

pytestmark = pytest.mark.django_db

EXPECTED = json.loads(Path(__file__).with_name("parity.json").read_text())
ROWS = {
    "progress": "SELECT user_id, mission_id, progress, completed_at, claimed_at, version, updated_at"
    " FROM collectibles_missionprogress ORDER BY user_id, mission_id",
    "collectible": "SELECT id, status, minted, circulation, version FROM collectibles_collectible ORDER BY id",
    "copy": "SELECT collectible_id, mint, owner_id, version FROM collectibles_copy ORDER BY collectible_id, mint",
    "ledger": "SELECT c.collectible_id, c.mint, e.kind, e.from_user_id, e.to_user_id, e.at, e.grant_id, e.transfer_id"
    " FROM collectibles_copyevent e JOIN collectibles_copy c ON c.id = e.copy_id ORDER BY e.id",
    "contribution": "SELECT challenge_id, user_id, count FROM communities_challengecontribution ORDER BY 1, 2",
    "tally": "SELECT challenge_id, shard, count FROM communities_challengetally ORDER BY 1, 2",
    "collection": "SELECT id, active, version FROM catalog_collection ORDER BY id",
    "campaign": "SELECT id, active, ends_at, version FROM collectibles_distribution ORDER BY id",
}
COPY = "INSERT INTO collectibles_copy (id, collectible_id, mint, owner_id) VALUES "
TO = "UPDATE collectibles_copy SET owner_id = {} WHERE id = {}"
GRANT = "INSERT INTO collectibles_grant (id, user_id, distribution_id, copy_id, source) VALUES (1, 1, 1, 1, 'starter')"
OFFER = (
    "INSERT INTO collectibles_transfer (id, copy_id, giver_id, secret_hash, expires_at, open_copy_id)"
    " VALUES (1, 1, 1, 'h', '2030-01-01 00:00:00', 1)"
)
ACCEPT = (
    "UPDATE collectibles_transfer SET receiver_id = 2, accepted_at = '2029-01-01 00:00:00.250000', open_copy_id = NULL"
)
CLAIM = "UPDATE collectibles_missionprogress SET claimed_at = '2029-01-01 00:00:00' WHERE mission_id = 1"
COLLECTIBLE = "UPDATE collectibles_collectible SET {} WHERE id = {}"
SCENARIOS = {
    "a copy counts for both kinds of mission and the challenge": [COPY + "(1, 1, 1, 1)"],
    "a second copy of one collectible counts only where copies count": [COPY + "(1, 1, 1, 1), (2, 1, 2, 1)"],
    "the set is complete": [COPY + "(1, 1, 1, 1), (2, 2, 1, 1)"],
    "progress stops at the goal": [COPY + "(1, 3, 1, 1), (2, 3, 2, 1), (3, 3, 3, 1), (4, 3, 4, 1)"],
    "what was complete falls back": [COPY + "(1, 1, 1, 1), (2, 2, 1, 1)", TO.format(2, 2)],
    "what was claimed stays claimed": [COPY + "(1, 1, 1, 1), (2, 2, 1, 1)", CLAIM, TO.format(2, 2)],
    "there and back again": [COPY + "(1, 1, 1, 1), (2, 2, 1, 1)", TO.format(3, 1), TO.format(1, 1)],
    "a favourite moves nothing": [COPY + "(1, 1, 1, 1)", "UPDATE collectibles_copy SET favorite = 1"],
    "a banned member and a stranger add nothing": [COPY + "(1, 1, 1, 2), (2, 1, 2, 3)"],
    "another community's collectible adds nothing": [COPY + "(1, 9, 1, 1)"],
    "a copy acquired before the challenge adds nothing": [
        "INSERT INTO collectibles_copy (collectible_id, mint, owner_id, acquired_at)"
        " VALUES (1, 1, 1, '2020-01-01 00:00:00')"
    ],
    "a number beyond the edition": [COPY + "(1, 2, 3, 1)"],
    "a number moved beyond the edition": [COPY + "(1, 2, 1, 1)", "UPDATE collectibles_copy SET mint = 3"],
    "a copy deleted": [COPY + "(1, 1, 1, 1)", "DELETE FROM collectibles_copy"],
    "a grant": [COPY + "(1, 1, 1, 1)", GRANT],
    "a transfer": [COPY + "(1, 1, 1, 1)", GRANT, OFFER, ACCEPT, TO.format(2, 1)],
    "an offer that is cancelled": [
        COPY + "(1, 1, 1, 1)",
        OFFER,
        "UPDATE collectibles_transfer SET cancelled_at = '2029-01-01 00:00:00', open_copy_id = NULL",
    ],
    "the ledger changed": [COPY + "(1, 1, 1, 1)", GRANT, "UPDATE collectibles_copyevent SET to_user_id = 2"],
    "the ledger deleted": [COPY + "(1, 1, 1, 1)", GRANT, "DELETE FROM collectibles_copyevent"],
    "an edition sold out": [COLLECTIBLE.format("minted = 2", 2)],
    "an edition grown": [COLLECTIBLE.format("minted = 2", 2), COLLECTIBLE.format("circulation = 3", 2)],
    "an edition without end": [COLLECTIBLE.format("minted = 2", 2), COLLECTIBLE.format("circulation = NULL", 2)],
    "a version that the writer raised": [COLLECTIBLE.format("minted = 2, version = version + 1", 2)],
    "a retired collectible": [COLLECTIBLE.format("status = 'retired', minted = 2", 2)],
    "a draft handed out": [COLLECTIBLE.format("status = 'draft', minted = 1", 2)],
    "a draft kept back": [COLLECTIBLE.format("status = 'draft'", 2)],
    "a project deactivated": ["UPDATE catalog_project SET active = 0 WHERE id = 1"],
    "a project activated": [
        "UPDATE catalog_project SET active = 0 WHERE id = 1",
        "UPDATE catalog_project SET active = 1 WHERE id = 1",
    ],
}


def make_world():
    now = timezone.now()
    ours, other = [make_project(id=number) for number in (1, 2)]
    friends, others = [make_community(id=number) for number in (1, 2)]
    classics = make_collection(id=1, project=ours, community=friends)
    elsewhere = make_collection(id=2, project=other, community=others)
    parts = make_category(id=1)
    for number, circulation, collection in [
        (1, None, classics),
        (2, 2, classics),
        (3, 5, classics),
        (9, None, elsewhere),
    ]:
        make_collectible(id=number, circulation=circulation, collection=collection, category=parts)
    make_mission(*Collectible.objects.filter(id__in=(1, 2)), id=1, goal=2)
    make_mission(id=2, kind="collect_count", collection=classics, goal=3)
    make_mission(id=3, kind="sign_up", collection=classics)
    make_mission(id=4, kind="sign_up", collection=classics, goal=2)
    make_challenge(id=1, community=friends)
    make_distribution(id=1, project=ours)
    make_distribution(id=2, project=ours, starts_at=now + DAY, ends_at=now + 9 * DAY)
    make_distribution(id=3, project=other)
    member, banned, _stranger = [make_user(id=number) for number in (1, 2, 3)]
    make_membership(member, friends)
    make_membership(banned, friends, banned_until=now + DAY)


def rows():
    """Every row that a trigger may write; a time is `now`, `later` or what it is."""
    with connection.cursor() as cursor:
        answer = {}
        for name, query in ROWS.items():
            cursor.execute(query)
            answer[name] = [[plain(value) for value in row] for row in cursor.fetchall()]
        return answer


def plain(value):
    """Times are text on SQLite and datetimes on MySQL; the test's own day is `now`, later ones of the world `later`."""
    if not isinstance(value, datetime):
        try:
            value = datetime.fromisoformat(value)
        except (TypeError, ValueError):
            return value
    ahead = value.replace(tzinfo=UTC) - timezone.now()
    if abs(ahead) < timedelta(minutes=1):
        return "now"
    return "later" if timedelta(0) < ahead < 10 * DAY else str(value)


def played(statements):
    """What changed: rows that are there after and were not before, and how often the database refused."""
    before, refused = rows(), 0
    for statement in statements:
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(statement)
        except DatabaseError:
            refused += 1
    after = {name: [row for row in found if row not in before[name]] for name, found in rows().items()}
    return {name: found for name, found in after.items() if found} | ({"refused": refused} if refused else {})


@pytest.mark.parametrize("name", SCENARIOS)
def test_both_databases_end_with_the_same_rows(name):
    make_world()

    assert played(SCENARIOS[name]) == EXPECTED.get(name, "nothing: write it down")


def test_a_new_person_has_the_same_rows_on_both():
    make_world()

    assert rows()["progress"] == EXPECTED["new people"]
