"""How many statements an old route may cost: the person, the rows, and what a shape needs beside them; never more for
more rows.
"""

from django.db import connection
from django.test.utils import CaptureQueriesContext

from collectibles.models import CollectibleSponsor, Copy, DistributionCollectible
from kloppocar.legacy.bridge.table import ROUTES
from tests.bridge.examples import EXAMPLES
from tests.make import (
    make_challenge,
    make_code,
    make_collectible,
    make_collection,
    make_membership,
    make_message,
    make_mission,
    make_news,
    make_sponsor,
    make_user,
)

USUAL = 2
DEARER = {
    "User/getUserByUserId": 3,  # ranks
    "User/getUserByEmail": 3,
    "User/getUserByUsername": 3,
    "User/getUsersByLastLoggedIn": 3,
    "Mission/getMissionByMissionId": 3,  # what counts
    "Mission/getMissionByTitle": 3,
    "Notification/getNotificationsByDate": 3,  # broadcasts, and what was sent to one alone
    "Notification/getNotificationsByHeader": 3,
    "NotificationUser/getNotificationUsersByUserId": 3,
    "NotificationUser/getNotificationUsersByNotificationId": 3,
    "NotificationUser/getNotificationUsersByUserIdAndDate": 3,
    "MissionType/getMissionTypeByMissionTypeId": 1,  # written in the code
    "MissionType/getAllMissionTypes": 1,
}


def costs(old, world):
    """The dearest of alice's and of staff's."""
    found = {}
    for name, route in ROUTES.items():
        if route.method != "GET" or EXAMPLES[name][0].startswith("410"):
            continue
        for person in ("alice", "staff"):
            sent = EXAMPLES[name][1](world, person)
            with CaptureQueriesContext(connection) as queries:
                response = old(person, "GET", name, **sent)
            if response.status_code == 200:
                found[name] = max(found.get(name, 0), len(queries))
    return found


def test_a_read_costs_what_the_table_says_however_many_rows_there_are(old, world):
    few = costs(old, world)
    grow(world)
    many = costs(old, world)

    assert few == {name: DEARER.get(name, USUAL) for name in few}
    assert many == few


def grow(world):
    """A few more of everything that a list could show."""
    free = (mint for mint in range(1, 11) if mint != world.copy.mint)
    for _ in range(4):
        person, collectible = make_user(), make_collectible(collection=world.collection, label={"en": "A1"})
        Copy.objects.create(collectible=world.collectible, mint=next(free), owner=person)
        Copy.objects.create(collectible=collectible, mint=1, owner=world.alice)
        CollectibleSponsor.objects.create(collectible=collectible, sponsor=world.sponsor)
        DistributionCollectible.objects.create(distribution=world.code.distribution, collectible=collectible)
        make_code(world.code.distribution)
        make_mission(collectible, world.collectible)
        make_challenge(community=world.community)
        make_collection(community=world.community, project=world.collection.project)
        make_membership(person, world.community)
        make_message(world.alice)
        make_message()
        make_news()
        make_sponsor(organization={"type": "charity"})
