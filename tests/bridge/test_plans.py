"""How MariaDB reads the old lists: from their own table, in their order, where nothing narrows them to a few rows."""

from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.http import urlencode

from kloppocar.legacy.bridge.rows import SOURCES
from kloppocar.legacy.bridge.table import ROUTES
from tests.api.test_plans import complaints, fill, mysql_only, people  # noqa: F401 - a fixture

# Lists that are sorted after all, or those of a whole table, and why that is bounded.
SORTED = {
    "Notification": "what was sent to one person alone, beginning at their receipts; broadcasts go along an index",
    "NotificationUser": "the same",
    "CollectibleSponsor": "the sponsors of one collectible, or the collectibles of one",
    "CommunityUser/getCommunityUsersByCommunityId": "the members of one community",
    "Collectible/getCollectiblesBySponsor": "the collectibles of one sponsor",
    "Collectible/getCollectiblesByCollection": "one collection",
    "Collectible/getCollectiblesByCommunity": "the collections of one community",
    "Collectible/getCollectiblesByProjectId": "the collections of one project",
    "DistributionCodeUser/getDistributionCodeUsersByUserId": "one person's redemptions",
}
WORDS = {"title": "o", "name": "o", "header": "e", "label": "x", "organization": "x", "completed": "false"}


def lists():
    for name, route in ROUTES.items():
        if route.method == "GET" and "skip" in route.query and route.table in SOURCES:
            sent = {each: WORDS.get(each, "2020-01-01") for each in route.query if not each.endswith("Id")}
            numbers = {each: 3 for each in route.query if each.endswith("Id")}
            yield name, sent | numbers | {"skip": 20, "limit": 20}


@mysql_only
def test_every_old_list_is_read_in_its_order(people):  # noqa: F811
    fill(20_000)
    wrong = []
    for name, sent in lists():
        table = SOURCES[ROUTES[name].table].rows(AnonymousUser()).model._meta.db_table
        for person, client in people.items():
            with CaptureQueriesContext(connection) as queries:
                client.get(f"/{name}?{urlencode(sent)}")
            for sql in [query["sql"] for query in queries.captured_queries if "LIMIT" in query["sql"]]:
                found = [
                    each for each in complaints(table, sql, plan(sql)) if not {name, ROUTES[name].table} & set(SORTED)
                ]
                wrong += [f"{name} {person}: {each}\n   {sql[:3000]}" for each in found]

    assert wrong == [], "\n".join(wrong)


def plan(sql):
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN " + sql.replace("%", "%%"), [])
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
