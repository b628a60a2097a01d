"""How many statements a read may cost: one table for every route, whoever asks, however much there is.

One finds the person behind the token, one reads the rows, one more each list inside of them. In front stand those
that find what the path names.
"""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.api.test_rows import GETS, world  # noqa: F401 - a fixture
from tests.test_access import rows, url  # noqa: F401 - a fixture of the fixture

BUDGET = """
category-detail 2
category-list 2
challenge-contributions 3
challenge-detail 3
challenge-list 3
code-detail 2
code-list 2
collectible-copies-list 4
collectible-detail 3
collectible-list 3
collection-detail 2
collection-gallery-list 4
collection-list 2
community-detail 2
community-list 2
community-moderation-list 3
copy-detail 4
copy-history 4
copy-list 2
device-detail 2
device-list 2
distribution-codes 3
distribution-detail 3
distribution-list 3
distribution-sheet 4
distribution-stats 9
home-list 6
inbox-detail 2
inbox-list 3
inbox-unread-count 2
localisation-csv 1
localisation-list 14
membership-detail 3
membership-list 3
mission-detail 4
mission-list 4
news-detail 2
news-list 2
notification-detail 2
notification-list 2
notification-preview 4
notification-recipients-list 4
project-detail 2
project-list 2
rank-detail 2
rank-list 2
redemption-detail 2
redemption-list 2
sponsor-detail 2
sponsor-list 2
transfer-detail 3
transfer-list 3
user-copies-list 4
user-detail 3
user-list 3
user-me 3
user-me-export 18
user-standing-list 2
"""
LIMITS = {name: int(limit) for name, limit in map(str.split, BUDGET.strip().splitlines())}


def cost(client, path, **query):
    with CaptureQueriesContext(connection) as queries:
        response = client.get(path, query)
    return response.status_code, len(queries)


def test_a_read_costs_what_the_table_says(api, world):  # noqa: F811
    costs = {}
    for name in GETS:
        answers = [cost(api(person), url(name, world)) for person in ("alice", "staff")]
        costs[name] = max(count for status, count in answers if status == 200)

    assert costs == LIMITS


def test_a_page_costs_the_same_however_long_it_is(api, world):  # noqa: F811
    for name in GETS:
        if name.endswith("-list"):
            short, long = (cost(api("staff"), url(name, world), page_size=size)[1] for size in (1, 200))

            assert short <= long <= LIMITS[name], name


# Rows whose versions say everything that is shown of them.
CERTAIN = [
    "category", "code", "collectible", "collection", "community", "device", "distribution", "inbox", "news",
    "notification", "project", "rank", "sponsor",
]  # fmt: skip


@pytest.mark.parametrize("person", ["alice", "staff"])
def test_a_row_that_the_caller_has_costs_two_statements_and_no_body(api, world, person):  # noqa: F811
    client = api(person)
    for name in CERTAIN:
        path = url(f"{name}-detail", world)
        read = client.get(path)
        if read.status_code == 200:
            with CaptureQueriesContext(connection) as queries:
                again = client.get(path, headers={"if-none-match": read["ETag"]})

            assert (again.status_code, again.content, len(queries)) == (304, b"", 2), name
