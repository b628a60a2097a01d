"""Staff's log-in: wrong passwords run out in the admin as in the API's pages, and nobody learns which names exist."""

import logging
import re
import threading
from datetime import timedelta

import pytest
from django.conf import global_settings
from django.contrib.auth import SESSION_KEY, authenticate, get_user_model
from django.contrib.auth.hashers import get_hasher
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client, RequestFactory
from django.utils import timezone
from django.utils.module_loading import import_string

from kloppocar import settings as ours
from tests.make import make_user

PASSWORD = "garage-and-road-1"
ADMIN, API = "/admin/login/", "/api/auth/login/"
LONG = 10_000_000  # no window ends within a test
SPENT = "Too many wrong passwords. Please try again in"


@pytest.fixture(autouse=True)
def small_budgets(settings):
    """Small budgets."""
    settings.THROTTLE_RATES = settings.THROTTLE_RATES | {
        "log_ins": (3, LONG),
        "log_ins_of_address": (6, LONG),
        "log_ins_of_name": (7, LONG),
    }


@pytest.fixture
def boss(db):
    return get_user_model().objects.create_superuser("Boss", PASSWORD)


def log_in(path=ADMIN, name="Boss", password="wrong", address="203.0.113.9"):
    return Client(REMOTE_ADDR=address).post(path, {"username": name, "password": password})


def outcome(response):
    """in, wrong, or spent."""
    if response.status_code == 302:
        return "in"
    (sentence,) = response.context["form"].non_field_errors()
    return "spent" if sentence.startswith(SPENT) else "wrong"


def test_who_guessed_too_often_is_refused_the_right_password_as_well(boss, caplog):
    with caplog.at_level(logging.WARNING):
        outcomes = [outcome(log_in()) for _ in range(4)]

    assert outcomes == ["wrong", "wrong", "wrong", "spent"]
    assert outcome(log_in(password=PASSWORD)) == "spent"
    assert "Boss" not in caplog.text
    assert "log_ins are used up" in caplog.text


def test_both_forms_count_together_and_say_when_to_come_back(boss):
    outcomes = [outcome(log_in(path)) for path in (ADMIN, API, ADMIN, API)]

    assert outcomes == ["wrong", "wrong", "wrong", "spent"]
    assert "min." in log_in(API).content.decode()


def test_right_passwords_are_never_counted(boss):
    assert [outcome(log_in(path, password=PASSWORD)) for path in (ADMIN, API) * 5] == ["in"] * 10


@pytest.mark.parametrize("name", ["boss", "BOSS", " Boss ", "ᴮoss"])
def test_another_spelling_of_a_name_is_the_same_name(boss, name):
    for _ in range(3):
        log_in(name=name)

    assert outcome(log_in(password=PASSWORD)) == "spent"
    assert outcome(log_in(name=name, password=PASSWORD, address="198.51.100.7")) == "in"


@pytest.mark.parametrize("name", ["Böss", "Boss\u200b", "Boss\u0301"])
def test_a_name_that_looks_alike_is_another(boss, name):
    assert outcome(log_in(name=name, password=PASSWORD)) == "wrong"


def test_an_address_runs_out_whatever_the_names_and_stops_no_other(boss):
    outcomes = [outcome(log_in(name=f"name{number}")) for number in range(7)]

    assert outcomes == ["wrong"] * 6 + ["spent"]
    assert outcome(log_in(password=PASSWORD)) == "spent"
    assert outcome(log_in(password=PASSWORD, address="198.51.100.7")) == "in"


def test_one_address_alone_locks_nobody_out_elsewhere(boss):
    for _ in range(20):
        log_in()

    assert outcome(log_in(password=PASSWORD, address="198.51.100.7")) == "in"


def test_many_addresses_together_run_out_for_one_name(boss):
    outcomes = [outcome(log_in(address=f"198.51.100.{number}")) for number in range(8)]

    assert outcomes == ["wrong"] * 7 + ["spent"]
    assert outcome(log_in(password=PASSWORD, address="192.0.2.1")) == "spent"


def test_the_budgets_of_the_settings_leave_other_addresses_room():
    (tries, seconds), (of_name, window) = (ours.THROTTLE_RATES[name] for name in ("log_ins", "log_ins_of_name"))

    assert tries * (window // seconds) < of_name <= 100  # NIST SP 800-63B, 5.2.2


def test_a_setting_that_turns_budgets_off_does_not_turn_off_this_one(boss, settings):
    settings.THROTTLING = False

    assert [outcome(log_in()) for _ in range(4)][-1] == "spent"


def test_of_many_passwords_at_once_no_more_are_looked_at_than_there_are_tries(real_db, settings, monkeypatch):
    get_user_model().objects.create_superuser("Boss", PASSWORD)
    settings.THROTTLE_RATES = settings.THROTTLE_RATES | {"log_ins": (5, LONG), "log_ins_of_address": (50, LONG)}
    request, barrier, looked_at = RequestFactory().post(ADMIN), threading.Barrier(16), []
    check = get_user_model().check_password
    monkeypatch.setattr(
        get_user_model(), "check_password", lambda *args: looked_at.append(1) or check(*args), raising=True
    )

    def run():
        barrier.wait()
        try:
            authenticate(request, username="boss", password="wrong")
        except ValidationError as error:
            outcomes.append(error)
        connection.close()

    outcomes = []
    threads = [threading.Thread(target=run) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(looked_at) == 5
    assert {error.code for error in outcomes} == {"throttled"}
    assert len(outcomes) == 11


# --- Nobody learns which names exist ------------------------------------------------------------------------------


@pytest.mark.parametrize("path", [ADMIN, API])
def test_a_name_that_nobody_has_and_a_wrong_password_look_alike(boss, path):
    player = make_user("player")
    blocked = get_user_model().objects.create_superuser("Blocked", PASSWORD, is_active=False)
    names = ["nobody", "Boss", player.username, blocked.username]

    pages = {
        page_without_what_was_typed(log_in(path, name, address=f"192.0.2.{n}"), name) for n, name in enumerate(names)
    }
    blocked_in = page_without_what_was_typed(log_in(path, "Blocked", PASSWORD, "192.0.2.99"), "Blocked")

    assert len(pages) == 1
    assert {blocked_in} == pages


def page_without_what_was_typed(response, name):
    text = re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", response.content.decode())
    return response.status_code, text.replace(f'value="{name}"', "")


@pytest.mark.parametrize("name", ["nobody", "Boss", "player", "Blocked"])
def test_every_name_costs_one_hash(boss, name, monkeypatch):
    make_user("player")
    get_user_model().objects.create_superuser("Blocked", PASSWORD, is_active=False)
    hasher, hashed = type(get_hasher()), []
    encode = hasher.encode
    monkeypatch.setattr(hasher, "encode", lambda *args: hashed.append(1) or encode(*args))

    log_in(name=name)

    assert len(hashed) == 1


# --- Sessions ---------------------------------------------------------------------------------------------------


def test_a_log_in_begins_another_session_and_a_log_out_ends_it(boss):
    browser = Client()
    session = browser.session
    session["planted"] = "by somebody else"
    session.save()
    planted = session.session_key

    browser.post(ADMIN, {"username": "Boss", "password": PASSWORD})
    held = browser.session.session_key
    browser.post("/admin/logout/")

    assert held != planted
    assert not Session.objects.filter(pk__in=[planted, held]).exists()


def test_a_new_password_ends_every_other_session(boss):
    here, there = Client(), Client()
    for browser in (here, there):
        browser.post(ADMIN, {"username": "Boss", "password": PASSWORD})

    new = {"old_password": PASSWORD, "new_password1": "road-and-garage-2", "new_password2": "road-and-garage-2"}
    changed = here.post("/admin/password_change/", new)

    assert changed.status_code == 302
    assert [browser.get("/admin/").status_code for browser in (here, there)] == [200, 302]


def test_who_is_blocked_or_no_longer_staff_is_out_at_once(boss):
    browser = Client()
    browser.post(ADMIN, {"username": "Boss", "password": PASSWORD})
    assert SESSION_KEY in browser.session

    type(boss).objects.update(is_active=False)

    assert browser.get("/admin/").status_code == 302
    assert browser.get("/api/v1/distributions/", headers={"accept": "application/json"}).status_code == 401


def test_a_session_lasts_a_working_day_and_its_cookie_is_for_us_alone(boss, settings):
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True

    cookies = log_in(password=PASSWORD).cookies
    (session,) = Session.objects.all()

    assert cookies["sessionid"]["httponly"]
    assert {cookie["samesite"] for cookie in cookies.values()} == {"Lax"}
    assert {cookie["secure"] for cookie in cookies.values()} == {True}
    assert timedelta(hours=11) < session.expire_date - timezone.now() <= timedelta(hours=12)


def test_a_session_that_is_over_opens_nothing(boss):
    browser = Client()
    browser.post(ADMIN, {"username": "Boss", "password": PASSWORD})

    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))

    assert browser.get("/admin/").status_code == 302


@pytest.mark.parametrize("path", [ADMIN, API])
@pytest.mark.parametrize(
    "there", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)"]
)
def test_a_log_in_leads_to_no_other_site(boss, path, there):
    response = Client().post(f"{path}?next={there}", {"username": "Boss", "password": PASSWORD, "next": there})

    assert response.status_code == 302
    assert response["Location"].startswith(("/admin/", "/api/v1/"))


# --- Passwords --------------------------------------------------------------------------------------------------


def test_passwords_are_hashed_as_owasp_asks():
    preferred = import_string(global_settings.PASSWORD_HASHERS[0])()

    assert "PASSWORD_HASHERS" not in vars(ours)
    assert preferred.algorithm == "pbkdf2_sha256"
    assert preferred.iterations >= 600_000
