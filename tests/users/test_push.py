"""Pushes through an emulated SNS: in each person's language, in batches, at most once, resumable."""

import json
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import boto3
import pytest
from django.db import connection
from django.utils import timezone

from kloppocar import aws as way
from tests.make import DAY, make_device, make_message, make_user
from users import sns
from users.models import Notification, PushDevice, PushRun, User
from users.services import publishing, push
from users.services.push import send_pushes


@pytest.fixture
def application(aws, settings):
    settings.AWS_REGION = "eu-central-1"
    client = boto3.client("sns", region_name=settings.AWS_REGION)
    made = client.create_platform_application(Name="app", Platform="GCM", Attributes={"PlatformCredential": "key"})
    settings.SNS_PLATFORM_APPLICATION_ARN = made["PlatformApplicationArn"]
    return client


@pytest.fixture
def people(db):
    """Two with a device each, one of them German."""
    people = [make_user("alice"), make_user("gerd", language="de")]
    User.objects.update(created_at=timezone.now() - DAY)
    for person in people:
        make_device(person, token=f"phone-of-{person.username}")
    return people


def message(*to, **fields):
    texts = {"header": {"en": "Hello", "de": "Hallo"}, "body": {"en": "Come"}, "link": "https://a.example/"}
    return make_message(*to, push=True, **texts | fields)


def pushed(application):
    """What arrived, by device token."""
    from moto.core import DEFAULT_ACCOUNT_ID
    from moto.sns import sns_backends

    arrived = {}
    for endpoint in sns_backends[DEFAULT_ACCOUNT_ID]["eu-central-1"].platform_endpoints.values():
        arrived[endpoint.token] = [json.loads(text) for text in endpoint.messages.values()]
    return arrived


def test_everybody_is_told_once_in_their_language(application, people):
    sent = message()

    assert send_pushes() == Counter(sent=2)
    assert send_pushes() == Counter()

    arrived = pushed(application)
    assert {token: len(texts) for token, texts in arrived.items()} == {"phone-of-alice": 1, "phone-of-gerd": 1}
    google = json.loads(arrived["phone-of-gerd"][0]["GCM"])
    assert google["notification"] == {"title": "Hallo", "body": "Come"}
    assert google["data"] == {"notification": str(sent.pk), "link": "https://a.example/"}
    apple = json.loads(arrived["phone-of-alice"][0]["APNS"])
    assert apple["aps"]["alert"] == {"title": "Hello", "body": "Come"}
    run = PushRun.objects.get()
    assert (run.sent, run.failed, run.dropped) == (2, 0, 0)
    assert run.finished_at
    assert all(device.endpoint_arn for device in PushDevice.objects.all())


@pytest.mark.parametrize(
    "fields",
    [{"push_enabled": False}, {"is_active": False}, {"status": "deleted"}, {"created_at": timezone.now() + DAY}],
)
def test_nobody_is_told_who_does_not_want_it_has_left_or_came_later(application, people, fields):
    User.objects.filter(username="gerd").update(**fields)
    message()

    send_pushes()

    assert list(pushed(application)) == ["phone-of-alice"]


def test_only_what_is_published_and_wants_a_push_is_pushed(application, people):
    message(published_at=None)
    make_message()

    assert send_pushes() == Counter()
    assert not PushRun.objects.exists()


def test_selected_people_alone_are_told_and_those_who_are_added_later_too(application, people):
    alice, gerd = people
    sent = message(gerd)
    make_device(gerd, token="tablet-of-gerd")

    assert send_pushes() == Counter(sent=2)
    publishing.add_recipients(message=sent, ids=[alice.pk, gerd.pk])
    assert send_pushes() == Counter(sent=1)
    assert send_pushes() == Counter()

    assert {token: len(texts) for token, texts in pushed(application).items()} == {
        "phone-of-alice": 1,
        "phone-of-gerd": 1,
        "tablet-of-gerd": 1,
    }


def test_it_goes_on_where_the_invocation_before_had_to_stop(application, people, monkeypatch):
    monkeypatch.setattr(push, "BATCH", 3)
    for number in range(8):
        make_device(people[0], token=f"phone-{number}")
    message()

    sums = [send_pushes(batches=1).total() for _ in range(5)]

    assert sums == [3, 3, 3, 1, 0]
    assert {len(texts) for texts in pushed(application).values()} == {1}
    assert send_pushes(seconds=0) == Counter()


def test_a_batch_that_died_is_lost_and_nobodys_phone_rings_twice(application, people, monkeypatch):
    monkeypatch.setattr(push, "BATCH", 1)
    message()

    def die(*args):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(push, "send_batch", die)
        with pytest.raises(KeyboardInterrupt):
            send_pushes()

    assert send_pushes() == Counter(sent=1)
    assert list(pushed(application)) == ["phone-of-gerd"]


def test_dead_devices_are_dropped_and_forgotten_endpoints_made_anew(application, people):
    message()
    send_pushes()
    dead, forgotten = (device.endpoint_arn for device in PushDevice.objects.order_by("id"))
    application.set_endpoint_attributes(EndpointArn=dead, Attributes={"Enabled": "false"})
    application.delete_endpoint(EndpointArn=forgotten)
    second = message()

    assert send_pushes() == Counter(sent=1, dropped=1)

    device = PushDevice.objects.get()
    assert (device.user, PushRun.objects.get(notification=second).dropped) == (people[1], 1)
    assert device.endpoint_arn not in {dead, forgotten}


def test_an_endpoint_that_sns_has_already_is_used(application, people, settings):
    made = application.create_platform_endpoint(
        PlatformApplicationArn=settings.SNS_PLATFORM_APPLICATION_ARN,
        Token="phone-of-alice",
        CustomUserData="somebody",
    )
    message()

    assert send_pushes() == Counter(sent=2)
    assert PushDevice.objects.get(token="phone-of-alice").endpoint_arn == made["EndpointArn"]


def test_an_endpoint_of_another_application_is_not_used(application, people):
    PushDevice.objects.update(endpoint_arn="arn:aws:sns:eu-central-1:123456789012:endpoint/GCM/before/1")
    message()

    assert send_pushes() == Counter(sent=2)


def test_while_sns_is_down_nothing_is_lost(application, people, monkeypatch, caplog):
    message()

    def down(*args, **kwargs):
        raise way.AWSError("SNS cannot be asked: down")

    with monkeypatch.context() as patch:
        patch.setattr(sns, "make_endpoint", down)
        assert send_pushes() == Counter(unreachable=2)
        assert send_pushes() == Counter(unreachable=2)

    assert "cannot be reached" in caplog.text
    assert send_pushes() == Counter(sent=2)
    assert PushRun.objects.get().failed == 0


def test_yesterdays_push_is_not_sent_any_more(application, people):
    message(published_at=timezone.now() - timedelta(hours=25))

    assert send_pushes() == Counter()
    assert PushRun.objects.get().finished_at
    assert pushed(application) == {}


def test_without_a_platform_application_it_says_so_once_and_goes_on(people, caplog):
    message()

    assert send_pushes() == send_pushes() == Counter()

    assert caplog.text.count("SNS_PLATFORM_APPLICATION_ARN is not set") == 1
    assert Notification.objects.get().published_at


def test_a_long_text_is_shortened(people):
    payload = json.loads(sns.payload_of(Notification(pk=1, header={"en": "Hi"}, body={"en": "word " * 100}), "en"))

    body = json.loads(payload["GCM"])["notification"]["body"]
    assert len(body) <= sns.LONGEST_BODY
    assert body.endswith("word…")


def test_two_events_at_once_share_the_devices(real_db, application, monkeypatch):
    monkeypatch.setattr(push, "BATCH", 3)
    person = make_user("alice", created_at=timezone.now() - DAY)
    User.objects.update(created_at=timezone.now() - DAY)
    for number in range(20):
        make_device(person, token=f"phone-{number}")
    message()
    barrier = threading.Barrier(3)

    def work(_):
        barrier.wait()
        try:
            return send_pushes()
        finally:
            connection.close()

    with ThreadPoolExecutor(3) as threads:
        totals = list(threads.map(work, range(3)))

    assert sum(totals, Counter()) == Counter(sent=20)
    assert [len(texts) for texts in pushed(application).values()] == [1] * 20
    assert PushRun.objects.get().sent == 20
