"""The OpenAPI description says all that a program or a person needs to call every route."""

import re

import pytest
from django.core.management import call_command

from kloppocar.api.schema_words import TAGS
from tests import fuzzing

ERROR = {"$ref": "#/components/schemas/Error"}
AT_LEAST = {"400", "401", "406", "429", "503"}


@pytest.fixture(scope="module")
def description():
    return fuzzing.whole()


@pytest.fixture(scope="module")
def operations(description):
    return [
        (method.upper(), path, operation)
        for path, methods in description["paths"].items()
        for method, operation in methods.items()
    ]


def test_it_is_valid_and_nothing_of_it_was_guessed(tmp_path):
    file = str(tmp_path / "schema.json")
    call_command("spectacular", "--validate", "--fail-on-warn", "--format", "openapi-json", "--file", file)


def test_every_operation_says_what_it_does(operations):
    """`kloppocar/api/schema_words.py`, or the docstring of the view or action."""
    for method, path, operation in operations:
        summary = operation.get("summary", "")
        assert summary.strip(), f"{method} {path} has no summary"
        assert len(summary) < 120, f"{method} {path}: the first sentence of its docstring is its summary, and long"
        assert operation.get("description", "").strip(), f"{method} {path} has no description"
        assert set(operation["tags"]) <= set(TAGS), f"{method} {path}: its tag wants a line in TAGS"


def test_operations_and_components_have_names_that_clients_can_use(operations, description):
    names = [operation["operationId"] for *_, operation in operations]

    assert len(set(names)) == len(names)
    assert [name for name in names if not re.fullmatch("[a-z]+(_[a-z]+)*", name)] == []
    assert [name for name in names if re.search("create_create|_retrieve_retrieve", name)] == []
    components = description["components"]["schemas"]
    assert [name for name in components if not re.fullmatch("([A-Z][a-zA-Z]+)", name)] == []
    assert [name for name in components if re.search("[0-9a-f]{3}Enum$", name)] == [], "ENUM_NAME_OVERRIDES"


def test_every_operation_answers_errors_in_our_shape(operations):
    for method, path, operation in operations:
        refusals = {status: answer for status, answer in operation["responses"].items() if status >= "400"}
        assert set(refusals) >= AT_LEAST | ({"404"} if "{" in path else set()), f"{method} {path}"
        for status, answer in refusals.items():
            shapes = [content["schema"] for content in answer["content"].values()]
            assert shapes.count(ERROR) == len(shapes) > 0, f"{method} {path} {status}"


def test_every_answer_says_its_headers(operations):
    for method, path, operation in operations:
        for status, answer in operation["responses"].items():
            wanted = {"X-Request-ID", "RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset"}
            wanted |= {"Retry-After"} if status in {"429", "503"} else set()
            assert wanted <= set(answer["headers"]), f"{method} {path} {status}"


def test_what_requests_may_say_is_there(operations):
    asked = {
        operation["operationId"]: {parameter["name"] for parameter in operation.get("parameters", [])}
        for *_, operation in operations
    }

    assert asked["collectibles_list"] >= {
        "cursor",
        "page_size",
        "count",
        "ordering",
        "search",
        "fields",
        "omit",
        "lang",
    }
    assert asked["collectibles_retrieve"] >= {"fields", "omit", "lang", "If-None-Match"}
    for name in ("collectibles_update", "collectibles_partial_update", "collectibles_destroy", "users_change_me"):
        assert "If-Match" in asked[name]
    assert "Idempotency-Key" in asked["redemptions_create"]


def test_one_signs_in_with_a_token_or_a_session(description, operations):
    assert set(description["components"]["securitySchemes"]) == {"bearer", "cookieAuth"}
    public = {operation["operationId"] for *_, operation in operations if {} in operation["security"]}
    assert {"collectibles_list", "news_retrieve"} <= public
    assert not {"copies_list", "redemptions_create", "codes_list"} & public


def test_the_schema_is_served_and_loads_as_a_page(client, db):
    assert client.get("/api/schema/", headers={"Accept": "application/json"}).json()["openapi"] == "3.1.0"
    assert client.get("/api/docs/").status_code == 200
