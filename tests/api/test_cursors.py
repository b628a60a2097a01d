"""Cursors are not signed: whoever changes one gets a page or 400, and one of another order is refused."""

import base64

import orjson
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as profile
from hypothesis import strategies as st

from tests.api.test_rows import GETS
from tests.make import make_collectible, make_collection
from tests.objects.conftest import world  # noqa: F401 - a fixture
from tests.test_access import rows, url  # noqa: F401 - a fixture of the fixture

BEGINNING, END = "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"
COLLECTIBLES = "/api/v1/collectibles/"


def packed(text):
    return base64.urlsafe_b64encode(text).rstrip(b"=").decode()


def unpacked(link):
    text = link.partition("cursor=")[2].partition("&")[0]
    return orjson.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))


def cursor(*parts):
    return packed(orjson.dumps(parts))


# --- Odd values ---------------------------------------------------------------------------------------------------

# As they may stand in JSON, what is no JSON among them.
ODD = [
    *(f'"{moment}"' for moment in (BEGINNING, END, BEGINNING[:19], END[:19], BEGINNING[:10], END[:10])),
    '"0002-01-01T00:00:00+14:00"',
    '"2020-05-05"', '"2020-05-05T12:00:00"', '"2020-05-05T12:00:00Z"', '"2020-05-05T12:00:00+23:59"', '"2020-W19-2"',
    '"2020-05-05T24:00:00Z"', '"2020-05-05T12:00:00,5+00:00:00.5"', '"9998-12-31T23:59:59-14:00"',
    "0", "-1", "true", "false", "null", "1.5", "-0.0", "1e300", "1e999", "NaN", "Infinity",
    str((1 << 63) - 1), str(-(1 << 63)), str(1 << 63), str((1 << 64) - 1), str(10**30), '"5"', '" 5 "', '"\u0665"',
    '""', '"a"', '"\\u0000"', '"a\\u0000"', '"\\ud800"', '"\\udfff\\ud800"', '"\\ud83d\\ude97"', '"%_\\\\\\""',
    f'"{"x" * 1000}"', '"\\u202e\\ufffe"', "[]", "[[1]]", "{}", '{"id":1}', "[" * 200 + "]" * 200,
]  # fmt: skip


SLOW_WORLD = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


@pytest.fixture
def walks(api, world, settings):  # noqa: F811
    """Of each list, in each order that staff or alice may ask for: client, path, query and the cursor to go on with."""
    settings.THROTTLING = False
    return [walk for name in GETS if name.endswith("-list") for walk in walks_of(name, url(name, world.seen), api)]


def walks_of(name, path, api):
    view = GETS[name].callback.cls
    for order in ["", *getattr(view, "ordering_fields", []), *getattr(view, "staff_ordering_fields", [])]:
        query = {"page_size": 1, "ordering": order} if order else {"page_size": 1}
        for client in map(api, ("staff", "alice")):
            page = client.get(path, query)
            if page.status_code == 200 and page.json().get("next"):
                yield client, path, query, unpacked(page.json()["next"])
                break


def ask_oddly(walk, place, odd):
    """`odd`, as it stands in JSON, instead of one of the cursor's values."""
    client, path, query, (made_for, backwards, values) = walk
    written = [orjson.dumps(value).decode() for value in values]
    written[place] = odd
    text = f'["{made_for}",{backwards},[{",".join(written)}]]'
    answer = client.get(path, query | {"cursor": packed(text.encode())})

    assert answer.status_code in {200, 400}, (path, text)


@profile(max_examples=300, deadline=None, suppress_health_check=SLOW_WORLD)
@given(data=st.data())
def test_whatever_stands_in_a_cursor_it_is_answered_with_a_page_or_400(walks, data):
    walk = data.draw(st.integers(0, len(walks) - 1).map(walks.__getitem__))
    ask_oddly(walk, data.draw(st.integers(0, len(walk[3][2]) - 1)), data.draw(st.sampled_from(ODD)))


@pytest.mark.deep
def test_every_odd_value_at_every_place_of_every_cursor_is_answered_with_a_page_or_400(walks):
    for walk in walks:
        for place in range(len(walk[3][2])):
            for odd in ODD:
                ask_oddly(walk, place, odd)


def test_cursors_of_every_kind_of_value_were_tried(walks):
    kinds = {type(value) for *_, (_, _, values) in walks for value in values}

    assert len(walks) > 60
    assert len({path for _, path, *_ in walks}) > 20
    assert kinds == {int, str, type(None)}


@pytest.mark.parametrize("moment", [BEGINNING, END, BEGINNING[:19], "2020-05-05", "2020-05-05T12:00:00", 5, True, None])
@pytest.mark.parametrize(
    ("path", "order", "made_for"),
    [
        ("news", None, "-posted_at,-id"),
        ("challenges", None, "-starts_at,-id"),
        ("inbox", None, "-published_at,-id"),
        ("copies", "acquired_at", "acquired_at,id"),
        ("collectibles", "published_at", "published_at,id"),
    ],
)
def test_a_time_that_no_row_can_have_is_no_place_in_a_list(api, path, order, made_for, moment):
    query = {"cursor": cursor(made_for, 0, [moment, 1])} | ({"ordering": order} if order else {})
    may_be_null = path in {"inbox", "collectibles"} and moment is None

    assert api("alice").get(f"/api/v1/{path}/", query).status_code == (200 if may_be_null else 400)


def test_before_the_first_key_there_is_the_whole_list(api):
    """MariaDB has no row with the key 0, and Django will not write one."""
    make_collectible()

    assert len(api(None).get(COLLECTIBLES, {"cursor": cursor("id", 0, [0])}).json()["results"]) == 1


# --- Whose cursor it is -------------------------------------------------------------------------------------------


def go_on(client, path, made_with, used_with):
    """The answer to the cursor of one query in another."""
    first = client.get(path, {"page_size": 1, **made_with}).json()
    text = first["next"].partition("cursor=")[2].partition("&")[0]
    return client.get(path, {"page_size": 1, **used_with, "cursor": text})


@pytest.mark.parametrize(
    ("made_with", "used_with", "status"),
    [
        ({"ordering": "name"}, {"ordering": "name"}, 200),
        ({"ordering": "name", "lang": "de"}, {"ordering": "name", "lang": "de"}, 200),
        ({"ordering": "name", "lang": "en"}, {"ordering": "name"}, 200),
        ({"ordering": "name"}, {"ordering": "label"}, 400),
        ({"ordering": "name"}, {"ordering": "-name"}, 400),
        ({"ordering": "name"}, {"ordering": "name", "lang": "de"}, 400),
        ({"ordering": "name,label"}, {"ordering": "label,name"}, 400),
        ({"ordering": "minted"}, {"ordering": "published_at"}, 400),
        ({"ordering": "name"}, {}, 400),
    ],
)
def test_a_cursor_is_good_for_the_order_and_language_that_it_was_made_for(api, made_with, used_with, status):
    for number in range(3):
        make_collectible(name={"en": f"N{number}"}, label={"en": f"L{9 - number}"})

    answer = go_on(api(None), COLLECTIBLES, made_with, used_with)

    assert answer.status_code == status
    assert status == 400 or len(answer.json()["results"]) == 1


@pytest.mark.parametrize(("language", "status"), [("en", 200), ("de", 400)])
def test_a_gallery_in_another_language_is_in_another_order(api, language, status):
    collection = make_collection()
    for _ in range(3):
        make_collectible(collection=collection)
    path = f"/api/v1/collections/{collection.pk}/gallery/"

    assert go_on(api("alice"), path, {}, {"lang": language}).status_code == status
