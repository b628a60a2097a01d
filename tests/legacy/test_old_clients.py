"""What an old client reads after the import, by the ids that it has noted, is what it read before."""

import json
from datetime import UTC, datetime

import MySQLdb.cursors
import pytest
from django.urls import clear_url_caches
from rest_framework.test import APIClient

from tests.conftest import token_of
from tests.legacy.old_backend import key_of

READS = {
    "User": "getUserByUserId",
    "Category": "getCategoryByCategoryId",
    "Community": "getCommunityByCommunityId",
    "CommunityChallenge": "getCommunityChallengeByCommunityChallengeId",
    "Project": "getProjectByProjectId",
    "Collection": "getCollectionByCollectionId",
    "Collectible": "getCollectibleByCollectibleId",
    "UserCollectible": "getUserCollectibleByUserCollectibleId",
    "Sponsor": "getSponsorBySponsorId",
    "CollectibleSponsor": "getCollectibleSponsorByCollectibleSponsorId",
    "NewsPost": "getNewsPostByNewsPostId",
    "Notification": "getNotificationByNotificationId",
    "Mission": "getMissionByMissionId",
    "Distribution": "getDistributionByDistributionId",
    "DistributionCode": "getDistributionCodeByDistributionCodeId",
}
# Columns that read otherwise than before, and why.
CHANGED = {
    "User.email": "in lower case, as it is looked up",
    "User.pushToken": "taken, and told to nobody",
    "User.userType": "who has no subject yet is waited for",
    "UserCollectible.createdDt": "its owner's to know",
    "UserCollectible.updatedDt": "its owner's to know",
    "CommunityChallenge.rewardId": "it was a collectible; now a campaign decides",
    "Mission.rewardId": "where it was a collectible a campaign was made for it",
    "DistributionCode.code": "in capital letters, as it is looked up",
}
GONE = {"passwordHashed", "authToken"}  # as before: no client reads them


@pytest.fixture
def staff(settings):
    settings.ROOT_URLCONF = "tests.bridge.urls"
    clear_url_caches()
    yield APIClient(HTTP_AUTHORIZATION=token_of("sub-alice", True))
    clear_url_caches()


def rows_of(old, table):
    with old.cursor(database=old.name, cursorclass=MySQLdb.cursors.DictCursor) as cursor:
        cursor.execute(f"SELECT * FROM `{table}`")
        return cursor.fetchall()


def plain(value):
    """A column of the old database as its clients read it."""
    if isinstance(value, datetime):
        return value.replace(tzinfo=UTC)
    if isinstance(value, str) and value[:1] in "{[":
        return json.loads(value)
    return value


def same(before, after):
    if isinstance(before, datetime):
        return after is not None and datetime.fromisoformat(after) == before
    if isinstance(after, bool) or isinstance(before, bool):
        return bool(before) == after
    return before == after or str(before) == after


def test_every_row_reads_as_before_by_its_old_id(old, run, staff):
    old.fill()
    code, said = run()
    assert code == 0, said

    changed = {}
    for table, function in READS.items():
        for row in rows_of(old, table):
            response = staff.get(f"/{table}/{function}?{key_of(table)}={row[key_of(table)]}")
            if table == "User" and not row["active"]:
                assert response.status_code == 404
                continue
            after = response.json()
            for name, value in row.items():
                if value is not None and name not in GONE and not same(plain(value), after[name]):
                    changed[f"{table}.{name}"] = (row[key_of(table)], plain(value), after[name])

    assert changed.keys() == CHANGED.keys(), changed
