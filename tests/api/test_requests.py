"""What every request gets: one error shape, an id, bounds on what it may send, versions for writers."""

import gc
import json
import logging

import pytest
from django.http import HttpResponse
from django.test import RequestFactory
from rest_framework.test import APIClient

from kloppocar.api.requests import RequestMiddleware
from tests.make import make_category, make_collection

URL = "/api/v1/categories/"


def code_of(response):
    return response.json()["errors"][0]["code"]


@pytest.mark.parametrize(
    ("body", "content_type", "status", "code"),
    [
        ("{", "application/json", 400, "malformed_json"),
        ('{"name": {"en": "\\ud800"}}', "application/json", 400, "malformed_json"),
        ('{"name": {"en": "a\\u0000b"}}', "application/json", 400, "nul_character"),
        ("[" * 33 + "]" * 33, "application/json", 400, "too_deep"),
        ("[" * 100_000, "application/json", 400, "malformed_json"),
        ("NaN", "application/json", 400, "malformed_json"),
        ("[1]", "application/json", 400, "invalid"),
        ("name=x", "text/csv", 415, "unsupported_media_type"),
        ('"' + "x" * 1_100_000 + '"', "application/json", 413, "too_large"),
        ("name=" + "x" * 1_100_000, "application/x-www-form-urlencoded", 413, "too_large"),
    ],
)
def test_a_body_that_cannot_be_taken_is_refused(api, body, content_type, status, code):
    response = api("staff").generic("POST", URL, body, content_type=content_type)

    assert (response.status_code, code_of(response)) == (status, code)


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/api/v1/nothing/", 404, "not_found"),
        ("GET", "/api/v1/categories/999/", 404, "not_found"),
        ("GET", "/api/v1/categories/99999999999999999999/", 404, "not_found"),
        ("POST", "/api/v1/users/1/copies/", 405, "method_not_allowed"),
        ("POST", "/api/v1/redemptions/", 401, "not_authenticated"),
    ],
)
def test_errors_outside_a_flow_have_the_same_shape(api, method, path, status, code):
    response = api(None).generic(method, path, "{}", content_type="application/json")

    assert (response.status_code, code_of(response)) == (status, code)
    assert response["X-Request-ID"]


@pytest.mark.django_db
def test_a_crash_answers_500_in_the_same_shape_and_is_logged_with_its_traceback(monkeypatch, caplog):
    from catalog.views import CategoryViewSet

    monkeypatch.setattr(CategoryViewSet, "get_queryset", lambda self: 1 / 0)

    response = APIClient(raise_request_exception=False).get(URL)

    assert (response.status_code, code_of(response)) == (500, "error")
    assert any(record.exc_info for record in caplog.records)


def test_a_request_id_is_taken_over_when_it_is_one(api):
    good = api(None).get(URL, HTTP_X_REQUEST_ID="trace-1234567")
    bad = api(None).get(URL, HTTP_X_REQUEST_ID="x\ny")

    assert good["X-Request-ID"] == "trace-1234567"
    assert len(bad["X-Request-ID"]) == 32


def test_a_log_line_holds_the_route_and_neither_path_nor_query(api, caplog):
    category = make_category()
    with caplog.at_level(logging.INFO, "kloppocar.request"):
        api(None).get(f"{URL}{category.id}/?lang=de")

    fields = caplog.records[-1].fields
    assert fields["route"] == "category-detail"
    assert "lang" not in json.dumps(fields)
    assert fields["queries"] == 1


def test_a_writer_with_an_old_version_gets_412_and_the_current_row(api):
    category = make_category()
    path = f"{URL}{category.id}/"
    etag = api("staff").get(path)["ETag"]
    api("staff").patch(path, {"name": {"en": "First"}}, HTTP_IF_MATCH=etag)

    late = api("staff").patch(path, {"name": {"en": "Second"}}, HTTP_IF_MATCH=etag)

    assert (late.status_code, code_of(late)) == (412, "precondition_failed")
    assert late.json()["extra"]["current"]["name"]["en"] == "First"


def test_who_has_the_row_already_gets_304(api):
    path = f"{URL}{make_category().id}/"
    first = api(None).get(path)

    again = api(None).get(path, HTTP_IF_NONE_MATCH=first["ETag"])

    assert (again.status_code, again.content) == (304, b"")
    assert first["Cache-Control"] == "public, max-age=30"


def test_what_is_personal_may_not_be_kept(api):
    assert api("alice").get("/api/v1/users/me/")["Cache-Control"] == "private, no-store"
    assert api("alice").get(URL)["Cache-Control"] == "private, no-store"


def test_a_row_that_others_stand_on_cannot_be_deleted(api):
    collection = make_collection()

    response = api("staff").delete(f"/api/v1/communities/{collection.community_id}/")

    assert (response.status_code, code_of(response)) == (409, "in_use")


def test_a_related_id_that_is_not_there_reads_as_such(api):
    response = api("staff").post("/api/v1/categories/", {"name": {"en": "x"}, "parent": 999})

    assert (response.status_code, code_of(response)) == (400, "does_not_exist")


def test_a_category_may_not_stand_below_itself(api):
    parent = make_category()
    child = make_category(parent=parent)

    response = api("staff").patch(f"{URL}{parent.id}/", {"parent": child.id})

    assert (response.status_code, code_of(response)) == (400, "cycle")


@pytest.mark.parametrize("person", [None, "alice", "staff"])
@pytest.mark.parametrize("route", ["", "collectibles/", "redemptions/", "distributions/", "users/me/", "copies/"])
def test_every_answer_has_a_page_for_a_browser(api, person, route):
    response = api(person).get(f"/api/v1/{route}", HTTP_ACCEPT="text/html")

    assert response["Content-Type"].startswith("text/html")
    assert response.status_code in {200, 401, 403, 404}


def test_the_garbage_collector_rests_until_the_first_request_is_answered(settings):
    settings.LOCAL = False
    gc.unfreeze()  # as in a process that has only begun
    try:
        answer = RequestMiddleware(lambda request: HttpResponse())
        while_starting = gc.isenabled()
        answer(RequestFactory().get("/"))

        assert (while_starting, gc.isenabled()) == (False, True)
        assert gc.get_freeze_count() > 0

        RequestMiddleware(lambda request: HttpResponse())  # as Zappa does before a command
        assert gc.isenabled()
    finally:
        gc.enable()
        gc.unfreeze()
