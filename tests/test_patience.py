"""Cognito waits five seconds, and a database that hangs does not make it wait longer."""

import time

import pytest
from django.db import OperationalError, connection

from kloppocar import patience
from kloppocar.events import post_confirmation
from tests.hanging import Tunnel
from tests.samples import confirmed
from users.models import User

on_mysql = pytest.mark.skipif(connection.vendor != "mysql", reason="a file never hangs")


@pytest.fixture
def tunnel(real_db):
    """The suite's connection goes through it, and is warm."""
    usual = connection.settings_dict
    with Tunnel(int(usual["PORT"] or 3306)) as tunnel:
        connection.close()
        connection.settings_dict = usual | {"HOST": "127.0.0.1", "PORT": str(tunnel.port)}
        try:
            assert not User.objects.exists()
            yield tunnel
        finally:
            connection.close()
            connection.settings_dict = usual


def timed(work):
    started = time.monotonic()
    answer = work()
    return answer, time.monotonic() - started


@on_mysql
def test_a_warm_connection_that_hangs_costs_no_sign_up(tunnel):
    tunnel.hang()

    answer, seconds = timed(lambda: post_confirmation(confirmed()))

    assert answer == confirmed()
    assert User.objects.count() == 1
    assert seconds < 4


@on_mysql
def test_a_database_that_accepts_and_never_answers_keeps_cognito_waiting_less_than_it_would(tunnel, caplog):
    tunnel.hang(for_good=True)

    answer, seconds = timed(lambda: post_confirmation(confirmed()))

    assert answer == confirmed()
    assert seconds < 4.5
    assert "a confirmed sign-up made no user" in caplog.text


@on_mysql
def test_afterwards_the_usual_time_outs_are_back(tunnel):
    usual = connection.settings_dict
    with pytest.raises(OperationalError, match=r"1969|2013|2006"), patience.of(connection, seconds=1):
        timed_out(2.5)

    assert connection.settings_dict is usual
    timed_out(1.5)


def timed_out(seconds):
    with connection.cursor() as cursor:
        cursor.execute("SELECT SLEEP(%s)", [seconds])


def test_inside_a_transaction_nothing_changes(db):
    before = connection.connection

    with patience.of(connection, seconds=1):
        assert connection.connection is before
