"""Requests made of the OpenAPI description, valid ones and broken ones, and what is wrong with their answers."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from itertools import islice
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from django.urls import resolve
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.config import SchemathesisConfig
from schemathesis.core.failures import FailureGroup
from schemathesis.generation import GenerationMode

from tests.test_access import undone

JSON = "application/json"
MODES = [GenerationMode.POSITIVE, GenerationMode.NEGATIVE]
SEED = 20_261_125
# Refusals of valid requests that no schema can foretell: error code, perhaps with its field, and why. Whatever else is
# refused though the description allows it is a finding: describe the rule, or add it here with its reason.
BEYOND = {
    ("invalid", "code"): "staff choose codes of other shapes; which ones stand free is no pattern",
    ("invalid", "cursor"): "a cursor is taken from `next`; what lies in it is nobody's to write",
    ("invalid", "is_welcome"): "compares two fields",
    ("invalid", "link"): "of a URL more is asked than its format",
    ("invalid", "picture"): "the same",
    ("invalid", "token"): "what is printable is no pattern",
    ("not_writable", "status"): "which status follows which depends on the row",
    ("required", "collection"): "whether a campaign needs one depends on how it draws",
    ("required", "header"): "an object of texts that are all null says nothing, which no schema says simply",
    ("required", "name"): "the same",
    ("required", "title"): "the same",
    "main_language": "depends on which texts the row has",
    "nul_character": "no schema says of every string and name that NUL is not in it",
    "below_redeemed": "depends on how many are redeemed",
    "does_not_exist": "depends on other rows",
    "ends_too_early": "compares two fields",
    "invalid_code": "the check character is computed",
    "may_only_grow": "depends on the row",
    "no_such_batch": "depends on other rows",
    "no_such_part": "the same",
    "too_many_codes": "the same",
    "not_in_the_future": "depends on the clock",
    "unique": "depends on other rows",
    "unknown_parameter": "some filters are for staff alone",
    "unknown_recipients": "depends on other rows",
}
# Checks of schemathesis that are not asked, and what is asked instead.
NOT_ASKED = {
    "positive_data_acceptance": "it allows no refusal at all; surprising_refusals() allows those of BEYOND",
}
REFUSED = [400, 401, 403, 404, 405, 406, 409, 410, 412, 413, 415, 429, 503]
SETTINGS = {"seed": SEED, "checks": {"negative_data_rejection": {"expected-statuses": [str(code) for code in REFUSED]}}}


@cache
def described_text() -> str:
    return json.dumps(SchemaGenerator().get_schema(request=None, public=True), default=str)


def described() -> Any:
    """Our description as schemathesis reads it, answered by the very application that serves it."""
    config = SchemathesisConfig.from_dict(SETTINGS)
    schema = schemathesis.openapi.from_dict(json.loads(described_text()), config=config)
    schema.app = get_wsgi_application()
    schema.location = "/api/schema/"
    load_all_checks()
    return schema


def operations(schema: Any) -> list[Any]:
    return [found.ok() for found in schema.get_all_operations()]


def boundaries(schema: Any, operation: Any) -> Iterator[Any]:
    """Each rule of the description kept and broken once; the same ones each time."""
    config = schema.config.generation_for(operation=operation, phase="coverage")
    yield from schema.iter_coverage_cases(operation, generation_modes=MODES, generation_config=config)


def varied(schema: Any, operation: Any, number: int) -> list[Any]:
    """So many of its first boundaries, each of another kind where there are enough kinds."""
    found: dict[Any, Any] = {}
    for case in islice(boundaries(schema, operation), 3 * number):
        found.setdefault((case.meta.generation.mode, case.meta.phase.data.scenario), case)
        if len(found) == number:
            break
    return [*found.values()]


def random_cases(operation: Any, number: int) -> list[Any]:
    """So many valid and so many broken requests; the same ones each time."""
    found: list[Any] = []
    quiet = settings(
        max_examples=number, database=None, deadline=None, phases=[Phase.generate], suppress_health_check=[*HealthCheck]
    )
    for mode in MODES:
        keep = given(case=operation.as_strategy(generation_mode=mode))(lambda case: found.append(case))
        with suppress(Unsatisfiable, pytest.skip.Exception):  # nothing about it can be broken
            seed(SEED)(quiet(keep))()
    return found


def aim(case: Any, rows: dict[str, int]) -> None:
    """Let a valid request meet rows that exist: in its path, and in its body by the names of resources."""
    if not case.meta.generation.mode.is_positive:
        return
    case.query.update({key: int(value) for key, value in case.query.items() if type(value) is float})  # no 10.0 there
    name = resolve(re.sub(r"{\w+}", "1", case.path)).url_name
    for parameter in case.path_parameters:
        case.path_parameters[parameter] = rows[max((key for key in rows if name.startswith(f"{key}-")), key=len)]
    if isinstance(case.body, dict):
        known = {**rows, "user_id": rows["user"]}
        case.body.update({key: known[key] for key, value in case.body.items() if key in known and type(value) is int})


@contextmanager
def kept_connection() -> Iterator[None]:
    """Requests leave the test's transaction open, as those of Django's own test client do."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    try:
        yield
    finally:
        for signal in (request_started, request_finished):
            signal.connect(close_old_connections)


def wrong(case: Any, headers: dict[str, str], statuses: Counter[int]) -> list[str]:
    """What every check says of the answer, which is counted; whatever the request wrote is undone."""
    headers = headers | {"Accept-Encoding": "identity"}  # over WSGI nobody unpacks
    is_valid = case.meta.generation.mode.is_positive
    for name in ("fields", "omit"):  # what they leave of an answer, no schema can say
        case.query.pop(name, None)
    label = f"{case.operation.label} {case.media_type or ''}"
    with kept_connection(), undone():
        response = case.call(headers=headers)
        statuses[response.status_code] += 1
        is_file = case.media_type not in {None, JSON}  # and what lies in it, no schema can say
        found = surprising_refusals(response) if is_valid and not is_file else []
        try:
            case.validate_response(response, headers=headers, excluded_checks=CHECKS.get_by_names(list(NOT_ASKED)))
        except FailureGroup as group:
            found += [f"{each.title}: {each.message}" for each in group.exceptions]
    return [f"{label}: {each}" for each in found]


def surprising_refusals(response: Any) -> list[str]:
    """Refusals of what the description calls valid, by rules that it could tell and does not."""
    errors = response.json()["errors"] if response.status_code == 400 else []
    told = [each for each in errors if not {each["code"], (each["code"], each["attr"])} & set(BEYOND)]
    return [f"Valid, but refused: {each['code']} of {each['attr']}: {each['detail']}" for each in told]


def whole() -> dict[str, Any]:
    """The description with answers and headers where they are referred to; shapes go on being referred to."""
    description = json.loads(described_text())
    shared = description["components"]

    def found(part: Any, kind: str) -> Any:
        return shared[kind][part["$ref"].rpartition("/")[2]] if "$ref" in part else part

    for methods in description["paths"].values():
        for operation in methods.values():
            for status, answer in operation["responses"].items():
                full = found(answer, "responses")
                headers = {name: found(header, "headers") for name, header in full.get("headers", {}).items()}
                operation["responses"][status] = full | {"headers": headers}
    return description


def methods() -> dict[str, set[str]]:
    """By path, what the description offers."""
    paths = json.loads(described_text())["paths"]
    return {path: {name.upper() for name in found} for path, found in paths.items()}
