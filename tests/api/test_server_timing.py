"""`Server-Timing`: how long an answer took, and what of it the database; for staff, and for everybody on a laptop."""

import re

import pytest
from django.db import connection

from kloppocar.api.requests import QueryCounter
from tests.make import make_category
from users.models import User

URL = "/api/v1/categories/"
TIMING = re.compile(r'db;dur=([0-9.]+);desc="([0-9]+) statements?", total;dur=([0-9.]+)')


@pytest.fixture
def deployed(settings):
    settings.LOCAL = False


@pytest.mark.parametrize(("person", "is_told"), [("staff", True), ("alice", False), (None, False)])
def test_a_deployed_stage_tells_staff_and_nobody_else(api, deployed, person, is_told):
    assert ("Server-Timing" in api(person).get(URL)) == is_told


def test_staff_who_are_logged_in_are_told_too(client, db, deployed):
    client.force_login(User.objects.create_superuser("boss"))

    assert "Server-Timing" in client.get(URL)
    assert "Server-Timing" in client.get("/admin/catalog/category/")


@pytest.mark.parametrize("path", [URL, "/api/v1/nothing/", "/health/live/"])
def test_a_laptop_tells_everybody(api, path):
    assert TIMING.fullmatch(api(None).get(path)["Server-Timing"])


def test_statements_are_counted_and_the_database_is_a_part_of_the_whole(api):
    path = f"{URL}{make_category().id}/"

    in_database, statements, total = TIMING.fullmatch(api(None).get(path)["Server-Timing"]).groups()

    assert statements == "1"
    assert 0 <= float(in_database) <= float(total)


def test_time_in_the_database_is_what_statements_are_waited_for(db):
    counter = QueryCounter()
    count_up = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300000)"
    slow = {"sqlite": f"{count_up} SELECT SUM(i) FROM n"}
    with connection.execute_wrapper(counter), connection.cursor() as cursor:
        cursor.execute(slow.get(connection.vendor, "SELECT SLEEP(0.05)"))

    assert (counter.count, counter.seconds > 0.01) == (1, True)


@pytest.mark.parametrize(
    ("origin", "allowed"), [("http://localhost:3000", "http://localhost:3000"), ("https://elsewhere.example", None)]
)
def test_scripts_read_it_where_their_origin_may_read_the_answer(api, origin, allowed):
    response = api(None).get(URL, HTTP_ORIGIN=origin)

    assert response.get("Timing-Allow-Origin") == allowed
    assert ("Server-Timing" in response.get("Access-Control-Expose-Headers", "")) == (allowed is not None)
