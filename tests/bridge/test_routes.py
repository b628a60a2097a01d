"""Every old route: who gets what, in which shape, with which headers. No route without an example."""

from datetime import datetime

import pytest

from kloppocar.legacy.bridge.table import ROUTES
from tests.bridge import old as backend
from tests.bridge.examples import EXAMPLES, GONE, PEOPLE
from tests.test_access import undone

OLD, COLUMNS = backend.routes(), backend.columns()
TABLES: dict[str, list[str]] = {}
for each in ROUTES.values():
    TABLES.setdefault(each.table, []).append(each.name)


def test_every_old_route_is_in_the_table_or_left_out_for_a_reason():
    assert OLD.keys() == ROUTES.keys() | backend.LEFT_OUT.keys()
    assert {name: route.method for name, route in ROUTES.items()} == {name: OLD[name][0] for name in ROUTES}
    assert not ROUTES.keys() & backend.LEFT_OUT.keys()


def test_every_route_has_an_example():
    assert EXAMPLES.keys() == ROUTES.keys()


@pytest.mark.parametrize("table", TABLES)
def test_who_gets_what_in_which_shape(old, world, table):
    answers = {}
    for name in TABLES[table]:
        sent = EXAMPLES[name][1]
        statuses = []
        for person in PEOPLE:
            with undone():
                response = old(person, ROUTES[name].method, name, **sent(world, person))
            statuses.append(response.status_code)
            check_headers(response, ROUTES[name])
            if response.status_code == 200:
                check_body(response.json(), name)
        answers[name] = " ".join(map(str, statuses))

    assert answers == {name: EXAMPLES[name][0] for name in TABLES[table]}


def check_headers(response, route):
    """It says that the route is old, since when, and what takes its place; nobody keeps the answer."""
    assert response["Deprecation"] == "@1795564800"
    assert response["Link"].startswith(f'</api/v1/{route.now}>; rel="successor-version"')
    assert "Sunset" not in response
    assert response["X-Request-ID"]
    assert response["Cache-Control"] == "private, no-store"


def check_body(body, name):
    method, is_list = OLD[name]
    if method == "DELETE":
        assert list(body) == ["message"]
        return
    assert isinstance(body, list) == is_list, name
    for row in body if is_list else [body]:
        check_row(row, COLUMNS[name.partition("/")[0]])


KINDS = {"int": int, "str": str, "dict": dict, "bool": bool, "text": dict, "time": str}


def check_row(row, columns):
    """Every old column and no other, each of its kind."""
    assert row.keys() == columns.keys()
    for name, kind in columns.items():
        value, bare = row[name], kind.removesuffix("?")
        if value is None:
            assert kind.endswith("?"), name
            continue
        assert type(value) is KINDS[bare], name
        if bare == "time":
            assert datetime.fromisoformat(value).tzinfo, name
        if bare == "text":
            assert all(isinstance(text, str) and len(code) == 2 for code, text in value.items()), name


def test_every_list_has_the_row_of_its_example(old, world):
    lists = [name for name, (method, is_list) in OLD.items() if is_list and "200" in EXAMPLES.get(name, [GONE])[0]]
    empty = {
        name
        for name in lists
        for person in ["alice" if "403" not in EXAMPLES[name][0].split()[3] else "staff"]
        if not old(person, "GET", name, **EXAMPLES[name][1](world, person)).json()
    }

    assert empty == set()


def test_the_successor_is_a_route_of_the_new_api(api):
    places = {route.now for route in ROUTES.values()}

    assert {place: api("staff").get(f"/api/v1/{place}").status_code for place in places} == dict.fromkeys(places, 200)


def test_another_method_is_refused(old, world):
    for name, route in ROUTES.items():
        response = old("alice", "PATCH" if route.method == "GET" else "GET", name)

        assert response.status_code == 405, name
        assert route.method in response["Allow"]
