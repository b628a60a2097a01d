"""Lists: cursor pages over a total order, narrow answers, and no parameter that is not known."""

import base64
import json
from itertools import chain

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from collectibles.views import CollectibleViewSet
from tests import make
from tests.make import DAY, make_category, make_collectible, make_collection, make_rank

URL = "/api/v1/collectibles/"


@pytest.fixture
def thirty(db):
    collection, category = make_collection(), make_category()
    return [
        make_collectible(
            collection=collection,
            category=category,
            circulation=None if number % 3 else 100,
            minted=number % 4,
            published_at=timezone.now() - (number % 5 + 1) * DAY,
        )
        for number in range(30)
    ]


def walk(client, url, link="next"):
    """Every id on the way, page by page."""
    ids = []
    while url:
        body = client.get(url).json()
        ids.append([row["id"] for row in body["results"]])
        url = body[link]
    return ids


@pytest.mark.parametrize(
    "ordering", ["id", "-id", "minted", "-minted", "minted,-id", "-published_at", "published_at,minted", "name"]
)
def test_pages_hold_every_row_once_in_order_there_and_back(api, thirty, ordering):
    client = api(None)
    whole = walk(client, f"{URL}?ordering={ordering}&page_size=200")[0]

    pages = walk(client, f"{URL}?ordering={ordering}&page_size=7")
    last = client.get(f"{URL}?ordering={ordering}&page_size=7").json()
    while last["next"]:
        last = client.get(last["next"]).json()
    back = walk(client, last["previous"], "previous")

    assert list(chain(*pages)) == whole
    assert len(set(whole)) == 30
    assert back[::-1] == pages[:-1]


@pytest.mark.parametrize("ordering", ["circulation", "-circulation"])
def test_rows_without_a_value_are_paged_too(api, thirty, ordering, monkeypatch):
    monkeypatch.setattr(CollectibleViewSet, "ordering_fields", ["circulation"])

    pages = walk(api(None), f"{URL}?ordering={ordering}&page_size=7")

    assert sorted(chain(*pages)) == sorted(row.id for row in thirty)


def test_a_search_that_looks_like_a_cursor_is_paged_too(api):
    for _ in range(3):
        make_collectible(name={"en": "An?cursor=n"})

    query, ids = "search=?cursor=n&page_size=1", []
    while query and len(ids) < 4:
        page = api(None).generic("GET", URL, QUERY_STRING=query).json()
        ids += [row["id"] for row in page["results"]]
        query = (page["next"] or "").partition("?")[2]

    assert len(ids) == len(set(ids)) == 3


def cursor(*values):
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode()


@pytest.mark.parametrize(
    "bad",
    [
        "",
        "garbage",
        "é",
        cursor("id", 0, ["x"]),
        cursor("-minted,id", 0, [1, 2]),
        cursor("id", 0, [[1]]),
        cursor("id", 5, [1]),
        cursor("id", 0, [10**30]),
        cursor("id", 0, []),
        "A" * 5000,
    ],
)
def test_a_bad_cursor_is_refused(api, thirty, bad):
    response = api(None).get(URL, {"cursor": bad})

    assert response.status_code == 400
    assert response.json()["errors"][0]["attr"] == "cursor"


@pytest.mark.parametrize(
    "query",
    [
        "page_size=0",
        "page_size=201",
        "page_size=x",
        "page_size=-1",
        "page_size=1e2",
        "count=maybe",
        "ordering=password",
        "ordering=",
        "ordering=id,id,id,id",
        "lang=fr",
        "fields=secret",
        "fields=",
        "omit=nothing",
        "unheard=of",
        "status=weird",
        "id__in=1,x",
        "collection=9999999999999999999999",
        "search=" + "x" * 101,
        "search=%00",
        "id__in=" + ",".join(["1"] * 201),
        "minted__gte=%00",
    ],
)
def test_what_a_list_does_not_know_is_refused(api, query):
    response = api(None).get(f"{URL}?{query}")

    assert response.status_code == 400, response.content
    assert response.json()["type"] == "validation_error"


def test_the_count_is_there_when_asked_for(api, thirty):
    assert "count" not in api(None).get(URL).json()
    assert api(None).get(URL, {"count": "true"}).json()["count"] == 30


def test_fields_and_omit_narrow_the_answer_and_the_sql(api):
    make_rank()

    with CaptureQueriesContext(connection) as queries:
        rows = api(None).get("/api/v1/ranks/?fields=id,level").json()["results"]
        sql = queries[-1]["sql"]
    whole = api(None).get("/api/v1/ranks/?omit=title").json()["results"][0]

    assert set(rows[0]) == {"id", "level"}
    assert "title" not in sql
    assert "title" not in whole
    assert "level" in whole


LISTS = {
    "users": 3,
    "ranks": 1,
    "communities": 1,
    "challenges": 1,
    "news": 1,
    "categories": 1,
    "projects": 1,
    "collections": 1,
    "sponsors": 1,
    "collectibles": 2,  # rows with collection and category, sponsorships
    "missions": 2,  # rows, their collectibles
}


@pytest.mark.parametrize("route", LISTS)
def test_a_list_costs_the_same_however_long_it_is(api, thirty, route):
    makers = {
        "users": make.make_user,
        "ranks": lambda: make.make_rank(min_score=next(make.numbers)),
        "communities": make.make_community,
        "challenges": make.make_challenge,
        "news": make.make_news,
        "categories": make.make_category,
        "projects": make.make_project,
        "collections": make.make_collection,
        "sponsors": make.make_sponsor,
        "collectibles": make.make_collectible,
        "missions": make.make_mission,
    }
    client, costs = api(None), []
    for _ in range(2):
        for _ in range(4):
            makers[route]()
        with CaptureQueriesContext(connection) as queries:
            assert client.get(f"/api/v1/{route}/?page_size=200").status_code == 200
        costs.append(len(queries))

    assert costs[0] == costs[1] <= LISTS[route]
