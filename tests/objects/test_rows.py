"""Rows that a stranger may not know of: whatever they ask, the answer is that of a row that never was."""

import json
import re

import pytest
from rest_framework.relations import ManyRelatedField, RelatedField
from rest_framework.request import Request
from rest_framework.test import APIRequestFactory

from catalog.models import Collection, Project, Sponsor
from collectibles.models import (
    Collectible,
    Copy,
    Distribution,
    DistributionCode,
    Grant,
    Mission,
    Transfer,
)
from communities.models import Challenge, Community, Membership, NewsPost
from tests.objects.conftest import NOBODYS, WORD
from tests.test_access import ROWS, api_patterns, undone, url
from users.models import Notification, PushDevice, User

STRANGERS = [None, "carol"]
# What the first key in a route's path is of. Routes of `OPEN` hide no row; those of `LATER` are asked below.
KEYS = {
    "user": User,
    "user-copies": User,
    "device": PushDevice,
    "inbox": Notification,
    "notification": Notification,
    "notification-recipients": Notification,
    "community": Community,
    "community-moderation": Community,
    "membership": Membership,
    "challenge": Challenge,
    "challenge-claim": Challenge,
    "news": NewsPost,
    "project": Project,
    "collection": Collection,
    "collection-gallery": Collection,
    "sponsor": Sponsor,
    "collectible": Collectible,
    "collectible-copies": Collectible,
    "copy": Copy,
    "distribution": Distribution,
    "code": DistributionCode,
    "redemption": Grant,
    "transfer": Transfer,
    "mission": Mission,
}
OPEN = {"category", "rank"}
PUBLIC_COPIES = "copy-history"  # the ledger of what is published is everybody's to read


def with_keys():
    """Routes whose path holds a key, each with its methods."""
    for pattern in api_patterns():
        if "(?P<" in pattern.pattern.regex.pattern:
            resource = max((name for name in {*KEYS, *OPEN} if pattern.name.startswith(f"{name}-")), key=len)
            yield pattern.name, resource, [method for name, method, *_ in ROWS if name == pattern.name]


def said(response):
    """All of an answer that could tell one row from another."""
    kept = {name: value for name, value in response.headers.items() if name not in {"X-Request-ID", "Server-Timing"}}
    kept = {name: value for name, value in kept.items() if not name.startswith("RateLimit")}
    return response.status_code, kept, response.content


@pytest.mark.parametrize(
    ("who", "headers"),
    [
        (None, {}),
        ("carol", {}),
        ("carol", {"if-match": '"1"'}),
        ("carol", {"if-none-match": "*"}),
        ("carol", {"accept": "text/html"}),
    ],
)
def test_a_hidden_row_answers_as_one_that_never_was(api, world, who, headers):
    told, asked = [], 0
    for name, resource, methods in with_keys():
        hidden = [] if resource in OPEN else world.hidden[KEYS[resource]]
        if name == PUBLIC_COPIES:
            hidden = [world.draft_copy]
        for method in [*methods, "HEAD", "OPTIONS"]:
            with undone():
                never = said_of(api(who), method, url(name, {**world.seen, resource: NOBODYS}), headers)
                for pk in hidden[:1] if "accept" in headers else hidden:
                    asked += 1
                    path = url(name, {**world.seen, resource: pk})
                    if said_of(api(who), method, path, headers, pk) != never:
                        told.append((method, path))

    assert told == []
    assert asked > 100


def said_of(client, method, path, headers, pk=NOBODYS):
    response = client.generic(method, path, "{}", content_type="application/json", headers=headers)
    status, kept, content = said(response)
    if "accept" not in headers:
        return status, kept, content
    del kept["Content-Length"]  # the page holds its own address
    return status, kept, page_without(content, pk)


def page_without(content, pk):
    """A page's text without its own address and form tokens."""
    text = re.sub(r'(csrfToken: |"csrfToken": |name="csrfmiddlewaretoken" value=)"[^"]*"', "", content.decode())
    text = re.sub(r"<b>(RateLimit-\w+|X-Request-ID|Server-Timing|Content-Length):</b>.*", "", text)
    return text.replace(f"/{pk}/", "/KEY/")


def test_every_route_with_a_key_says_of_what():
    assert {resource for _, resource, _ in with_keys()} == {*KEYS, *OPEN}


@pytest.mark.parametrize("who", STRANGERS)
def test_no_answer_holds_a_word_of_a_hidden_row(api, world, who):
    told = []
    for name, method, *_ in ROWS:
        if method == "GET":
            for query in ("", "?lang=de", "?page_size=200&count=true", f"?search={WORD}"):
                answer = api(who).get(url(name, world.seen) + query)
                echoed = f"search={WORD}"  # of one's own words, in links
                if WORD in answer.content.decode().replace(echoed, ""):
                    told.append(f"{name}{query}")

    assert told == []


def test_staff_do_read_that_word(api, world):
    """Or the test above could not fail."""
    read = {
        name
        for name, method, *_ in ROWS
        if method == "GET" and WORD in api("staff").get(url(name, world.seen) + "?page_size=200").content.decode()
    }

    assert read >= {"community-list", "collectible-list", "mission-list", "news-list", "sponsor-list", "user-list"}
    assert read >= {
        "distribution-list",
        "notification-list",
        "project-list",
        "challenge-list",
        "community-moderation-list",
    }


@pytest.mark.parametrize("who", STRANGERS)
def test_a_mission_lists_no_collectible_that_is_hidden(api, world, who):
    lists = [row["collectibles"] for row in api(who).get("/api/v1/missions/?page_size=200").json()["results"]]

    assert [world.seen["collectible"]] in lists
    assert not set(world.hidden[Collectible]) & {pk for listed in lists for pk in listed}


# --- Related ids in what is sent ------------------------------------------------------------------------------------


def without(response, pk):
    return response.status_code, response.content.decode().replace(str(pk), "KEY")


@pytest.mark.parametrize(
    ("who", "path", "name", "model"),
    [
        ("carol", "transfers/", "copy", None),
        ("mod", "memberships/", "community", Community),
        ("mod", "memberships/", "user_id", User),
        ("carol", "memberships/", "community", Community),
    ],
)
def test_a_related_row_that_is_hidden_reads_as_one_that_never_was(api, world, cast, who, path, name, model):
    hidden = [world.draft_copy] if model is None else world.hidden[model]
    body = {"community": world.seen["community"], "user_id": cast["carol"].pk} if "memberships" in path else {}

    answers = {without(api(who).post(f"/api/v1/{path}", body | {name: pk}), pk) for pk in [*hidden, NOBODYS]}

    assert len(answers) == 1
    assert answers.pop()[0] == 400


def test_who_may_not_invite_does_not_learn_who_is_a_member(api, world, cast):
    bodies = [{"community": world.seen["community"], "user_id": cast[name].pk} for name in ("alice", "carol")]

    of_a_member, of_nobody = (api("carol").post("/api/v1/memberships/", body) for body in bodies)

    assert (of_a_member.status_code, of_a_member.content) == (403, of_nobody.content)


def test_a_copy_that_everybody_may_see_is_refused_as_anothers(api, world):
    """So says the contract: of what is published it is no secret who owns it."""
    refused = api("carol").post("/api/v1/transfers/", {"copy": world.seen["copy"]})

    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (403, "not_owner")


def test_every_related_row_that_others_than_staff_write_is_tried_above(cast):
    """A form of a stranger's, mod's or owner's that takes another key has to come into the table above."""
    found = set()
    for pattern in api_patterns():
        for method, action in pattern.callback.actions.items():
            writes = {"post": "POST", "put": "PUT", "patch": "PATCH"}.get(method)
            statuses = next((s for n, m, *s in ROWS if (n, m) == (pattern.name, writes)), ["403"] * 6)
            has_form = (
                action in {"create", "update", "partial_update"} or "serializer_class" in pattern.callback.initkwargs
            )
            if not has_form or set(statuses[1:5]) <= {"403", "404"}:
                continue
            request = Request(APIRequestFactory().post("/"))
            request.user, request.method = cast["carol"], writes
            view = pattern.callback.cls(
                action=action, request=request, format_kwarg=None, kwargs={}, **pattern.callback.initkwargs
            )
            serializer = view.get_serializer_class() and view.get_serializer()
            for name, field in serializer.fields.items():
                if isinstance(field, RelatedField | ManyRelatedField) and not field.read_only:
                    found.add((pattern.name.partition("-")[0], name))

    assert found == {("membership", "community"), ("membership", "user_id"), ("transfer", "copy")}


# --- Somebody else's cursor -------------------------------------------------------------------------------------------


def test_anothers_cursor_leads_to_ones_own_rows(api, world):
    checked = 0
    for name, method, *statuses in ROWS:
        if method == "GET" and name.endswith("-list") and statuses[0] == "401" and statuses[1] == "200":
            path = url(name, world.seen)
            following = api("alice").get(path, {"page_size": 1}).json().get("next")
            mine = {json.dumps(row) for row in api("carol").get(path, {"page_size": 200}).json().get("results", [])}
            if following:
                shown = api("carol").get(following).json()["results"]
                checked += 1
                assert {json.dumps(row) for row in shown} <= mine, name

    assert checked >= 4
