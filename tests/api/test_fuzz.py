"""Every route is asked what its description allows, and what it does not: no 500, no answer that is not described.

A short round asks each route a few of the same requests each time; the long one, marked `deep`, asks them all, and
random ones besides. What a finding asks for: mend the route, or describe it (`@extend_schema` at the view; what
concerns every route, in `kloppocar/api/schema.py`).
"""

import re
from collections import Counter
from itertools import islice

import pytest
from rest_framework.response import Response

from communities.views import CommunityViewSet
from tests import fuzzing
from tests.conftest import token_of
from tests.test_access import rows  # noqa: F401 - a fixture
from users.views import RankViewSet

PERSONS = [None, "alice", "staff"]
FEW, RANDOM = 4, 10  # of a route, for each person


@pytest.fixture
def headers(cast, settings):
    """`headers("alice")` sign her in; no budget stops anybody."""
    settings.THROTTLE_RATES = {name: (10**9, window) for name, (_, window) in settings.THROTTLE_RATES.items()}

    def of(person):
        if person is None:
            return {}
        return {"Authorization": f"Bearer {token_of(cast[person].cognito_sub, person == 'staff')}"}

    return of


def ask(cases, headers, rows):  # noqa: F811
    """What is wrong with their answers; that many kinds of answers came shows that the requests went deep."""
    found, statuses = Counter(), Counter()
    for case in cases:
        fuzzing.aim(case, rows)
        found.update(fuzzing.wrong(case, headers, statuses))
    print(f"{statuses.total()} requests: {dict(sorted(statuses.items()))}")  # noqa: T201 - shown with `pytest -rP`
    return found


def test_a_few_requests_to_every_route_are_answered_as_described(headers, rows):  # noqa: F811
    """All persons in one test: what takes long is making the requests."""
    schema = fuzzing.described()
    cases = [case for each in fuzzing.operations(schema) for case in fuzzing.varied(schema, each, FEW)]

    found = {person: ask(cases, headers(person), rows) for person in PERSONS}

    assert found == {person: {} for person in PERSONS}


def test_what_a_route_does_not_offer_is_405(api, rows):  # noqa: F811
    offered = fuzzing.methods()

    answers = {
        (method, path): api("staff").generic(method, re.sub("{.*?}", "1", path)).status_code
        for path, methods in offered.items()
        for method in {"GET", "POST", "PUT", "PATCH", "DELETE", "TRACE"} - methods
    }

    assert len(answers) > 200
    assert {asked: status for asked, status in answers.items() if status != 405} == {}


def test_what_a_route_offers_can_be_asked(api, rows):  # noqa: F811
    answers = {path: api("staff").options(re.sub("{.*?}", "1", path)).status_code for path in fuzzing.methods()}

    assert {path: status for path, status in answers.items() if status not in {200, 404}} == {}


@pytest.mark.deep
@pytest.mark.parametrize("person", PERSONS)
def test_every_rule_kept_and_broken_is_answered_as_described(person, headers, rows):  # noqa: F811
    schema = fuzzing.described()

    cases = (case for each in fuzzing.operations(schema) for case in fuzzing.boundaries(schema, each))

    assert ask(cases, headers(person), rows) == {}


@pytest.mark.deep
@pytest.mark.parametrize("person", PERSONS)
def test_random_requests_are_answered_as_described(person, headers, rows):  # noqa: F811
    schema = fuzzing.described()

    cases = (case for each in fuzzing.operations(schema) for case in fuzzing.random_cases(each, RANDOM))

    assert ask(cases, headers(person), rows) == {}


# --- Would it find anything? Each of these is a mistake that somebody may make -----------------------------------


def crash(view, request, *args, **kwargs):
    raise ZeroDivisionError


def teapot(view, request, *args, **kwargs):
    return Response({}, status=418)


def other_shape(view, request, *args, **kwargs):
    return Response({"next": None, "previous": None, "results": [{"id": "one"}]})


def nothing(view, request, *args, **kwargs):
    return Response({"id": 1}, status=201)


PLANTED = [
    ("GET /api/v1/ranks/", RankViewSet, "list", crash, "Server error"),
    ("GET /api/v1/ranks/", RankViewSet, "list", teapot, "Undocumented status code"),
    ("GET /api/v1/ranks/", RankViewSet, "list", other_shape, "Response violates schema"),
    ("POST /api/v1/communities/", CommunityViewSet, "create", nothing, "Schema-violating request accepted"),
    ("POST /api/v1/communities/", CommunityViewSet, "create", nothing, "Missing required response headers"),
    ("POST /api/v1/communities/", CommunityViewSet, "permission_classes", [], "without authentication"),
]


@pytest.mark.parametrize(("label", "view", "name", "mistake", "title"), PLANTED, ids=[row[4] for row in PLANTED])
def test_a_mistake_is_found(label, view, name, mistake, title, headers, rows, monkeypatch):  # noqa: F811
    schema = fuzzing.described()
    (operation,) = [each for each in fuzzing.operations(schema) if each.label == label]
    monkeypatch.setattr(view, name, mistake)

    found = ask(islice(fuzzing.boundaries(schema, operation), 60), headers("staff"), rows)

    assert [finding for finding in found if title in finding], found
