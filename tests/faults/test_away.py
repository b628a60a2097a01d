"""A database that is not there, asked in-process."""

import pytest
from django.db import connection
from django.test import Client

from tests.triggers.plain_sql import mysql_only

pytestmark = mysql_only("SQLite has no server")


@pytest.fixture
def away(real_db):
    """Nobody listens where the database should be."""
    usual = connection.settings_dict
    connection.close()
    connection.settings_dict = usual | {"HOST": "127.0.0.1", "PORT": "1"}
    yield
    connection.close()
    connection.settings_dict = usual


def test_an_outage_is_one_line_in_the_log_for_each_request(away, caplog):
    response = Client().get("/api/v1/projects/")

    assert (response.status_code, response["Retry-After"]) == (503, "2")
    (line,) = [record for record in caplog.records if record.levelname == "ERROR"]
    assert line.getMessage() in {"the database is unavailable: 2002", "the database is unavailable: 2003"}
    assert line.exc_info is None


@pytest.mark.parametrize(("accept", "kind"), [("text/html", "text/plain"), ("*/*", "application/json")])
def test_pages_outside_the_api_say_it_too(away, accept, kind):
    client = Client(raise_request_exception=False, headers={"Accept": accept})
    client.cookies["sessionid"] = "a" * 32

    response = client.get("/admin/")

    assert (response.status_code, response["Retry-After"]) == (503, "2")
    assert response["Content-Type"].startswith(kind)
    assert "try again" in response.content.decode()


@pytest.mark.parametrize("path", ["/c/7Q2M-4K9X-ABG", "/i/1", "/i/1/1", "/u/alice"])
def test_public_pages_have_a_page_for_it(away, caplog, path):
    response = Client().get(f"{path}?lang=de")

    assert (response.status_code, response["Retry-After"]) == (503, "2")
    assert response["Content-Type"].startswith("text/html")
    assert "Bitte versuche es gleich noch einmal." in response.content.decode()
    (line,) = [record for record in caplog.records if record.levelname == "ERROR"]
    assert line.exc_info is None
