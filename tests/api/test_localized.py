"""Localised texts: validated, merged, resolved, searched and ordered by, in one language."""

import pytest

from catalog.models import Category
from kloppocar.api.localized import merge, resolve
from tests.make import make_category

URL = "/api/v1/categories/"


@pytest.mark.parametrize(
    ("texts", "language", "text"),
    [
        ({"en": "Door", "de": "Tür"}, "de", "Tür"),
        ({"en": "Door"}, "de", "Door"),
        ({"de": "Tür"}, "en", "Tür"),
        ({"en": "", "de": "Tür"}, "en", "Tür"),
        ({}, "en", ""),
        (None, "en", ""),
    ],
)
def test_reading_falls_back(texts, language, text):
    assert resolve(texts, language) == text


def test_merging_writes_over_and_null_removes():
    assert merge({"en": "Door", "de": "Tür"}, {"en": "Gate", "de": None}) == {"en": "Gate"}


def test_a_patch_of_one_language_keeps_the_other(api):
    category = make_category(name={"en": "Door", "de": "Tür"})

    response = api("staff").patch(f"{URL}{category.id}/", {"name": {"de": "Pforte"}})

    assert response.json()["name"] == {"en": "Door", "de": "Pforte"}


def test_null_removes_a_language(api):
    category = make_category(name={"en": "Door", "de": "Tür"})

    response = api("staff").patch(f"{URL}{category.id}/", {"name": {"de": None}})

    assert response.json()["name"] == {"en": "Door"}


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ({"en": None}, "main_language"),
        ({"fr": "Porte"}, "unknown_language"),
        ({"en": 5}, "invalid"),
        ({"en": "  "}, "blank"),
        ({"en": "x" * 121}, "max_length"),
        ("Door", "not_localized"),
        (["Door"], "not_localized"),
    ],
)
def test_what_is_not_a_localised_text_is_refused(api, name, code):
    category = make_category(name={"en": "Door", "de": "Tür"})

    response = api("staff").patch(f"{URL}{category.id}/", {"name": name})

    assert response.status_code == 400
    assert response.json()["errors"][0] | {"detail": ""} == {"code": code, "attr": "name", "detail": ""}
    assert Category.objects.get().name == {"en": "Door", "de": "Tür"}


def test_a_name_may_not_be_left_out_or_empty(api):
    answers = [api("staff").post(URL, body) for body in ({}, {"name": {}}, {"name": None})]

    assert [answer.status_code for answer in answers] == [400, 400, 400]


def names(response):
    return [row["name"].get("de") or row["name"]["en"] for row in response.json()["results"]]


@pytest.mark.parametrize(
    ("search", "language", "found"),
    [
        ("tür", "de", ["Tür"]),
        ("TÜR", "de", ["Tür"]),
        ("door", "en", ["Tür"]),
        ("door", "de", []),
        ("en", "en", ["Rad mit %_"]),
        ("%_", "de", ["Rad mit %_"]),
        ('"', "en", []),
        ("\\", "en", []),
    ],
)
def test_search_looks_into_the_asked_language_only_and_never_at_keys(api, search, language, found):
    make_category(name={"en": "Door", "de": "Tür"})
    make_category(name={"en": "Golden wheel %_", "de": "Rad mit %_"})

    response = api(None).get(URL, {"search": search, "lang": language})

    assert names(response) == found


def test_ordering_follows_the_asked_language_and_pages_by_it(api):
    for english, german in [("a", "Zebra"), ("b", "Apfel"), ("c", "birne"), ("d", None)]:
        make_category(name={"en": english} | ({"de": german} if german else {}))

    first = api(None).get(URL, {"ordering": "name", "lang": "de", "page_size": 3})
    second = api(None).get(first.json()["next"])

    assert names(first) + names(second) == ["Apfel", "birne", "d", "Zebra"]


def test_lang_adds_the_resolved_texts_beside_the_whole_object(api):
    category = make_category(name={"en": "Door"})

    body = api(None).get(f"{URL}{category.id}/", {"lang": "de"}).json()

    assert body["name"] == {"en": "Door"}
    assert body["localized"] == {"name": "Door"}


@pytest.mark.parametrize("text", ["🚗 emoji", "עברית", "‮right to left", "a\u0301 combined", "tab\tand\nline"])
def test_unusual_texts_come_back_unchanged(api, text):
    created = api("staff").post(URL, {"name": {"en": text}}).json()

    assert api(None).get(f"{URL}{created['id']}/").json()["name"] == {"en": text}
