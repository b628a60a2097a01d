"""Whatever an old client, or somebody who pretends to be one, sends: an answer with a reason, never a crash."""

import json

import pytest
from django.utils.http import urlencode
from rest_framework.test import APIClient

from kloppocar.legacy.bridge.table import ROUTES
from tests.bridge import old as backend
from tests.bridge.examples import EXAMPLES
from tests.conftest import token_of
from tests.test_access import undone

WORDS = [
    *(
        "",
        " ",
        "0",
        "-1",
        "1.5",
        "1e3",
        "٣",
        "9" * 18,
        "9" * 30,
        "null",
        "true",
        "NaN",
        "%00",
        "\x00",
        "\n",
        "' OR 1=1 --",
    ),
    *(
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
        "2026-02-30",
        "24:00",
        "🦆",
        "ä" * 300,
        "%_\\",
        "a" * 5_000,
    ),
]
VALUES = [
    None,
    True,
    False,
    0,
    -1,
    1.5,
    10**18,
    2**70,
    "",
    "x",
    "\x00",
    [],
    [1],
    {},
    {"a": {"b": [1]}},
    "🦆",
    "a" * 5_000,
]
COLUMNS = backend.columns()
FEW_WORDS = ["", "9" * 30, "\x00", "0001-01-01T00:00:00+14:00"]
FEW_VALUES = [None, 2**70, "\x00", [1], {"a": {"b": [1]}}]
PEOPLE, DEEP = ("alice", "staff"), pytest.mark.deep
EXPECTED = {200, 400, 401, 403, 404, 409, 410}


@pytest.fixture
def client(cast, settings):
    settings.THROTTLING = False
    token = token_of(cast["staff"].cognito_sub, staff=True)
    return {
        "staff": APIClient(raise_request_exception=False, HTTP_AUTHORIZATION=token),
        "alice": APIClient(
            raise_request_exception=False, HTTP_AUTHORIZATION=token_of(cast["alice"].cognito_sub, False)
        ),
    }


@pytest.mark.parametrize(
    ("person", "words"), [("alice", FEW_WORDS), *(pytest.param(p, WORDS, marks=DEEP) for p in PEOPLE)]
)
def test_no_word_in_a_query_breaks_a_read(client, world, person, words):
    for name, route in ROUTES.items():
        good = EXAMPLES[name][1](world, person)
        for parameter in route.query - {"*"} if route.method == "GET" else ():
            for word in words:
                response = client[person].get(f"/{name}?{urlencode(good | {parameter: word})}")

                assert response.status_code in EXPECTED, (name, parameter, word)


@pytest.mark.parametrize(
    ("person", "values"), [("alice", FEW_VALUES), *(pytest.param(p, VALUES, marks=DEEP) for p in PEOPLE)]
)
def test_no_value_in_a_body_breaks_a_write(client, world, person, values):
    for name, route in ROUTES.items():
        if route.method not in {"POST", "PATCH"} or EXAMPLES[name][0].startswith("410"):
            continue
        good = EXAMPLES[name][1](world, person)
        columns = {*good, *(COLUMNS[route.table] if values is VALUES else ())}
        for column in sorted(columns):
            for value in values:
                with undone():
                    response = client[person].generic(
                        route.method, f"/{name}", json.dumps(good | {column: value}), content_type="application/json"
                    )

                assert response.status_code in EXPECTED, (name, column, value, response.content[:300])
