"""Lists: no filter, search, order or cursor tells a stranger what the rows themselves do not show.

Filters come from the filter sets and shown columns from the serializers, so that a new one cannot escape: it narrows by
what is shown, or is classified here, with how it is tried.
"""

import base64
import json

import pytest
from rest_framework.request import Request
from rest_framework.test import APIRequestFactory

from catalog.models import Sponsor
from kloppocar.api.filters import orders_of
from tests.objects.conftest import NOBODYS, OPEN
from tests.test_access import ROWS, api_patterns, url

STRANGERS = ["nobody", "carol"]
# Filters of no column of the row's own, or of one that has another name in the answer.
BY_HAND = {
    ("challenge", "running"): "starts_at and ends_at are shown",
    ("collectible", "sponsor"): Sponsor,  # of the words that are shown; tried below like every related id
    ("collection-gallery", "owned"): "owned is shown",
    ("inbox", "archived"): "archived is shown",
    ("inbox", "read"): "read is shown",
    ("mission", "state"): "state is shown: the caller's own",
    ("transfer", "state"): "state is shown",
    ("user-standing", "subject"): "the caller, in every row",
}
# Ids of rows that stay hidden but stand in the rows themselves, so that a filter by them tells nothing new.
SHOWN_IDS = {("redemption", "distribution")}


def lists():
    """Resource, view class and how it is set up, of each list that is not staff's alone."""
    open_to_all = {name for name, method, *statuses in ROWS if method == "GET" and "200" in statuses[:2]}
    for pattern in api_patterns():
        is_list = pattern.callback.actions.get("get") == "list" and pattern.callback.cls.pagination_class
        if is_list and pattern.name in open_to_all:
            yield pattern.name.removesuffix("-list"), pattern.callback.cls


LISTS = dict(lists())


def view_of(name, user):
    request = Request(APIRequestFactory().get("/"))
    request.user = user
    return LISTS[name](action="list", request=request, format_kwarg=None, kwargs={})


def filters_of(name, user):
    filterset = getattr(view_of(name, user), "filterset_class", None)
    return filterset.base_filters if filterset else {}


def shown_columns(name, user):
    """The columns, related rows' as `collectible__collection`, that the list's serializer shows."""
    return set(columns_of(view_of(name, user).get_serializer(), ""))


def columns_of(serializer, prefix):
    for field in serializer.fields.values():
        if not field.write_only:
            path = prefix + field.source.replace(".", "__")
            yield path
            inner = getattr(field, "embedded", field)
            if hasattr(inner, "fields"):
                yield from columns_of(inner, f"{path}__")
                yield f"{path}__id"


def column_of(model, path):
    """The model's field that a filter's path leads to; of `collection_id` the foreign key."""
    *steps, last = path.split("__")
    for step in steps:
        model = model._meta.get_field(step).related_model
    return model._meta.get_field(last)


def related_model(name, parameter, made):
    """Whose ids a filter takes; None where it takes none."""
    if (name, parameter) in BY_HAND:
        by_hand = BY_HAND[name, parameter]
        return by_hand if isinstance(by_hand, type) else None
    field = column_of(LISTS[name].queryset.model, made.field_name)
    if made.lookup_expr not in {"exact", "in"}:
        return None
    return field.model if field.primary_key else field.related_model


@pytest.mark.parametrize("name", LISTS)
def test_every_filter_narrows_by_what_is_shown_or_is_classified(cast, name):
    for parameter, made in filters_of(name, cast["carol"]).items():
        path = made.field_name.replace("_id", "") if made.field_name != "id" else "id"
        is_shown = not made.method and path in shown_columns(name, cast["carol"])
        assert is_shown or (name, parameter) in BY_HAND, (name, parameter, path)


def test_what_is_classified_by_hand_is_there(cast):
    there = {(name, parameter) for name in LISTS for parameter in filters_of(name, cast["carol"])}

    assert set(BY_HAND) | SHOWN_IDS <= there


@pytest.mark.parametrize("name", LISTS)
def test_every_search_is_in_texts_that_are_shown(cast, name):
    assert set(getattr(LISTS[name], "search_fields", [])) <= shown_columns(name, cast["carol"])


@pytest.mark.parametrize("name", LISTS)
def test_every_order_is_by_a_column_that_is_shown(cast, name):
    assert orders_of(view_of(name, cast["carol"]), cast["carol"]) <= shown_columns(name, cast["carol"])


@pytest.mark.parametrize("who", STRANGERS)
def test_a_filter_by_a_hidden_row_finds_what_one_by_no_row_finds(api, world, cast, who):
    client, told, tried = api("carol" if who == "carol" else None), [], 0
    for name in LISTS:
        for parameter, made in filters_of(name, cast["carol"]).items():
            model = related_model(name, parameter, made)
            if model is None or model in OPEN or (name, parameter) in SHOWN_IDS:
                continue
            path = url(f"{name}-list", world.seen)
            never = client.get(path, {parameter: NOBODYS, "count": "true"})
            for pk in world.hidden.get(model, []):
                tried += 1
                found = client.get(path, {parameter: pk, "count": "true"})
                if (found.status_code, found.content) != (never.status_code, never.content):
                    told.append((name, parameter, pk))

    assert told == []
    assert tried > 30


@pytest.mark.parametrize("who", STRANGERS)
def test_a_cursor_holds_nothing_but_what_its_row_shows(api, world, cast, who):
    client, empty, user = api("carol" if who == "carol" else None), set(), cast["carol"]
    for name in LISTS:
        for order in ["", *orders_of(view_of(name, user), user)]:
            path = url(f"{name}-list", world.seen)
            page = client.get(path, {"page_size": 1, "lang": "en"} | ({"ordering": order} if order else {}))
            if page.status_code == 401:
                continue
            body = page.json()
            if body["next"] is None:
                empty.add(name)
                continue
            held = values_in(body["next"])
            known = {"", None, *values_of(body["results"])}
            assert set(held) <= known, (name, order, held)

    assert empty == set()


def values_in(link):
    text = link.partition("cursor=")[2].partition("&")[0]
    return json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))[2]


def values_of(data):
    if isinstance(data, dict | list):
        for part in data.values() if isinstance(data, dict) else data:
            yield from values_of(part)
    else:
        yield data


@pytest.mark.parametrize("name", LISTS)
def test_columns_that_are_not_shown_cannot_be_asked_for(api, world, cast, name):
    model = LISTS[name].queryset.model
    names = {field.name for field in model._meta.get_fields()} | {f.attname for f in model._meta.concrete_fields}
    hidden = names - set(view_of(name, cast["carol"]).get_serializer().fields)
    path = url(f"{name}-list", world.seen)

    for column in hidden:
        asked = [{"fields": f"id,{column}"}, {"ordering": column}]
        answers = [api("carol").get(path, query) for query in asked]
        assert {answer.status_code for answer in answers} == {400}, column


@pytest.mark.parametrize("name", LISTS)
def test_staffs_filters_are_unknown_to_everybody_else(api, world, cast, name):
    cast["staff"].acts_as_staff = cast["staff"].acts_as_administrator = True
    for_staff = {"missing"} | (set(filters_of(name, cast["staff"])) - set(filters_of(name, cast["carol"])))
    path = url(f"{name}-list", world.seen)

    for parameter in for_staff:
        refused, misspelt = (api("carol").get(path, {word: "de"}) for word in (parameter, "nonsense"))
        assert refused.status_code == 400
        assert refused.content == misspelt.content.replace(b"nonsense", parameter.encode())


def test_what_is_asked_of_related_rows_below_is_refused(api, world):
    """Django's own look-ups through relations, which a list that passed on its query would answer."""
    probes = ["owner__email", "user__email__startswith", "collection__active", "password", "owner__password__gt"]
    for name in LISTS:
        path = url(f"{name}-list", world.seen)
        for probe in probes:
            for query in ({probe: "a"}, {"ordering": probe}, {"fields": probe}):
                assert api("carol").get(path, query).status_code == 400, (name, query)


def test_lists_are_many():
    assert len(LISTS) >= 18
