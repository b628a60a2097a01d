"""Messages that staff compose: scheduled, looked at, sent to selected people, and published exactly once."""

import json
import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from kloppocar import events
from tests.make import DAY, make_device, make_message, make_notification, make_user
from tests.samples import prepare_handler, sample
from users.models import Notification, NotificationReceipt, User
from users.services import publishing

URL = "/api/v1/notifications/"


def compose(client, **fields):
    body = {"header": {"en": "Hello"}, "publish_at": (timezone.now() + DAY).isoformat(), **fields}
    return client.post(URL, body)


def test_what_is_planned_is_published_when_its_time_has_come(api, joined_long_ago):
    planned = compose(api("staff")).json()
    assert planned["published_at"] is None
    assert api("bob").get("/api/v1/inbox/").json()["results"] == []

    assert publishing.publish_due(now=timezone.now()) == 0
    assert publishing.publish_due(now=timezone.now() + 2 * DAY) == 1
    assert publishing.publish_due(now=timezone.now() + 3 * DAY) == 0

    assert [row["id"] for row in api("bob").get("/api/v1/inbox/").json()["results"]] == [planned["id"]]


@pytest.fixture
def joined_long_ago(cast):
    User.objects.update(created_at=timezone.now() - 100 * DAY)


def test_a_time_in_the_past_publishes_at_once(api, joined_long_ago):
    past = (timezone.now() - 3 * DAY).isoformat()

    at_once = compose(api("staff"), publish_at=past).json()
    planned = compose(api("staff")).json()
    changed = api("staff").patch(f"{URL}{planned['id']}/", {"publish_at": past}).json()

    for message in (at_once, changed):
        assert abs(datetime.fromisoformat(message["published_at"]) - timezone.now()).total_seconds() < 60
    assert changed["version"] == 3
    assert api("bob").get("/api/v1/inbox/unread_count/").json() == {"unread_count": 2}


def test_publishing_is_one_statement_whoever_it_reaches(db, django_assert_num_queries):
    for number in range(20):
        make_user(f"user{number}")
    make_notification(publish_at=timezone.now() - DAY)

    with CaptureQueriesContext(connection) as queries:
        publishing.publish_due()

    assert [query["sql"].split()[0] for query in queries] == ["UPDATE"]
    assert not NotificationReceipt.objects.exists()


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"header": {"en": "Hello!"}}, 200),
        ({"audience": "everyone", "push": False}, 200),  # as it is
        ({"audience": "selected"}, 409),
        ({"is_welcome": True}, 409),
        ({"push": True}, 409),
        ({"publish_at": "2030-01-01T00:00:00Z"}, 409),
    ],
)
def test_what_is_published_can_be_mended_but_not_sent_to_others(api, change, status):
    message = make_message()

    answer = api("staff").patch(f"{URL}{message.id}/", change)

    assert answer.status_code == status
    if status == 409:
        assert answer.json()["errors"][0]["code"] == "already_published"


@pytest.mark.parametrize(
    "bad",
    [
        {"header": {"fr": "Bonjour"}},
        {"header": {}},
        {"header": {"en": " "}},
        {"body": "text"},
        {"publish_at": "soon"},
        {"publish_at": None},
        {"audience": "friends"},
        {"audience": "selected", "is_welcome": True},
        {"link": "javascript:alert(1)"},
    ],
)
def test_what_cannot_be_published_is_refused(api, bad):
    assert compose(api("staff"), **bad).status_code == 400
    assert not Notification.objects.exists()


def test_the_preview_shows_every_language_and_whom_it_reaches(api, alice, bob):
    make_device(alice)
    make_device(bob)
    User.objects.filter(username="bob").update(push_enabled=False)
    make_user("gone", status="deleted", is_active=False)
    message = compose(api("staff"), header={"en": "Hello", "de": "Hallo"}, body={"en": "Come"}, push=True).json()

    preview = api("staff").get(f"{URL}{message['id']}/preview/").json()

    assert preview["languages"] == {
        "en": {"header": "Hello", "body": "Come", "missing": []},
        "de": {"header": "Hallo", "body": "Come", "missing": ["body"]},
    }
    assert (preview["people"], preview["devices"], preview["push"]) == (4, 1, None)
    assert (preview["publish_at"], preview["published_at"]) == (message["publish_at"], None)


# --- Selected people ----------------------------------------------------------------------------------------------


def test_selected_people_are_added_in_batches(api, alice, bob, joined_long_ago):
    message = make_message(alice, published_at=timezone.now())
    url = f"{URL}{message.id}/recipients/"

    first = api("staff").post(url, {"users": [alice.id, bob.id, bob.id]})
    again = api("staff").post(url, {"users": [bob.id]})

    assert (first.status_code, first.json()) == (201, {"added": 1, "recipients": 2})
    assert again.json() == {"added": 0, "recipients": 2}
    listed = api("staff").get(url).json()["results"]
    assert [row["user"]["username"] for row in listed] == ["alice", "bob"]
    assert api("bob").get("/api/v1/inbox/unread_count/").json() == {"unread_count": 1}
    assert api("staff").get(f"{URL}{message.id}/preview/").json()["people"] == 2


@pytest.mark.parametrize(
    ("users", "code"),
    [
        ([], "empty"),
        (list(range(1, 10_001)), "max_length"),
        ([0], "min_value"),
        ([10**18 * 10], "max_value"),
        (["x"], "invalid"),
        ("everyone", "not_a_list"),
        (None, "null"),
    ],
)
def test_recipients_that_cannot_be_are_refused(api, users, code):
    message = make_notification(audience="selected")

    answer = api("staff").post(f"{URL}{message.id}/recipients/", {"users": users})

    assert answer.status_code == 400
    error = answer.json()["errors"][0]
    assert error["code"] == code
    assert code != "max_length" or "1000" in error["detail"]


def test_somebody_unknown_among_them_adds_nobody(api, alice):
    message = make_notification(audience="selected")
    gone = make_user("gone", status="deleted")

    answer = api("staff").post(f"{URL}{message.id}/recipients/", {"users": [alice.id, gone.id, 10**9]})

    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, "unknown_recipients")
    assert answer.json()["extra"]["unknown"] == [gone.id, 10**9]
    assert not NotificationReceipt.objects.exists()


def test_a_broadcast_has_no_recipients(api, alice):
    answer = api("staff").post(f"{URL}{make_notification().id}/recipients/", {"users": [alice.id]})

    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (409, "not_selected")


def test_a_thousand_recipients_cost_a_handful_of_statements(api, db):
    message = make_notification(audience="selected")
    people = User.objects.bulk_create(User(username=f"u{number}", cognito_sub=f"u{number}") for number in range(1000))

    with CaptureQueriesContext(connection) as queries:
        added = publishing.add_recipients(message=message, ids=[person.pk for person in people])

    assert added == {"added": 1000, "recipients": 1000}
    assert len(queries) < 20


# --- The schedule -------------------------------------------------------------------------------------------------


def test_every_stage_publishes_every_minute():
    stages = json.loads((settings.BASE_DIR / "zappa_settings.json").read_text())

    assert {"function": "kloppocar.events.every_minute", "expression": "rate(1 minute)"} in stages["dev"]["events"]


def test_the_scheduled_event_publishes_through_zappas_handler(db):
    from kloppocar.management.commands import event as event_command

    prepare_handler()
    message = make_notification(publish_at=timezone.now() - DAY, push=True)
    event = sample("scheduled")
    event["resources"] = [event["resources"][0].replace("housekeeping", "every_minute")]

    event_command.run(event)

    message.refresh_from_db()
    assert message.published_at


@pytest.mark.parametrize("broken", ["send_pushes", "complete_due"])
def test_nothing_that_fails_holds_up_publishing(db, monkeypatch, caplog, broken):
    def fail():
        raise RuntimeError("SNS is on fire")

    fail.__name__ = broken
    monkeypatch.setattr(events, broken, fail)
    make_notification(publish_at=timezone.now() - DAY)

    events.every_minute()

    assert Notification.objects.get().published_at
    assert f"{broken} failed" in caplog.text


def test_of_many_schedules_at_once_one_publishes(real_db):
    messages = [make_notification(publish_at=timezone.now() - DAY) for _ in range(5)]
    barrier = threading.Barrier(6)

    def publish(_):
        barrier.wait()
        try:
            return publishing.publish_due()
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        counts = list(pool.map(publish, range(6)))

    assert sum(counts) == 5
    assert {row.version for row in Notification.objects.all()} == {2}
    assert len(messages) == 5


DIES = """
import django, os, sys
django.setup()
from django.db import transaction, connection
from users.services.publishing import publish_due
with transaction.atomic():
    print(publish_due(), flush=True)
    sys.stdin.read()
"""


@pytest.mark.skipif(connection.vendor != "mysql", reason="the dying process has to share the suite's server")
def test_one_that_dies_half_way_has_published_nothing_and_the_next_goes_on(real_db):
    make_notification(publish_at=timezone.now() - DAY)
    at = connection.settings_dict
    url = f"mysql://{at['USER']}:{at['PASSWORD']}@{at['HOST']}:{at['PORT']}/{at['NAME']}"
    environment = os.environ | {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "kloppocar.settings"}
    dying = subprocess.Popen(
        [sys.executable, "-c", DIES], env=environment, cwd=settings.BASE_DIR, stdin=-1, stdout=-1, text=True
    )

    assert dying.stdout.readline() == "1\n"
    assert Notification.objects.get().published_at is None
    dying.kill()
    dying.communicate()
    assert publishing.publish_due() == 1
    assert Notification.objects.get().version == 2
