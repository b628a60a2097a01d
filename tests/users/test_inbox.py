"""The inbox: broadcasts since one joined, welcomes, what was sent to oneself; and what one does with them."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from itertools import chain

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from kloppocar.api.transactions import atomically
from tests.make import DAY, make_message, make_user
from users.models import NotificationReceipt, User
from users.services import inbox

URL = "/api/v1/inbox/"


def ids(response):
    assert response.status_code == 200, response.content
    return [row["id"] for row in response.json()["results"]]


def count(client):
    return client.get(f"{URL}unread_count/").json()["unread_count"]


@pytest.fixture
def joined(cast):
    """Everybody joined ten days ago."""
    User.objects.update(created_at=timezone.now() - 10 * DAY)


def test_who_gets_what(api, joined, alice, bob):
    old = make_message(published_at=timezone.now() - 11 * DAY)
    welcome = make_message(published_at=timezone.now() - 20 * DAY, is_welcome=True)
    broadcast = make_message(published_at=timezone.now() - 2 * DAY)
    for_alice = make_message(alice, published_at=timezone.now() - DAY)
    for_both = make_message(alice, bob, published_at=timezone.now() - 12 * DAY)
    planned = make_message(published_at=None)

    inboxes = {name: ids(api(name).get(URL)) for name in ("alice", "bob", "carol")}

    assert inboxes == {
        "alice": [for_alice.id, broadcast.id, for_both.id, welcome.id],
        "bob": [broadcast.id, for_both.id, welcome.id],
        "carol": [broadcast.id, welcome.id],
    }
    for hidden in (old, planned):
        assert api("alice").get(f"{URL}{hidden.id}/").status_code == 404
    assert api("carol").get(f"{URL}{for_both.id}/").status_code == 404
    assert [count(api(name)) for name in ("alice", "bob", "carol")] == [4, 3, 2]


def test_a_message_in_the_readers_language(api, joined, alice):
    message = make_message(
        header={"en": "Hello", "de": "Hallo"}, body={"en": "Come"}, is_welcome=True, link="https://a.example"
    )
    User.objects.filter(pk=alice.pk).update(language="de")

    mine = api("alice").get(f"{URL}{message.id}/").json()
    english = api("alice").get(f"{URL}{message.id}/?lang=en").json()
    bobs = api("bob").get(f"{URL}{message.id}/").json()

    assert mine["header"] == {"en": "Hello", "de": "Hallo"}
    assert mine["localized"] == {"header": "Hallo", "body": "Come"}
    assert english["localized"]["header"] == "Hello"
    assert "localized" not in bobs
    assert (mine["read"], mine["archived"], mine["link"]) == (False, False, "https://a.example")
    assert api("alice").get(f"{URL}?lang=tlh").status_code == 400


def test_an_old_welcome_is_received_on_joining(api, joined, alice):
    old = make_message(published_at=timezone.now() - 20 * DAY, is_welcome=True)
    alice.refresh_from_db()

    assert api("alice").get(f"{URL}{old.id}/").json()["received_at"] == alice.created_at.isoformat().replace(
        "+00:00", "Z"
    )


def test_one_call_costs_the_same_however_many_messages(api, joined, alice, django_assert_num_queries):
    for number in range(12):
        make_message(*([alice] if number % 2 else []), published_at=timezone.now() - number * timedelta(hours=1))
    client = api("alice")

    with django_assert_num_queries(3):  # 1 who asks, 2 broadcasts, 3 messages to alice, each with her receipts
        assert len(ids(client.get(URL))) == 12
    with django_assert_num_queries(2):  # 1 who asks, 2 the count
        assert count(client) == 12
    message = make_message()
    with django_assert_num_queries(2):
        client.get(f"{URL}{message.id}/")


def test_pages_merge_both_kinds_in_order_there_and_back(api, joined, alice):
    at = timezone.now() - DAY
    made = [
        make_message(*([alice] if number % 3 else []), published_at=at + timedelta(minutes=number // 2))
        for number in range(20)
    ]
    expected = [message.id for message in sorted(made, key=lambda row: (row.published_at, row.id), reverse=True)]
    client, pages, url = api("alice"), [], f"{URL}?page_size=7&count=true"

    while url:
        body = client.get(url).json()
        pages.append([row["id"] for row in body["results"]])
        last, url = body, body["next"]
    back = client.get(last["previous"]).json()

    assert list(chain(*pages)) == expected
    assert [row["id"] for row in back["results"]] == pages[-2]
    assert body["count"] == 20


def test_reading_archiving_and_deleting(api, joined, alice):
    message, client = make_message(), api("alice")
    url = f"{URL}{message.id}/"

    assert client.patch(url, {"read": True}).json()["read"] is True
    first = NotificationReceipt.objects.get().read_at
    client.patch(url, {"read": True})
    assert NotificationReceipt.objects.get().read_at == first
    assert client.patch(url, {"read": False}).json()["read_at"] is None
    archived = client.patch(url, {"archived": True}).json()
    assert (archived["archived"], archived["read"]) == (True, True)
    assert ids(client.get(URL)) == []
    assert ids(client.get(f"{URL}?archived=true")) == [message.id]
    client.patch(url, {"archived": False})
    assert ids(client.get(f"{URL}?archived=false&read=true")) == [message.id]
    assert ids(client.get(f"{URL}?read=false")) == []
    assert client.delete(url).status_code == 204
    assert (
        client.delete(url).status_code
        == client.get(url).status_code
        == client.patch(url, {"read": True}).status_code
        == 404
    )
    assert ids(api("bob").get(URL)) == [message.id]
    assert NotificationReceipt.objects.count() == 1


@pytest.mark.parametrize(
    "body", [{}, {"read": "perhaps"}, {"read": None}, {"header": {"en": "x"}}, {"read_at": None}, []]
)
def test_what_cannot_be_done_with_a_message_is_refused(api, joined, body):
    assert api("alice").patch(f"{URL}{make_message().id}/", body).status_code == 400
    assert not NotificationReceipt.objects.exists()


@pytest.mark.parametrize("query", ["read=perhaps", "archived=1", "ordering=header", "unread=true"])
def test_what_the_list_does_not_know_is_refused(api, query):
    assert api("alice").get(f"{URL}?{query}").status_code == 400


def test_marking_all_read_is_one_statement_and_touches_nobody_else(api, joined, alice, bob):
    known, fresh, mine, gone = make_message(), make_message(), make_message(alice, bob), make_message()
    api("alice").patch(f"{URL}{known.id}/", {"read": True})
    before = NotificationReceipt.objects.get(notification=known).read_at
    api("alice").delete(f"{URL}{gone.id}/")

    with CaptureQueriesContext(connection) as queries:
        inbox.read_all(alice)
    statements = [query["sql"] for query in queries if "SAVEPOINT" not in query["sql"]]
    answer = api("alice").post(f"{URL}read_all/")
    assert [sql.split()[0] for sql in statements] == ["INSERT"]
    assert answer.json() == {"unread_count": 0}
    assert count(api("alice")) == 0
    assert [count(api("bob")), count(api("carol"))] == [4, 3]
    receipts = {row.notification_id: row for row in NotificationReceipt.objects.filter(user=alice)}
    assert set(receipts) == {known.id, fresh.id, mine.id, gone.id}
    assert receipts[known.id].read_at == before
    assert receipts[mine.id].read_at
    assert receipts[gone.id].read_at is None
    assert make_message().id in ids(api("alice").get(f"{URL}?read=false"))


def test_two_phones_that_touch_one_message_at_once_make_one_receipt(real_db):
    alice = make_user("alice")
    messages = [make_message() for _ in range(4)]
    barrier = threading.Barrier(4)

    def archive(message):
        inbox.hold(user=alice, message=message)
        inbox.change(user=alice, message=message, archived=True)

    def touch(number):
        barrier.wait()
        try:
            for message in messages:
                if number % 2:
                    inbox.read_all(alice)
                else:
                    atomically(partial(archive, message))
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(touch, range(4)))

    receipts = NotificationReceipt.objects.filter(user=alice, read_at__isnull=False, archived_at__isnull=False)
    assert receipts.count() == NotificationReceipt.objects.count() == 4
