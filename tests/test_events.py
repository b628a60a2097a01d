"""Lambda events, through the very handler that Zappa calls, with the map that it would pack."""

import copy
import json
import logging
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.db import DataError, connection
from django.utils import timezone
from rest_framework.test import APIClient

from collectibles.models import Copy, DistributionKind
from kloppocar.management.commands import event as event_command
from tests.make import make_collectible, make_distribution, make_user
from tests.samples import SUB, confirmed, prepare_handler, sample
from users import local_issuer
from users.models import PushDevice, User

STAGES = ["dev", "staging", "production"]


@pytest.fixture(scope="module", autouse=True)
def _handler():
    prepare_handler()


@pytest.fixture
def deliver():
    return event_command.run


@pytest.mark.parametrize("stage", STAGES)
def test_every_stage_maps_both_triggers_and_runs_safely(stage):
    packed = event_command.packaged_settings(stage)

    assert packed.COGNITO_TRIGGER_MAPPING == {
        "PostConfirmation_ConfirmSignUp": "kloppocar.events.post_confirmation",
        "PostConfirmation_ConfirmForgotPassword": "kloppocar.events.post_confirmation",
    }
    assert vars(packed).items() >= {"API_STAGE": stage, "LOG_LEVEL": "INFO", "DEBUG": False}.items()


def test_a_confirmed_sign_up_makes_a_person_with_their_device(db, deliver):
    event = confirmed({"push_notifications_enabled": "false", "platform": "IOS"})

    answer = deliver(copy.deepcopy(event))

    assert answer == event
    user = User.objects.get()
    assert (user.cognito_sub, user.email, user.status) == (SUB, "newcomer@example.com", "onboarding")
    assert (user.push_enabled, user.is_staff) == (False, False)
    device = PushDevice.objects.get()
    assert (device.user, device.platform, device.token) == (user, "ios", "example-device-token:APA91b")


def test_a_new_password_changes_nothing(db, deliver):
    event = sample("new_password_confirmed")

    answer = deliver(copy.deepcopy(event))

    assert answer == event
    assert not User.objects.exists()


def test_a_second_delivery_makes_nobody_new(db, deliver):
    answers = [deliver(confirmed()) for _ in range(3)]

    assert answers == [confirmed()] * 3
    assert User.objects.count() == PushDevice.objects.count() == 1


def test_the_first_token_may_come_before_the_event(db, deliver):
    token = local_issuer.access_token(sub=SUB)
    APIClient(HTTP_AUTHORIZATION=f"Bearer {token}").get("/api/v1/users/me/")

    deliver(confirmed())

    assert User.objects.get().email == "newcomer@example.com"
    assert PushDevice.objects.count() == 1


def test_only_a_new_person_gets_the_starter_campaigns_copy(db, deliver):
    make_user("alice", cognito_sub=SUB)
    make_distribution(make_collectible(), kind=DistributionKind.STARTER)

    deliver(confirmed())
    deliver(confirmed(sub="sub-new"))

    assert Copy.objects.get().owner.cognito_sub == "sub-new"


def test_nothing_that_a_person_sends_gives_them_rights(db, deliver):
    claims = {"is_staff": "true", "is_superuser": "true", "role": "admin", "status": "active", "score": "9"}
    more = {f"custom:{name}": value for name, value in claims.items()} | {"cognito:groups": "admin"}

    deliver(confirmed(claims | {"email": "boss@example.com", "sub": "sub-boss"}, **claims, **more))

    user = User.objects.get()
    assert (user.is_staff, user.is_superuser, user.score, user.status) == (False, False, 0, "onboarding")
    assert (user.cognito_sub, user.email) == (SUB, "newcomer@example.com")


def test_an_address_that_is_said_to_be_unverified_is_not_kept(db, deliver):
    deliver(confirmed(email_verified="false"))

    assert User.objects.get().email is None


LONG = "x" * 2048
NASTY = [
    "😀",
    "a\x00b",
    "a\r\nINFO forged: line",
    "\ud83d",
    "\u202egnp.exe",
    LONG,
    "",
    " ",
    None,
    7,
    True,
    [],
    {"a": 1},
]


@pytest.mark.parametrize("value", NASTY)
@pytest.mark.parametrize("name", ["email", "custom:note", "name", "email_verified", "locale"])
def test_no_attribute_loses_a_sign_up(db, deliver, caplog, name, value):
    event = confirmed(**{name: value})

    answer = deliver(copy.deepcopy(event))

    assert answer == event
    assert User.objects.get().cognito_sub == SUB
    assert "forged" not in caplog.text


@pytest.mark.parametrize("value", NASTY)
@pytest.mark.parametrize("name", ["fcm_device_token", "platform", "push_notifications_enabled", "unknown"])
def test_no_metadata_loses_a_sign_up(db, deliver, caplog, name, value):
    event = confirmed({name: value})

    answer = deliver(copy.deepcopy(event))

    assert answer == event
    assert User.objects.get().cognito_sub == SUB
    assert "forged" not in caplog.text


@pytest.mark.parametrize("sub", [value for value in NASTY if value not in (7, True)] + ["x" * 65, "a b", ...])
def test_without_a_usable_sub_nobody_is_made(db, deliver, caplog, sub):
    event = confirmed(sub=sub)

    answer = deliver(copy.deepcopy(event))

    assert answer == event
    assert not User.objects.exists()
    assert [record.fields["reason"] for record in caplog.records if record.levelname == "ERROR"] == ["no usable sub"]
    assert "forged" not in caplog.text


@pytest.mark.parametrize("request_part", [None, [], "x", {}, {"userAttributes": None}, {"userAttributes": [1]}])
def test_an_event_without_its_parts_is_returned_all_the_same(db, deliver, request_part):
    event = sample("sign_up_confirmed") | {"request": request_part}

    assert deliver(copy.deepcopy(event)) == event
    assert not User.objects.exists()


@pytest.mark.parametrize(
    ("configured", "named", "made"),
    [
        ("eu-central-1_ours", "eu-central-1_ours", True),
        ("eu-central-1_ours", "eu-central-1_local", False),
        ("eu-central-1_ours", "eu-central-1_ours\n", False),
        ("eu-central-1_ours", None, False),
        ("eu-central-1_ours", ["eu-central-1_ours"], False),
        ("", "eu-central-1_local", True),  # locally no pool need be configured
    ],
)
def test_an_event_of_another_pool_makes_nobody(db, deliver, settings, caplog, configured, named, made):
    settings.COGNITO_USER_POOL_ID = configured
    event = confirmed() | {"userPoolId": named}

    answer = deliver(copy.deepcopy(event))

    assert answer == event
    assert User.objects.exists() is made
    assert [getattr(record, "fields", {}).get("reason") for record in caplog.records] == (
        [] if made else ["another user pool"]
    )


def test_outside_local_no_event_is_taken_without_a_configured_pool(db, deliver, settings):
    settings.LOCAL, settings.COGNITO_USER_POOL_ID = False, ""

    deliver(confirmed() | {"userPoolId": ""})

    assert not User.objects.exists()


def test_a_failure_is_logged_without_the_person_and_the_event_comes_back(deliver, caplog):
    event = confirmed()  # and no database: this test has asked for none

    answer = deliver(copy.deepcopy(event))

    assert answer == event
    (record,) = [record for record in caplog.records if record.levelname == "ERROR"]
    assert record.fields["error"] == "RuntimeError"
    assert record.fields["at"][0].startswith("post_confirmation:")
    assert "example.com" not in f"{record.getMessage()} {record.fields}"


def test_a_database_that_quotes_the_person_is_not_repeated_in_the_log(db, deliver, caplog):
    def quoting(execute, sql, params, many, context):
        if sql.startswith("INSERT"):
            raise DataError(1406, f"Data too long: {params}")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(quoting):
        answer = deliver(confirmed())

    assert answer == confirmed()
    (record,) = [record for record in caplog.records if record.levelname == "ERROR"]
    assert (record.fields["error"], record.fields["number"]) == ("DataError", 1406)
    assert "example.com" not in f"{record.getMessage()} {record.fields} {caplog.text}"


@pytest.mark.parametrize("name", ["api_gateway_v1", "api_gateway_v2"])
@pytest.mark.parametrize(("signed_in", "status"), [(False, 401), (True, 200)])
def test_requests_of_either_gateway_reach_the_api(real_db, deliver, name, signed_in, status):
    make_user("alice")
    event = sample(name)
    old_path, new_path = "/api/v1/ranks/", "/api/v1/users/me/"
    event |= {key: event[key].replace(old_path, new_path) for key in ("path", "rawPath") if key in event}
    event |= {"queryStringParameters": None, "multiValueQueryStringParameters": None, "rawQueryString": ""}
    if signed_in:
        token = local_issuer.access_token(sub="sub-alice")
        event["headers"]["authorization"] = f"Bearer {token}"
        event.get("multiValueHeaders", {})["Authorization"] = [f"Bearer {token}"]

    answer = deliver(event)

    assert answer["statusCode"] == status
    assert (json.loads(answer["body"]).get("username") == "alice") is signed_in


@pytest.mark.parametrize("name", ["api_gateway_v1", "api_gateway_v2"])
def test_the_sample_requests_are_answered(real_db, deliver, name):
    answer = deliver(sample(name))

    assert answer["statusCode"] == 200
    assert json.loads(answer["body"])["results"] == []


@pytest.mark.parametrize("name", ["api_gateway_v1", "api_gateway_v2"])
def test_a_requests_log_line_names_the_gateways_id_and_whether_it_was_the_first(real_db, deliver, caplog, name):
    with caplog.at_level(logging.INFO):
        deliver(sample(name))
        deliver(sample(name))

    lines = [record for record in caplog.records if record.levelno >= logging.INFO]
    assert [record.name for record in lines] == ["kloppocar.request"] * 2  # Zappa's own would hold path and query
    fields = lines[-1].fields
    assert fields["gateway_request_id"] == sample(name)["requestContext"]["requestId"]
    assert (fields["method"], fields["route"], fields["status"]) == ("GET", "rank-list", 200)
    assert (fields["cold"], fields["user_id"]) == (False, None)
    assert "page_size" not in json.dumps(fields)


def test_the_daily_event_clears_old_sessions(db, deliver):
    now = timezone.now()
    Session.objects.create(session_key="old", session_data="", expire_date=now - timedelta(days=1))
    Session.objects.create(session_key="new", session_data="", expire_date=now + timedelta(days=1))

    answer = deliver(sample("scheduled"))

    assert answer is None
    assert [session.session_key for session in Session.objects.all()] == ["new"]
