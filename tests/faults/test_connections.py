"""What the API, served by gunicorn, answers when its connections, its locks or its cache fail it."""

import threading
import time

import pytest
from django.db import OperationalError, connection, transaction

from collectibles.models import Grant
from kloppocar.api.transactions import DEADLOCK
from scripts.mariadb import free_port
from tests.faults.serving import serving
from tests.hanging import Tunnel
from tests.make import make_code, make_collectible, make_distribution, make_user
from tests.triggers.plain_sql import mysql_only, sql
from tests.triggers.test_killed import address
from users.models import User

pytestmark = mysql_only("SQLite has no server")


@pytest.fixture
def campaign(real_db):
    return make_distribution(make_collectible())


@pytest.fixture
def alice(real_db):
    return make_user("alice")


def ids(query):
    with connection.cursor() as cursor:
        cursor.execute(query)
        return [row[0] for row in cursor.fetchall()]


def idle():
    """Only these: a connection that looks into information_schema shows up in any database for a moment."""
    return ids("SELECT id FROM information_schema.processlist WHERE db = DATABASE() AND command = 'Sleep'")


def waiting():
    """Those that want a row which somebody holds."""
    return ids(
        "SELECT p.id FROM information_schema.innodb_trx t JOIN information_schema.processlist p"
        " ON p.id = t.trx_mysql_thread_id WHERE t.trx_state = 'LOCK WAIT' AND p.db = DATABASE()"
    )


def test_a_hundred_killed_connections_cost_no_request(alice):
    with serving(address(), threads=1) as api:
        answers = []
        for _ in range(100):
            answers.append(api.ask("/api/v1/users/me/", sub=alice.cognito_sub).status)
            for each in idle():
                sql(f"KILL {each}")

    assert answers == [200] * 100


def test_a_connection_killed_while_it_works_is_a_503_and_nothing_is_half_done(alice, campaign):
    code = make_code(campaign).code
    with serving(address(), threads=1) as api:
        assert api.ask("/api/v1/users/me/", sub=alice.cognito_sub).status == 200
        with transaction.atomic():
            User.objects.select_for_update().get(pk=alice.pk)
            with scanning(api, alice, code) as answers:
                sql(f"KILL {wait_until_somebody_waits()}")
        again = api.redeem(alice.cognito_sub, code)

    (answer,) = answers
    assert (answer.status, answer.code, answer.headers["Retry-After"]) == (503, "database_unavailable", "2")
    assert (again.status, Grant.objects.count()) == (201, 1)


def test_who_waits_for_a_row_that_somebody_holds_is_told_within_four_seconds(alice, campaign):
    code = make_code(campaign).code
    with serving(address()) as api:
        with transaction.atomic():
            User.objects.select_for_update().get(pk=alice.pk)
            answer = api.redeem(alice.cognito_sub, code)
        again = api.redeem(alice.cognito_sub, code)

    assert (answer.status, answer.code, answer.headers["Retry-After"]) == (503, "database_unavailable", "2")
    assert 2.5 < answer.seconds < 4
    assert (again.status, Grant.objects.count()) == (201, 1)


@pytest.mark.parametrize("rounds", [10, pytest.param(200, marks=pytest.mark.deep)])
def test_of_two_that_wait_for_each_other_both_get_done(alice, campaign, rounds):
    """The rival takes campaign and person in the other order; every second time it has so much at stake that the
    database picks the redemption as the victim."""
    others = [make_user() for _ in range(30)]
    statuses, victims = [], 0
    with serving(address()) as api:
        for number in range(rounds):
            code = make_code(campaign).code
            rival = Rival(alice, campaign, others if number % 2 else [])
            with scanning(api, alice, code) as answers:
                victims += rival.run()
            statuses += [answer.status for answer in answers]

    assert statuses == [201] * rounds
    assert Grant.objects.filter(user=alice).count() == rounds
    assert 0 < victims < rounds


class Rival:
    def __init__(self, person, campaign, others):
        self.person, self.campaign, self.others = person, campaign, others

    def run(self):
        """Whether the rival was the victim, and had to begin again."""
        try:
            with transaction.atomic():
                sql("UPDATE collectibles_distribution SET version = version + 1 WHERE id = %s", self.campaign.pk)
                for other in self.others:
                    sql("UPDATE users_user SET version = version + 1 WHERE id = %s", other.pk)
                wait_until_somebody_waits()
                sql("UPDATE users_user SET version = version + 1 WHERE id = %s", self.person.pk)
        except OperationalError as error:
            if error.args[0] != DEADLOCK:
                raise
            return True
        return False


class scanning:
    """The person redeems the code meanwhile; gives a list that holds the answer afterwards."""

    def __init__(self, api, person, code):
        self.answers = []
        self.thread = threading.Thread(target=lambda: self.answers.append(api.redeem(person.cognito_sub, code)))

    def __enter__(self):
        self.thread.start()
        return self.answers

    def __exit__(self, *_):
        self.thread.join()


def wait_until_somebody_waits(seconds=10):
    """For a row that we hold; their connection's id."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := waiting():
            return found[0]
        time.sleep(0.12)  # the server looks anew only when nobody asked for 0.1 s
    raise AssertionError("nobody came to wait")


def test_a_cache_that_is_down_or_hangs_stops_no_request(alice, campaign):
    codes = [make_code(campaign).code for _ in range(4)]
    with Tunnel(free_port()) as hanging:
        hanging.hang(for_good=True)
        for place, port in enumerate([free_port(), hanging.port]):
            with serving(address(), THROTTLING="on", CACHE_URL=f"redis://127.0.0.1:{port}/0") as api:
                answers = [api.redeem(alice.cognito_sub, code) for code in codes[2 * place : 2 * place + 2]]

            assert [answer.status for answer in answers] == [201, 201]
            assert answers[0].seconds < 5
            assert answers[1].seconds < 1


def test_a_database_that_accepts_and_never_answers_is_a_503(alice):
    with Tunnel(int(connection.settings_dict["PORT"])) as tunnel:
        tunnel.hang(for_good=True)
        through = address().replace(f":{connection.settings_dict['PORT']}/", f":{tunnel.port}/")
        with serving(through) as api:
            answer, page = api.ask("/api/v1/users/me/", sub=alice.cognito_sub), api.ask("/health/ready/")

    assert (answer.status, answer.code, answer.headers["Retry-After"]) == (503, "database_unavailable", "2")
    assert (page.status, page.body["out_of_step"]) == (503, {"database": ["unreachable"]})
    assert answer.seconds < 5


@pytest.mark.deep
def test_a_warm_connection_that_hangs_is_given_up_within_ten_seconds(alice):
    with Tunnel(int(connection.settings_dict["PORT"])) as tunnel:
        through = address().replace(f":{connection.settings_dict['PORT']}/", f":{tunnel.port}/")
        with serving(through, threads=1) as api:
            warm = api.ask("/api/v1/users/me/", sub=alice.cognito_sub)
            tunnel.hang()
            forgotten = api.ask("/api/v1/users/me/", sub=alice.cognito_sub)
            tunnel.hang(for_good=True)
            hung = api.ask("/api/v1/users/me/", sub=alice.cognito_sub)

    assert (warm.status, forgotten.status, hung.status) == (200, 200, 503)
    assert forgotten.seconds < 8
    assert hung.seconds < 10
