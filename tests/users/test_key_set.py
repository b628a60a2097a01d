"""The issuer's keys: a key server that is down, slow, hostile or rotating harms nobody whose key is known."""

import threading
import time
from functools import partial

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from tests.make import make_user
from tests.users.signing import claims, id_token, jwk, jwks, private_key, sign
from users.key_set import (
    COOL_DOWN_SECONDS,
    MAX_BYTES,
    STALE_SECONDS,
    KeySet,
    KeySetError,
    KeysUnavailable,
    fetch,
    parse_key_set,
)

ME = "/api/v1/users/me/"


def client_of(token):
    return APIClient(raise_request_exception=False, HTTP_AUTHORIZATION=f"Bearer {token}")


class Clock:
    now = 1_000_000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def keys(key_server, clock):
    return KeySet(partial(fetch, key_server.url), clock=clock)


def numbers(key):
    return key.public_numbers()


FAULTS = {
    "an error": {"status": 500},
    "nobody there any more": {"status": 410},
    "garbage": {"body": b"<html>"},
    "not UTF-8": {"body": b"\xff\xfe\x00"},
    "a list": {"body": b"[]"},
    "keys that are a number": {"body": b'{"keys": 1}'},
    "keys that are an object": {"body": b'{"keys": {"kid": "one"}}'},
    "nested too deep": {"body": b"[" * 50_000},
    "no keys": {"body": b'{"keys": []}'},
    "no usable keys": {"body": jwks(jwk(alg="HS256")).encode()},
    "too much": {"body": jwks().encode() + b" " * MAX_BYTES},
    "another address": {"status": 302, "location": "/elsewhere.json"},
    "an answer that never comes": {"delay": 5.0},
    "an answer in drips": {"drip": 0.05},
}


@pytest.fixture(params=FAULTS)
def fault(request):
    return FAULTS[request.param]


def test_without_any_key_nobody_can_tell_and_503_says_when_to_come_back(db, served_pool, fault):
    vars(served_pool).update(fault)
    client = client_of(id_token())
    started = time.monotonic()

    with CaptureQueriesContext(connection) as queries:
        answers = [client.get(ME) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [503] * 3
    assert answers[0].json()["errors"][0]["code"] == "sign_in_unavailable"
    assert all(1 <= int(answer["Retry-After"]) <= 30 for answer in answers)
    assert time.monotonic() - started < 5  # one wait of two seconds, not three
    assert served_pool.visits == 1
    assert len(queries) == 0


def test_a_key_server_that_is_not_there_is_a_503(db, served_pool):
    served_pool.server_close()

    response = client_of(id_token()).get(ME)

    assert response.status_code == 503


def test_known_keys_go_on_for_a_day_whatever_the_key_server_does(key_server, keys, clock, fault):
    known = keys.find("one")
    vars(key_server).update(fault)

    clock.now += STALE_SECONDS - 1
    assert keys.find("one") is known
    assert key_server.visits == 2

    clock.now += 1
    with pytest.raises(KeysUnavailable) as refusal:
        keys.find("one")
    assert 1 <= refusal.value.retry_after <= COOL_DOWN_SECONDS


def test_a_dead_key_server_is_asked_once_a_minute_and_its_return_is_noticed(key_server, keys, clock):
    key_server.status = 500
    for _ in range(5):
        with pytest.raises(KeysUnavailable):
            keys.find("one")
    key_server.status = 200

    clock.now += 30

    assert numbers(keys.find("one")) == numbers(private_key().public_key())
    assert key_server.visits == 2


def test_unknown_keys_make_one_fetch_a_minute(key_server, keys, clock):
    keys.find("one")
    clock.now += 61

    assert [keys.find(f"unknown-{number}") for number in range(100)] == [None] * 100
    assert key_server.visits == 2


def test_a_rotated_key_is_found_within_a_minute_and_the_old_one_forgotten(key_server, keys, clock):
    keys.find("one")
    key_server.body = jwks(jwk("two")).encode()

    assert keys.find("two") is None
    clock.now += COOL_DOWN_SECONDS

    assert numbers(keys.find("two")) == numbers(private_key("two").public_key())
    assert keys.find("one") is None


def test_a_withdrawn_key_is_forgotten_within_the_hour_though_nobody_asks_for_another(key_server, keys, clock):
    keys.find("one")
    key_server.body = jwks(jwk("two")).encode()

    clock.now += 3600

    assert keys.find("one") is None


def test_a_clock_that_jumps_back_does_not_freeze_the_keys(key_server, keys, clock):
    keys.find("one")
    key_server.body = jwks(jwk("two")).encode()

    clock.now -= 100_000

    assert keys.find("two") is not None


def at_once(count, call):
    """What `count` threads, started together, got from `call`."""
    barrier, answers = threading.Barrier(count), []
    threads = [threading.Thread(target=lambda: (barrier.wait(), answers.append(call()))) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def test_many_threads_on_a_cold_start_fetch_once(key_server, keys):
    key_server.delay = 0.2

    found = at_once(20, lambda: keys.find("one"))

    assert len(found) == 20
    assert None not in found
    assert key_server.visits == 1


def test_while_one_thread_refreshes_the_others_go_on_with_the_key_they_know(key_server, keys, clock):
    keys.find("one")
    clock.now += 3600
    key_server.delay = 1.0
    waits = []

    def timed():
        started = time.monotonic()
        keys.find("one")
        waits.append(time.monotonic() - started)

    at_once(10, timed)

    assert sorted(waits)[8] < 0.5
    assert key_server.visits == 2


def test_pinned_keys_are_never_fetched(db, pool, key_server):
    pool.COGNITO_JWKS_URL = key_server.url
    make_user("newcomer")

    good = client_of(id_token()).get(ME)
    unknown = client_of(sign(claims(), {"kid": "two"})).get(ME)

    assert (good.status_code, unknown.status_code) == (200, 401)
    assert key_server.visits == 0


def test_of_two_keys_with_one_id_the_first_counts():
    keys = parse_key_set(jwks(jwk("one"), jwk("two", kid="one")))

    assert numbers(keys["one"]) == numbers(private_key("one").public_key())


def test_use_and_algorithm_may_be_left_unsaid():
    entry = {name: value for name, value in jwk().items() if name not in {"use", "alg", "key_ops"}}

    assert list(parse_key_set(jwks(entry))) == ["one"]


@pytest.mark.parametrize(
    "changes",
    [
        {"kty": "EC"},
        {"use": "enc"},
        {"alg": "RS512"},
        {"kid": 1},
        {"n": 7},
        {"n": ""},
        {"n": "AAAA"},
        {"e": ""},
        {"e": "AA"},
        {"e": "Ag"},
        {"n": "_" * 60_000},
    ],
)
def test_an_entry_that_is_no_signature_key_is_passed_over(changes):
    assert list(parse_key_set(jwks(jwk(**changes), jwk("two")))) == ["two"]
    with pytest.raises(KeySetError):
        parse_key_set(jwks(jwk(**changes)))
