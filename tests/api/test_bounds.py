"""What one request may cost: queries, bodies, headers, answers and patterns are bounded, whatever is sent."""

import gzip
import importlib
import json
import pkgutil
import re
import time
import zlib

import pytest
from django.conf import settings
from rest_framework.test import APIClient

from catalog.models import Sponsor
from kloppocar.api.filters import MAX_IN, MAX_QUERY
from kloppocar.api.json import MAX_ANSWER, MAX_JSON, JSONRenderer
from kloppocar.api.media import MOST_URLS
from tests.make import make_community, make_news, make_project
from tests.test_access import ROWS, api_patterns, rows, url  # noqa: F401 - a fixture

LAMBDA = 6_291_456  # bytes of a function's answer; gzipped ones are base64 in it
CODES = {414: "query_too_long", 415: "packed_body"}


def code_of(response):
    return response.json()["errors"][0]["code"]


# --- What is asked -----------------------------------------------------------------------------------------------


def lists():
    return sorted(name for name, method, *_ in ROWS if method == "GET" and name.endswith("-list"))


def test_every_list_refuses_a_query_that_is_too_long_and_a_parameter_that_stands_twice(api, rows):  # noqa: F811
    client = api("staff")
    for name in lists():
        path = url(name, rows)

        long = client.get(f"{path}?lang={'x' * MAX_QUERY}")
        twice = client.get(f"{path}?lang=de&lang=en")

        assert (long.status_code, code_of(long)) == (414, "query_too_long"), name
        assert (twice.status_code, code_of(twice)) == (400, "repeated_parameter"), name


def test_the_longest_query_that_may_be_asked_fits(api):
    ids = ",".join(str((1 << 63) - 1 - number) for number in range(MAX_IN))
    query = f"id__in={ids}&search={'%C3%BC' * 100}&ordering=-title,-created_at,-id&page_size=200&lang=de"

    assert len(query) < MAX_QUERY
    assert api(None).get(f"/api/v1/communities/?{query}").status_code == 200


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00Z"])
def test_a_time_at_the_end_of_the_calendar_is_refused(api, moment):
    response = api(None).get("/api/v1/news/", {"posted_at__gte": moment})

    assert (response.status_code, code_of(response)) == (400, "invalid")


def test_no_filter_takes_a_pattern():
    looked_up = [
        made.lookup_expr
        for pattern in api_patterns()
        for made in getattr(getattr(pattern.callback.cls, "filterset_class", None), "base_filters", {}).values()
    ]

    assert len(looked_up) > 40
    assert not {"regex", "iregex", "icontains", "contains", "startswith", "endswith"} & set(looked_up)


# --- What is sent ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "GZIP", "identity, gzip", "x"])
def test_a_packed_body_is_refused_and_not_unpacked(api, encoding):
    bomb = {"gzip": gzip.compress, "deflate": zlib.compress}.get(encoding, bytes)(b" " * 1_000_000)

    response = api("alice").generic(
        "POST", "/api/v1/redemptions/", bomb, content_type="application/json", headers={"content-encoding": encoding}
    )

    assert (response.status_code, code_of(response)) == (415, "packed_body")


def test_a_body_that_says_it_is_not_packed_is_taken(api):
    response = api("alice").post("/api/v1/redemptions/", {"code": "?"}, headers={"content-encoding": "identity"})

    assert code_of(response) == "invalid_code"


HEADERS = ["accept", "accept-language", "if-none-match", "if-match", "authorization", "idempotency-key", "cookie"]
HEADERS += ["x-request-id", "origin", "content-type", "x-forwarded-for", "host"]
LONG = {
    "of one letter": "a" * 8_000,
    "of many parts": "a/b;q=0.1," * 800,
    "of quotes": '"' * 8_000,
    "of languages": "de-DE;q=0.9, " * 600,
    "of cookies": "a=b; " * 1_600,
}


@pytest.mark.parametrize("text", LONG.values(), ids=LONG)
@pytest.mark.parametrize("header", HEADERS)
def test_a_long_header_costs_next_to_nothing(api, header, text):
    client = APIClient(raise_request_exception=False)
    client.get("/api/v1/ranks/")
    started = time.process_time()

    for method in ("GET", "POST"):
        response = client.generic(method, "/api/v1/ranks/", "{}", headers={header: text})
        assert response.status_code < 500

    assert time.process_time() - started < 0.5


@pytest.mark.parametrize(
    ("path", "make", "body", "code"),
    [
        ("projects", make_project, {"attributes": {"x": "y" * MAX_JSON}}, "too_large"),
        (
            "communities",
            make_community,
            {"media": {"image": {f"n{n}": "https://example.org/" for n in range(MOST_URLS + 1)}}},
            "too_many",
        ),
    ],
)
def test_free_columns_are_bounded(api, path, make, body, code):
    row = make()

    refused = api("staff").patch(f"/api/v1/{path}/{row.pk}/", body)

    assert (refused.status_code, code_of(refused)) == (400, code)


ODD = {
    "half a character": r'{"image": {"\ud800": "https://example.org"}}',
    "half a character in an address": r'{"image": {"a": "https://example.org/\udfff"}}',
    "NUL": r'{"image": {"\u0000": "https://example.org"}}',
    "infinity": '{"image": 1e999}',
    "not a number": '{"image": NaN}',
    "deep": '{"image":' * 900 + "1" + "}" * 900,
    "very deep": "[" * 100_000,
    "an endless number": '{"image": ' + "9" * 100 + "}",
}


@pytest.mark.parametrize("field", ["name", "media", "urls"])
@pytest.mark.parametrize("text", ODD.values(), ids=ODD)
def test_odd_json_in_a_form_is_refused(api, db, field, text):
    form = {"name": '{"en": "Partner"}', field: text}

    refused = api("staff").post("/api/v1/sponsors/", form, format="multipart")

    assert (refused.status_code, refused.json()["errors"][0]["attr"]) == (400, field)
    assert not Sponsor.objects.exists()


def test_json_in_a_form_is_taken(api, db):
    form = {"name": '{"en": "Partner"}', "media": '{"image": {"a": "https://example.org"}}', "urls": "[1.5]"}

    made = api("staff").post("/api/v1/sponsors/", form, format="multipart")

    assert (made.status_code, made.json()["urls"]) == (201, [1.5])


# --- What is answered --------------------------------------------------------------------------------------------


def test_a_page_that_is_too_large_says_so_and_a_smaller_one_comes(api):
    for _ in range(20):
        make_news(header={"en": "Long"}, body={"en": "ü" * 50_000, "de": "ß" * 50_000})
    client = api(None)

    refused = client.get("/api/v1/news/?page_size=200")
    smaller, narrower = client.get("/api/v1/news/?page_size=5"), client.get("/api/v1/news/?page_size=200&omit=body")

    assert (refused.status_code, code_of(refused)) == (400, "answer_too_large")
    assert refused["Cache-Control"] == "private, no-store"
    assert (smaller.status_code, narrower.status_code) == (200, 200)
    assert len(narrower.json()["results"]) == 20


def test_every_route_answers_through_the_bounded_renderer():
    assert {pattern.callback.cls.renderer_classes[0] for pattern in api_patterns()} == {JSONRenderer}


@pytest.mark.parametrize("text", ['"', "\\", "ü", "\U0001f697", "\u2028"])
def test_the_largest_answer_fits_into_lambdas_whatever_it_holds(text):
    """In the function's own answer it is a text in JSON once more."""
    body = text * (MAX_ANSWER // len(text.encode()))
    envelope = {"statusCode": 200, "headers": {"Content-Type": "application/json"}, "body": body}

    assert len(json.dumps(envelope, ensure_ascii=False).encode()) < LAMBDA
    assert MAX_ANSWER * 4 / 3 < LAMBDA  # in base64


# --- Patterns ----------------------------------------------------------------------------------------------------

ROOMS = ["kloppocar", "users", "communities", "catalog", "collectibles"]
NASTY = [
    "a",
    "A-",
    "0",
    " ",
    "\t",
    "_-",
    "/",
    "(",
    "'",
    '"',
    "\\",
    "=+",
    "$",
    "--",
    "/*",
    "\u00e9",
    "pictures/1/a",
    "1,",
]


def patterns():
    """How every compiled pattern of ours that stands in a module is asked."""
    for room in ROOMS:
        for found in pkgutil.walk_packages([str(settings.BASE_DIR / room)], f"{room}."):
            if not re.search(r"\.(migrations|settings|management|demo|stress)\b", found.name):
                for name, value in vars(importlib.import_module(found.name)).items():
                    if isinstance(getattr(value, "__self__", None), re.Pattern):
                        yield f"{found.name}.{name}", [value]
                    elif isinstance(value, re.Pattern):
                        yield f"{found.name}.{name}", [value.fullmatch, value.search]


def test_no_pattern_of_ours_is_slow_on_any_text_that_a_request_can_bring():
    slow, tried = [], dict(patterns())
    for name, questions in tried.items():
        for piece in NASTY:
            many = piece * (MAX_QUERY // len(piece))
            for text in (f"{many}!", f"!{many}"):
                for ask in questions:
                    started = time.process_time()
                    ask(text)
                    if time.process_time() - started > 0.3:
                        slow.append((name, piece))

    assert slow == []
    assert len(tried) >= 12
