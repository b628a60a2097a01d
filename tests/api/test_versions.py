"""Of two writers nobody's work is lost: ETags, `If-Match`, and what a 412 tells, for everything that can be written."""

import itertools

import pytest
from rest_framework.test import APIClient

from catalog.models import Category
from tests.concurrency import at_once
from tests.make import make_category, make_collectible, make_mission, make_user
from tests.test_access import api_patterns, methods_of, rows, url  # noqa: F401 - `rows` is a fixture

WRITTEN_BY = {"device": "alice", "copy": "alice", "membership": "staff", "inbox": "alice"}


def written_rows():
    """Every resource one row of which can be read, and changed or deleted."""
    for pattern in api_patterns():
        methods = methods_of(pattern)
        if pattern.name.endswith("-detail") and "get" in methods and methods & {"patch", "delete"}:
            yield pattern.name.removesuffix("-detail"), "patch" if "patch" in methods else "delete"


@pytest.mark.parametrize(("name", "method"), [*written_rows()])
def test_every_resource_refuses_a_write_to_an_old_version(api, rows, name, method):  # noqa: F811
    client, path = api(WRITTEN_BY.get(name, "staff")), url(f"{name}-detail", rows)
    etag = client.get(path)["ETag"]

    late = client.generic(method.upper(), path, "{}", content_type="application/json", HTTP_IF_MATCH='"0-0"')

    assert (late.status_code, late.json()["errors"][0]["code"]) == (412, "precondition_failed")
    assert late.json()["extra"]["current"]["id"] == rows[name]
    assert client.get(path, HTTP_IF_NONE_MATCH=etag).status_code == 304


def test_a_412_says_field_by_field_what_differs(api):
    collectible = make_collectible(name={"en": "Door", "de": "Tür"}, points=5)
    path = f"/api/v1/collectibles/{collectible.id}/"
    sent = {"name": {"en": "Gate"}, "points": 5, "category": collectible.category_id, "label": {"en": "A"}}

    late = api("staff").patch(path, sent, HTTP_IF_MATCH='"0-0"')

    assert late.json()["extra"]["differences"] == {
        "name": {"sent": {"en": "Gate"}, "current": {"en": "Door", "de": "Tür"}},
        "label": {"sent": {"en": "A"}, "current": {}},
    }


def test_a_row_that_moved_on_is_not_deleted(api):
    path = f"/api/v1/categories/{make_category().id}/"
    etag = api("staff").get(path)["ETag"]
    api("staff").patch(path, {"name": {"en": "Other"}})

    assert api("staff").delete(path, HTTP_IF_MATCH=etag).status_code == 412
    assert api("staff").delete(path, HTTP_IF_MATCH=api("staff").get(path)["ETag"]).status_code == 204


def test_a_changed_list_of_related_rows_is_a_new_version(api):
    mission = make_mission(make_collectible())
    path = f"/api/v1/missions/{mission.id}/"
    etag = api("staff").get(path)["ETag"]

    changed = api("staff").patch(path, {"collectibles": []}, HTTP_IF_MATCH=etag)

    assert changed.status_code == 200
    assert changed["ETag"] != etag


def test_of_writers_who_saw_the_same_version_one_wins(real_db):
    staff, category = make_user("staff"), make_category()
    path, numbers = f"/api/v1/categories/{category.id}/", itertools.count()
    etag = APIClient().get(path)["ETag"]

    def write(client):
        number = next(numbers)
        answer = client.patch(path, {"name": {"en": f"Writer {number}"}}, HTTP_IF_MATCH=etag)
        return answer.status_code, number

    answers = at_once([staff] * 8, write, staff=True)

    assert sorted(status for status, _ in answers) == [200] + [412] * 7
    winner = next(number for status, number in answers if status == 200)
    assert Category.objects.get().name["en"] == f"Writer {winner}"
