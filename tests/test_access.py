"""Who may do what: every route x method x person. A route that is not in the table fails the suite.

People: anonymous, carol (a stranger), bob (a member of the community), alice (owner of the rows; also the community's
moderator stands in its own column), staff.
"""

from contextlib import contextmanager

import pytest
from django.db import transaction
from django.urls import URLPattern, URLResolver, get_resolver

from tests.make import (
    make_challenge,
    make_code,
    make_collectible,
    make_collection,
    make_community,
    make_device,
    make_distribution,
    make_membership,
    make_message,
    make_mission,
    make_news,
    make_notification,
    make_rank,
    make_sponsor,
    make_user,
)

PEOPLE = [None, "carol", "bob", "mod", "alice", "staff"]

# route, method, and what each of PEOPLE gets
TABLE = """
user-list                   GET     200 200 200 200 200 200
user-list                   POST    401 403 403 403 403 201
user-detail                 GET     200 200 200 200 200 200
user-detail                 PUT     401 403 403 403 403 200
user-detail                 PATCH   401 403 403 403 403 200
user-me                     GET     401 200 200 200 200 200
user-me                     PATCH   401 200 200 200 200 200
user-me                     DELETE  401 204 204 204 204 204
user-me-export              GET     401 200 200 200 200 200
user-me-picture             POST    401 400 400 400 400 400
user-me-picture             PUT     401 400 400 400 400 400
user-me-picture             DELETE  401 204 204 204 204 204
user-copies-list            GET     200 200 200 200 200 200
rank-list                   GET     200 200 200 200 200 200
rank-list                   POST    401 403 403 403 403 400
rank-detail                 GET     200 200 200 200 200 200
rank-detail                 PUT     401 403 403 403 403 400
rank-detail                 PATCH   401 403 403 403 403 200
rank-detail                 DELETE  401 403 403 403 403 204
device-list                 GET     401 200 200 200 200 200
device-list                 POST    401 400 400 400 400 400
device-detail               GET     401 404 404 404 200 404
device-detail               DELETE  401 404 404 404 204 404
inbox-list                  GET     401 200 200 200 200 200
inbox-detail                GET     401 404 404 404 200 404
inbox-detail                PATCH   401 404 404 404 400 404
inbox-detail                DELETE  401 404 404 404 204 404
inbox-unread-count          GET     401 200 200 200 200 200
inbox-read-all              POST    401 200 200 200 200 200
notification-list           GET     401 403 403 403 403 200
notification-list           POST    401 403 403 403 403 400
notification-preview        GET     401 403 403 403 403 200
notification-recipients-list GET    401 403 403 403 403 200
notification-recipients-list POST   401 403 403 403 403 400
notification-detail         GET     401 403 403 403 403 200
notification-detail         PUT     401 403 403 403 403 400
notification-detail         PATCH   401 403 403 403 403 200
notification-detail         DELETE  401 403 403 403 403 204
community-list              GET     200 200 200 200 200 200
community-list              POST    401 403 403 403 403 400
community-detail            GET     200 200 200 200 200 200
community-detail            PUT     401 403 403 403 403 400
community-detail            PATCH   401 403 403 403 403 200
community-detail            DELETE  401 403 403 403 403 409
community-join              POST    401 201 200 200 200 201
community-leave             POST    401 409 204 204 204 409
community-moderation-list   GET     401 403 403 200 403 200
user-standing-list          GET     401 200 200 200 200 200
membership-list             GET     401 200 200 200 200 200
membership-list             POST    401 400 400 400 400 400
membership-detail           GET     401 404 200 200 200 200
membership-detail           PUT     401 404 403 400 403 400
membership-detail           PATCH   401 404 403 200 403 200
membership-detail           DELETE  401 404 403 204 403 204
membership-ban              POST    401 404 403 400 403 400
membership-unban            POST    401 404 403 409 403 409
challenge-list              GET     200 200 200 200 200 200
challenge-list              POST    401 403 403 403 403 400
challenge-detail            GET     200 200 200 200 200 200
challenge-detail            PUT     401 403 403 403 403 400
challenge-detail            PATCH   401 403 403 403 403 200
challenge-detail            DELETE  401 403 403 403 403 204
challenge-contributions     GET     200 200 200 200 200 200
news-list                   GET     200 200 200 200 200 200
news-list                   POST    401 403 403 403 403 400
news-detail                 GET     200 200 200 200 200 200
news-detail                 PUT     401 403 403 403 403 400
news-detail                 PATCH   401 403 403 403 403 200
news-detail                 DELETE  401 403 403 403 403 204
category-list               GET     200 200 200 200 200 200
category-list               POST    401 403 403 403 403 400
category-detail             GET     200 200 200 200 200 200
category-detail             PUT     401 403 403 403 403 400
category-detail             PATCH   401 403 403 403 403 200
category-detail             DELETE  401 403 403 403 403 409
project-list                GET     200 200 200 200 200 200
project-list                POST    401 403 403 403 403 400
project-detail              GET     200 200 200 200 200 200
project-detail              PUT     401 403 403 403 403 400
project-detail              PATCH   401 403 403 403 403 200
project-detail              DELETE  401 403 403 403 403 409
collection-list             GET     200 200 200 200 200 200
collection-list             POST    401 403 403 403 403 400
collection-detail           GET     200 200 200 200 200 200
collection-detail           PUT     401 403 403 403 403 400
collection-detail           PATCH   401 403 403 403 403 200
collection-detail           DELETE  401 403 403 403 403 409
collection-gallery-list     GET     401 200 200 200 200 200
sponsor-list                GET     200 200 200 200 200 200
sponsor-list                POST    401 403 403 403 403 400
sponsor-detail              GET     200 200 200 200 200 200
sponsor-detail              PUT     401 403 403 403 403 400
sponsor-detail              PATCH   401 403 403 403 403 200
sponsor-detail              DELETE  401 403 403 403 403 204
collectible-list            GET     200 200 200 200 200 200
collectible-list            POST    401 403 403 403 403 400
collectible-detail          GET     200 200 200 200 200 200
collectible-detail          PUT     401 403 403 403 403 400
collectible-detail          PATCH   401 403 403 403 403 200
collectible-detail          DELETE  401 403 403 403 403 409
collectible-copies-list     GET     200 200 200 200 200 200
copy-list                   GET     401 200 200 200 200 200
copy-detail                 GET     401 404 404 404 200 404
copy-detail                 PATCH   401 404 404 404 200 404
copy-history                GET     200 200 200 200 200 200
distribution-list           GET     401 403 403 403 403 200
distribution-list           POST    401 403 403 403 403 400
distribution-detail         GET     401 403 403 403 403 200
distribution-detail         PUT     401 403 403 403 403 400
distribution-detail         PATCH   401 403 403 403 403 200
distribution-detail         DELETE  401 403 403 403 403 409
distribution-codes          GET     401 403 403 403 403 200
distribution-codes          POST    401 403 403 403 403 400
distribution-sheet          GET     401 403 403 403 403 200
distribution-stats          GET     401 403 403 403 403 200
code-list                   GET     401 403 403 403 403 200
code-list                   POST    401 403 403 403 403 400
code-detail                 GET     401 403 403 403 403 200
code-detail                 PUT     401 403 403 403 403 400
code-detail                 PATCH   401 403 403 403 403 200
code-detail                 DELETE  401 403 403 403 403 409
redemption-list             GET     401 200 200 200 200 200
redemption-list             POST    401 400 400 400 400 400
redemption-detail           GET     401 404 404 404 200 200
redemption-preview          POST    401 400 400 400 400 400
transfer-list               GET     401 200 200 200 200 200
transfer-list               POST    401 400 400 400 400 400
transfer-detail             GET     401 404 404 404 200 404
transfer-accept             POST    401 400 400 400 400 400
transfer-cancel             POST    401 404 404 404 200 404
mission-list                GET     200 200 200 200 200 200
mission-list                POST    401 403 403 403 403 400
mission-detail              GET     200 200 200 200 200 200
mission-detail              PUT     401 403 403 403 403 400
mission-detail              PATCH   401 403 403 403 403 200
mission-detail              DELETE  401 403 403 403 403 204
mission-claim               POST    401 409 409 409 409 409
challenge-claim-list        POST    401 409 409 409 409 409
home-list                   GET     401 200 200 200 200 200
localisation-list           GET     401 403 403 403 403 200
localisation-csv            GET     401 403 403 403 403 200
localisation-csv            POST    401 403 403 403 403 415
"""
ROWS = [line.split() for line in TABLE.strip().splitlines()]
CASES = [
    pytest.param(name, method, list(map(int, statuses)), id=f"{name}-{method}") for name, method, *statuses in ROWS
]


@pytest.fixture
def rows(cast, api):
    """One row behind every detail route: alice's where rows have owners, in a community that bob and mod belong to."""
    cast["mod"] = make_user("mod")
    community = make_community()
    for name, role in [("alice", "member"), ("bob", "member"), ("mod", "moderator")]:
        membership = make_membership(cast[name], community, role=role)
        cast[f"membership of {name}"] = membership
    collectible = make_collectible(collection=make_collection(community=community))
    code = make_code(make_distribution(collectible))
    make_code(code.distribution)
    redeemed = api("alice").post("/api/v1/redemptions/", {"code": code.code}).json()
    return {
        "user": cast["alice"].id,
        "user-copies": cast["alice"].id,
        "rank": make_rank().id,
        "device": make_device(cast["alice"]).id,
        "notification": make_notification().id,
        "notification-recipients": make_message(cast["alice"]).id,
        "inbox": make_message(cast["alice"]).id,
        "community": community.id,
        "community-moderation": community.id,
        "user-standing": 0,
        "membership": cast["membership of alice"].id,
        "challenge": make_challenge(community=community).id,
        "challenge-claim": make_challenge(community=community).id,
        "news": make_news().id,
        "category": collectible.category_id,
        "project": collectible.collection.project_id,
        "collection": collectible.collection_id,
        "collection-gallery": collectible.collection_id,
        "sponsor": make_sponsor().id,
        "collectible": collectible.id,
        "collectible-copies": collectible.id,
        "copy": redeemed["copy"]["id"],
        "distribution": code.distribution_id,
        "code": code.id,
        "redemption": redeemed["id"],
        "transfer": api("alice").post("/api/v1/transfers/", {"copy": redeemed["copy"]["id"]}).json()["id"],
        "mission": make_mission().id,
        "home": 0,
        "localisation": 0,
    }


@contextmanager
def undone():
    """Whatever is written inside is rolled back; services open their outermost transactions as in any other test."""
    block = transaction.atomic()
    block._from_testcase = True
    with block:
        yield
        transaction.set_rollback(True)


def url(name: str, rows: dict[str, int]) -> str:
    for pattern in api_patterns():
        if pattern.name == name:
            resource = max((key for key in rows if name.startswith(f"{key}-")), key=len)
            route = pattern.pattern.regex.pattern.removeprefix("^").removesuffix(r"\Z").removesuffix("$")
            return "/api/v1/" + fill(route, rows.get(resource, 0))
    raise LookupError(name)


def fill(route: str, pk: int) -> str:
    """The route's path with every group filled by `pk`."""
    path, depth = "", 0
    for character in route:
        depth += character == "("
        if depth == 0:
            path += character
        if character == ")":
            depth -= 1
            path += str(pk)
    return path


def api_patterns() -> list[URLPattern]:
    (api,) = [entry for entry in get_resolver().url_patterns if str(entry.pattern) == "api/v1/"]
    assert isinstance(api, URLResolver)
    return [pattern for pattern in api.url_patterns if pattern.name != "api-root"]


@pytest.mark.parametrize(("name", "method", "expected"), CASES)
def test_access(api, rows, name, method, expected):
    answers = {}
    for person in PEOPLE:
        with undone():
            response = api(person).generic(method, url(name, rows), "{}", content_type="application/json")
            answers[person] = response.status_code

    assert answers == dict(zip(PEOPLE, expected, strict=True))


def test_every_route_and_method_is_in_the_table():
    served = {
        (pattern.name, method.upper())
        for pattern in api_patterns()
        for method in methods_of(pattern)
        if method != "head"
    }

    assert served == {(name, method) for name, method, *_ in ROWS}


def methods_of(pattern: URLPattern) -> set[str]:
    view = pattern.callback
    return set(view.actions) & set(view.cls.http_method_names)
