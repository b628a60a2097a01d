"""Budgets: wrong guesses run out, right ones never do, and a cache that is down stops nobody."""

import logging
import threading

import pytest
from django.core.cache import caches
from django.core.management import call_command
from django.db import connection
from django.test import RequestFactory

from kloppocar.api import throttling
from kloppocar.api.cache import DatabaseCache
from kloppocar.api.throttling import Budget, client_address
from tests.make import make_code, make_collectible, make_distribution, make_user

URL = "/api/v1/redemptions/"
WRONG, MISTYPED = "7Q2M-4K9X-ABG", "7Q2M-4K9X-ABH"
LONG = 10_000_000  # no window ends within a test


@pytest.fixture(autouse=True)
def rates(settings):
    """Small ones; nothing of one test's outage is left to the next."""
    settings.THROTTLE_RATES = settings.THROTTLE_RATES | {
        "code_guesses": (3, LONG),
        "code_guesses_of_address": (5, LONG),
        "anonymous": (4, LONG),
    }
    yield
    throttling.Outage.until = 0.0


def scan(client, code, **headers):
    return client.post(URL, {"code": code}, **headers)


def statuses(client, code, times):
    return [scan(client, code).status_code for _ in range(times)]


def test_wrong_guesses_run_out_and_the_answer_says_when_to_come_back(api):
    answers = [scan(api("alice"), WRONG) for _ in range(4)]

    assert [answer.status_code for answer in answers] == [404, 404, 404, 429]
    assert [answer["RateLimit-Remaining"] for answer in answers] == ["2", "1", "0", "0"]
    refused = answers[3]
    assert refused.json()["type"] == "client_error"
    assert refused.json()["errors"][0]["code"] == "throttled"
    assert 0 < int(refused["Retry-After"]) == int(refused["RateLimit-Reset"]) <= LONG
    assert refused["RateLimit-Limit"] == "3"


def test_who_guessed_too_often_is_refused_right_codes_as_well(api):
    code = make_code()
    statuses(api("alice"), WRONG, 3)

    assert scan(api("alice"), code.code).status_code == 429
    assert scan(api("bob"), code.code).status_code == 201


def test_right_codes_are_never_counted(api):
    campaign = make_distribution(make_collectible())

    answers = [scan(api("alice"), make_code(campaign).code) for _ in range(8)]
    again = statuses(api("alice"), campaign.codes.all()[0].code, 8)

    assert {answer.status_code for answer in answers} == {201}
    assert set(again) == {409}


def test_a_mistyped_code_is_no_guess(api):
    assert statuses(api("alice"), MISTYPED, 6) == [400] * 6
    assert scan(api("alice"), WRONG).status_code == 404


def test_a_preview_is_a_guess_like_any_other(api):
    previews = [api("alice").post(f"{URL}preview/", {"code": WRONG}).status_code for _ in range(4)]

    assert previews == [200, 200, 200, 429]
    assert scan(api("alice"), WRONG).status_code == 429


def test_an_address_that_guessed_too_often_stops_guessers_and_no_crowd(api):
    first, second = statuses(api("alice"), WRONG, 3), statuses(api("bob"), WRONG, 3)

    newcomer = api("carol")

    assert first + second == [404] * 5 + [429]
    assert scan(newcomer, make_code().code).status_code == 201
    assert statuses(newcomer, WRONG, 2) == [404, 429]
    assert scan(newcomer, make_code().code, REMOTE_ADDR="198.51.100.7").status_code == 201


def test_general_budgets_count_everything_and_their_answers_say_so(api):
    answers = [api(None).get("/api/v1/ranks/") for _ in range(5)]

    assert [answer.status_code for answer in answers] == [200] * 4 + [429]
    assert [answer["RateLimit-Remaining"] for answer in answers] == ["3", "2", "1", "0", "0"]
    assert answers[4]["Retry-After"]
    assert api("alice").get("/api/v1/ranks/").status_code == 200


def test_a_setting_turns_budgets_off(api, settings):
    settings.THROTTLING = False

    assert statuses(api("alice"), WRONG, 6) == [404] * 6
    assert "RateLimit-Limit" not in scan(api("alice"), WRONG)


@pytest.mark.parametrize(
    ("environ", "address"),
    [
        ({"REMOTE_ADDR": "203.0.113.9"}, "203.0.113.9"),
        ({"REMOTE_ADDR": "203.0.113.9", "HTTP_X_FORWARDED_FOR": "1.2.3.4, 5.6.7.8"}, "203.0.113.9"),
        ({"lambda.event": {"requestContext": {"identity": {"sourceIp": "203.0.113.9"}}}}, "203.0.113.9"),
        ({"lambda.event": {"requestContext": {"http": {"sourceIp": "203.0.113.9"}}}}, "203.0.113.9"),
        ({"REMOTE_ADDR": "2001:db8:1:2:3:4:5:6"}, "2001:db8:1:2::"),
        ({"REMOTE_ADDR": "::ffff:203.0.113.9"}, "203.0.113.9"),
        ({"REMOTE_ADDR": "nonsense"}, "unknown"),
    ],
)
def test_the_address_is_what_the_gateway_saw(environ, address):
    assert client_address(RequestFactory().get("/", **environ)) == address


class Down:
    """A cache whose server is gone."""

    asked = 0

    def refuse(self, *args):
        type(self).asked += 1
        raise ConnectionError("refused")

    get_many = add = incr = refuse


def test_a_cache_that_is_down_stops_nobody_and_is_left_alone_for_a_while(api, monkeypatch, caplog):
    monkeypatch.setattr(throttling, "caches", {"default": Down(), "budgets": Down()})

    with caplog.at_level(logging.ERROR):
        answers = statuses(api("alice"), WRONG, 6)

    assert answers == [404] * 6
    assert Down.asked == 1
    assert [record.getMessage() for record in caplog.records] == ["the cache is down: requests go on uncounted"]


@pytest.fixture
def table(real_db, settings):
    """The cache as a table of the database."""
    settings.CACHES = settings.CACHES | {
        "default": {"BACKEND": "kloppocar.api.cache.DatabaseCache", "LOCATION": "counters"}
    }
    call_command("createcachetable")
    yield caches["default"]
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE counters")


def count_at_once(budget, times):
    """Count in as many threads; every one's number."""
    barrier, numbers = threading.Barrier(times), []

    def run():
        barrier.wait()
        numbers.append(budget.spend().used)
        connection.close()

    threads = [threading.Thread(target=run) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(numbers)


def test_counting_at_once_loses_nothing_in_memory():
    assert count_at_once(Budget("code_guesses", "user-1"), 16) == list(range(1, 17))


def test_counting_at_once_loses_nothing_in_a_database_table(table):
    assert isinstance(table, DatabaseCache)
    assert count_at_once(Budget("code_guesses", "user-1"), 16) == list(range(1, 17))


def test_a_counter_in_the_database_outlives_the_refused_redemption(table, client):
    from tests.conftest import token_of

    alice = make_user("alice")
    headers = {"HTTP_AUTHORIZATION": f"Bearer {token_of(alice.cognito_sub, staff=False)}"}

    answers = [client.post(URL, {"code": WRONG}, **headers).status_code for _ in range(4)]

    assert answers == [404, 404, 404, 429]


def test_many_guesses_of_one_person_at_once_are_answered_no_more_often_than_allowed(real_db):
    from collectibles.services import redeem
    from tests.collectibles.test_concurrency import at_once

    request = RequestFactory().post(URL)
    request.user = make_user()

    outcomes = at_once(
        *[lambda: redeem(user=request.user, code=WRONG, guesses=throttling.Guesses("code", request))] * 16
    )

    assert outcomes["unknown_code"] == 3
    assert outcomes.total() == 16
