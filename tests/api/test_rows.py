"""The fast read path: every list and detail route answers byte for byte what the ordinary path answers."""

from contextlib import contextmanager
from datetime import UTC, datetime

import django_filters
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rest_framework import serializers

from collectibles.models import Collectible, CollectibleSponsor, Copy
from kloppocar.api import answers
from kloppocar.api.rows import Reading, Unplannable, plan
from kloppocar.api.viewsets import ListMixin, RetrieveMixin
from tests.make import (
    make_category,
    make_challenge,
    make_code,
    make_collectible,
    make_mission,
    make_news,
    make_notification,
    make_rank,
    make_sponsor,
    make_user,
)
from tests.test_access import PEOPLE, api_patterns, rows, url  # noqa: F401 - a fixture

# GET routes that the fast path does not serve, and why.
ORDINARY = {
    "challenge-contributions": "a top list with places, and one's own beside it",
    "distribution-codes": "a file",
    "distribution-sheet": "a file",
    "distribution-stats": "numbers, neither a page nor a row",
    "home-list": "parts of many tables, each by the fast path",
    "localisation-list": "numbers, neither a page nor a row",
    "localisation-csv": "a file",
    "inbox-detail": "its ETag is the sum of two versions, which the view makes of the row",
    "inbox-unread-count": "a number, neither a page nor a row",
    "notification-preview": "texts in all languages and counts, neither a page nor a row",
    "user-me-export": "one document of many tables",
    "user-me": "one's own account with a count, neither a page nor a row of the view's queryset",
}
GETS = {pattern.name: pattern for pattern in api_patterns() if "get" in pattern.callback.actions}


@contextmanager
def ordinary_path():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(answers, "reading_of", lambda view, queryset: None)
        yield


@contextmanager
def watched():
    """The readings that were made meanwhile: None where the fast path gave up."""
    readings, make = [], answers.reading_of
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(answers, "reading_of", lambda *args: readings.append(make(*args)) or readings[-1])
        yield readings


def said(response):
    """What has to be the same: of an ETag what guards a write, which is all that the ordinary path knows."""
    headers = {name: response.headers.get(name) for name in ("Cache-Control", "Content-Type", "Vary")}
    return response.status_code, response.headers.get("ETag", "").split(".")[0].strip('"'), headers, response.content


NOON = datetime(2020, 5, 5, 12, 0, 0, 120_000, tzinfo=UTC)
ODD = {"en": 'Say "hi", \\ </b> \u2028', "de": "Grüße 🚗"}


@pytest.fixture
def world(rows, cast):  # noqa: F811
    """Rows behind every route, and among them odd texts, nulls, fractions, times without a fraction."""
    collectible = Collectible.objects.get(pk=rows["collectible"])
    collection = collectible.collection
    for sponsor in (rows["sponsor"], make_sponsor(name=ODD, urls={"web": [1, None, True]}, active=False).pk):
        CollectibleSponsor.objects.create(collectible=collectible, sponsor_id=sponsor, message=ODD)
    others = [
        make_collectible(collection=collection, name=ODD, label={}, price=[1.5], points=7, published_at=NOON),
        make_collectible(collection=collection, circulation=7, price={"value": None, "big": 2**53}),
        make_collectible(status="draft", published_at=None),
    ]
    for mint, other in enumerate(others, start=1):
        for owner in ("alice", "bob"):
            Copy.objects.create(collectible=other, owner=cast[owner], mint=mint + (owner == "bob"), acquired_at=NOON)
    make_mission(collectible, others[0], title=ODD, ends_at=NOON.replace(year=2040))
    make_mission(kind="collect_count", collection=collection, active=False)
    make_rank(min_score=5, level=2, title=ODD)
    make_category(name=ODD, parent_id=rows["category"])
    make_news(community_id=rows["community"], kind="event", header=ODD, posted_at=NOON)
    make_notification(is_welcome=True, published_at=NOON, header=ODD)
    make_challenge(community_id=rows["community"], title=ODD, ends_at=NOON.replace(year=2050))
    make_code(revoked_at=NOON, max_uses=None)
    make_user(None, status="onboarding", score=6, email="a@b.example")
    return rows


@pytest.mark.parametrize("person", PEOPLE)
@pytest.mark.parametrize("query", ["", "?lang=de"])
def test_every_route_answers_by_the_fast_path_what_the_ordinary_one_would(api, world, person, query):
    for name in sorted(set(GETS) - set(ORDINARY)):
        with watched() as readings:
            fast = api(person).get(url(name, world) + query)
        with ordinary_path():
            ordinary = api(person).get(url(name, world) + query)

        assert said(fast) == said(ordinary), name
        assert fast.status_code in {401, 403, 404} or (readings and None not in readings), name


def test_a_write_answers_by_the_fast_path_what_the_ordinary_one_would(api, world):
    """The row as the next reader sees it."""
    for name in sorted(set(GETS) - set(ORDINARY)):
        if name.endswith("-detail") and "patch" in GETS[name].callback.actions:
            path = url(name, world)
            fast = api("staff").patch(path, {})
            with ordinary_path():
                ordinary = api("staff").patch(path, {})

            assert said(fast) == said(ordinary), name


def test_a_route_in_the_table_is_really_served_by_the_ordinary_path(api, world):
    for name in ORDINARY:
        with watched() as readings:
            answers = {api(person).get(url(name, world)).status_code for person in ("alice", "staff")}

        assert 200 in answers, name
        assert None in readings or not readings, name


def test_lists_and_rows_are_served_by_the_mixins_of_the_house():
    """DRF's own would never take the fast path."""
    for name, pattern in GETS.items():
        action = pattern.callback.actions["get"]
        mixin = {"list": ListMixin, "retrieve": RetrieveMixin}.get(action)
        assert mixin is None or issubclass(pattern.callback.cls, mixin) or name in ORDINARY, name


def test_pages_are_browsable(api, world):
    page = api("staff").get("/api/v1/collectibles/", headers={"accept": "text/html"})

    assert page.status_code == 200
    assert "text/html" in page.headers["Content-Type"]


# --- Random requests ------------------------------------------------------------------------------------------------

VALUES = {
    django_filters.BaseInFilter: st.lists(st.integers(0, 9), min_size=1, max_size=4).map(
        lambda n: ",".join(map(str, n))
    ),
    django_filters.NumberFilter: st.integers(-1, 60),
    django_filters.BooleanFilter: st.sampled_from(["true", "false"]),
    django_filters.DateTimeFilter: st.sampled_from(["2020-05-05T12:00:00.12Z", "2030-01-01", "2026-11-25 10:00"]),
    django_filters.CharFilter: st.sampled_from(["alice", "scan", "7Q2M4K9XABG"]),
}


def value_for(filter_):
    if choices := dict(getattr(filter_.field, "choices", [])):
        return st.sampled_from([value for value in map(str, choices) if value] or [""])
    return next((values for kind, values in VALUES.items() if isinstance(filter_, kind)), st.just(""))


@st.composite
def requests(draw):
    """A valid request: person, route, query; lists also say how often to go on, and back."""
    name = draw(st.sampled_from(sorted(set(GETS) - set(ORDINARY))))
    view = GETS[name].callback.cls
    person = draw(st.sampled_from(PEOPLE))
    query = {}
    if draw(st.booleans()):
        query["lang"] = draw(st.sampled_from(["en", "de"]))
    fields = sorted(readable(view, person)) if name.endswith(("-list", "-detail")) else []
    for parameter in ("fields", "omit"):
        if fields and draw(st.integers(0, 2)) == 0:
            chosen = draw(st.lists(st.sampled_from([*fields, "localized"]), min_size=1, max_size=5, unique=True))
            query[parameter] = ",".join(chosen)
    if name.endswith("-list"):
        query |= draw(list_query(view, person))
    return person, name, query, draw(st.integers(0, 3)), draw(st.booleans())


@st.composite
def list_query(draw, view, person):
    query = {"page_size": draw(st.sampled_from([1, 2, 3, 200]))}
    if draw(st.booleans()):
        names = draw(st.lists(st.sampled_from([*getattr(view, "ordering_fields", []), "id"]), min_size=1, max_size=3))
        query["ordering"] = ",".join(draw(st.sampled_from(["", "-"])) + name for name in dict.fromkeys(names))
    if getattr(view, "search_fields", None) and draw(st.integers(0, 3)) == 0:
        query["search"] = draw(st.sampled_from(["o", "ü", "100%", "_", "\\", "Door"]))
    if draw(st.integers(0, 3)) == 0:
        query["count"] = "true"
    filters = getattr(view, "filterset_class", None)
    filters = filters.base_filters if isinstance(filters, type) else {}
    for name in draw(st.lists(st.sampled_from(sorted(filters)), max_size=2, unique=True)) if filters else []:
        query[name] = draw(value_for(filters[name]))
    return query


def readable(view, person):
    """Names to choose from: of the class, or of what everybody gets."""
    try:
        return [name for name, field in plan.template(view.serializer_class).fields.items() if not field.write_only]
    except (AttributeError, TypeError):
        return ["id"]


def compare(api, world, request):
    person, name, query, steps, back = request
    client, path = api(person), url(name, world)
    for _ in range(steps + 1):
        fast = client.get(path, query)
        with ordinary_path():
            ordinary = client.get(path, query)
        assert said(fast) == said(ordinary), (path, query)
        body = fast.json() if fast.status_code == 200 else {}
        path = body.get("previous" if back and body.get("previous") else "next")
        if not path:
            return
        query = None


SLOW_WORLD = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


@settings(max_examples=200, deadline=None, suppress_health_check=SLOW_WORLD)
@given(request=requests())
def test_both_paths_answer_random_requests_alike(api, world, request):
    compare(api, world, request)


@pytest.mark.deep
@settings(max_examples=5_000, deadline=None, suppress_health_check=SLOW_WORLD)
@given(request=requests())
def test_both_paths_answer_thousands_of_random_requests_alike(api, world, request):
    compare(api, world, request)


# --- What cannot be planned -----------------------------------------------------------------------------------------


class Computed(serializers.ModelSerializer):
    double = serializers.SerializerMethodField()

    class Meta:
        model = Collectible
        fields = ["id", "double"]

    def get_double(self, row):
        return row.points * 2


class OwnWay(serializers.ModelSerializer):
    class Meta:
        model = Collectible
        fields = ["id"]

    def to_representation(self, instance):
        return {"id": -instance.pk}


class Property(serializers.ModelSerializer):
    text = serializers.CharField(source="__str__")

    class Meta:
        model = Collectible
        fields = ["id", "text"]


@pytest.mark.parametrize(
    ("serializer", "reason"),
    [
        (Computed, "Computed.double does not declare what it reads (@reads)"),
        (OwnWay, "OwnWay has a to_representation of its own"),
        (Property, "Property.text reads __str__, which is no column"),
    ],
)
def test_what_cannot_be_planned_says_why_before_anything_is_read(db, serializer, reason):
    with pytest.raises(Unplannable) as refusal:
        Reading(serializer, Collectible.objects.all(), {}, chosen=None, language="")

    assert str(refusal.value) == reason


def test_a_method_that_reads_more_than_it_declared_fails_at_once(db):
    row = plan.bare(Collectible, {"points": 3})

    assert row.points == 3
    with pytest.raises(AttributeError):
        row.status  # noqa: B018
