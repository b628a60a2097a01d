"""Every text that staff write: unusual characters come back unchanged or are refused, on every database alike."""

import json

import pytest
from rest_framework import serializers

from catalog.serializers import SponsorSerializer
from kloppocar.api.localized import LocalizedSerializerField
from kloppocar.urls import router
from tests import make

ROWS = {
    "ranks": make.make_rank,
    "notifications": make.make_notification,
    "communities": make.make_community,
    "challenges": make.make_challenge,
    "news": make.make_news,
    "categories": make.make_category,
    "projects": make.make_project,
    "collections": make.make_collection,
    "sponsors": make.make_sponsor,
    "collectibles": make.make_collectible,
    "distributions": make.make_distribution,
    "missions": make.make_mission,
}
TEXTS = [
    "🚗",
    "עברית",
    "a\u202eb",
    "Ärger",
    "a\u0301",
    "tab\tline\n",
    "' \" \\ % _ ; --",
    "x" * 100_000,
]
FORBIDDEN = ["a\x00b", "\ud800"]
FREE = {"contact_email", "link", "picture", "code", "username"}  # of a fixed shape, and tested for it


def text_fields(route):
    (view,) = [viewset for prefix, viewset, _ in router.registry if prefix == route]
    serializer = (view.serializer_class or SponsorSerializer)()
    for name, field in serializer.fields.items():
        if field.read_only or name in FREE:
            continue
        if isinstance(field, LocalizedSerializerField):
            yield name, lambda text: {"en": text}
        elif type(field) is serializers.CharField:
            yield name, lambda text: text
        elif name in {"attributes", "organization", "urls", "price"}:
            yield name, lambda text: {"key": text}


@pytest.mark.parametrize("route", ROWS)
def test_an_unusual_text_is_kept_or_refused(api, route):
    path = f"/api/v1/{route}/{ROWS[route]().pk}/"
    client = api("staff")

    for name, shape in text_fields(route):
        for text in [*TEXTS, *FORBIDDEN]:
            body = json.dumps({name: shape(text)})
            response = client.generic("PATCH", path, body, content_type="application/json")

            assert response.status_code in {200, 400}, (name, text[:20], response.content)
            if response.status_code == 200:
                kept = response.json()[name]
                assert kept == text.strip() if isinstance(kept, str) else shape(text).items() <= kept.items(), name
        for text in FORBIDDEN:
            form = client.patch(path, {name: json.dumps(shape(text))}, format="multipart")
            assert form.status_code in {200, 400}, (name, form.content)
        assert client.get(path).status_code == 200


PERSONAL = {
    "copies": 3,
    "redemptions": 2,
    "memberships": 3,
    "devices": 2,
    "distributions": 3,
    "codes": 2,
    "notifications": 2,
}


@pytest.mark.parametrize("route", PERSONAL)
def test_a_personal_list_costs_the_same_however_long_it_is(api, alice, cast, route, django_assert_max_num_queries):
    person = "staff" if route in {"distributions", "codes", "notifications"} else "alice"
    community = make.make_community()
    make.make_membership(alice, community)
    client = api(person)
    for _ in range(4):
        collectible = make.make_collectible()
        code = make.make_code(make.make_distribution(collectible)).code
        assert api("alice").post("/api/v1/redemptions/", {"code": code}).status_code == 201
        make.make_device(alice)
        make.make_notification()
        make.make_membership(make.make_user(), community)

    # the token's person, the rows, and at most one table beside them (ranks, a pool)
    with django_assert_max_num_queries(PERSONAL[route]):
        body = client.get(f"/api/v1/{route}/").json()

    assert len(body["results"]) >= 4
