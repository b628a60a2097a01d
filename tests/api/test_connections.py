"""A connection that died while nobody used it costs no request, and no request pays to ask whether it lives."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import DatabaseError, connection, connections, transaction

from kloppocar.api.connections import read
from tests.make import make_rank

URL = "/api/v1/ranks/"
mysql_only = pytest.mark.skipif(connection.vendor != "mysql", reason="SQLite has no connections to lose")


@pytest.fixture
def kept(real_db, monkeypatch):
    """As between two requests: the connection is open, and nobody knows whether it lives."""
    make_rank()
    monkeypatch.setitem(connection.settings_dict, "CONN_HEALTH_CHECKS", True)
    connection.health_check_enabled, connection.health_check_done = True, False
    yield connection
    connection.close()


def kill(victim):
    """What a server's time-out does."""
    other = connections.create_connection("default")
    with other.cursor() as cursor:
        cursor.execute(f"KILL CONNECTION {victim.connection.thread_id()}")
    other.close()


@mysql_only
def test_a_read_over_a_dead_connection_is_answered_over_a_new_one(kept):
    kill(kept)

    assert read("default", "SELECT COUNT(*) FROM users_rank", ()) == ((1,),)


@mysql_only
@pytest.mark.parametrize("person", [None, "alice"])
def test_a_request_over_a_dead_connection_is_answered(kept, api, person):
    client = api(person)
    kept.health_check_done = False
    kill(kept)

    assert client.get(URL).json()["results"][0]["level"] == 1


@mysql_only
def test_inside_a_transaction_nothing_is_read_twice(kept):
    def work():
        try:
            with transaction.atomic():
                connection.health_check_enabled, connection.health_check_done = True, False
                kill(connection)
                read("default", "SELECT 1", ())
        finally:
            connection.close()

    with ThreadPoolExecutor() as pool, pytest.raises(DatabaseError):
        pool.submit(work).result()


def test_a_living_connection_is_not_asked(kept, monkeypatch):
    monkeypatch.setattr(type(connections["default"]), "is_usable", lambda self: pytest.fail("asked"))

    assert read("default", "SELECT 1", ())[0][0] == 1


def test_an_error_of_the_statement_is_not_tried_again(kept):
    with pytest.raises(Exception, match=r"nothing|near|exist"):
        read("default", "SELECT * FROM nothing", ())

    assert kept.connection is not None
