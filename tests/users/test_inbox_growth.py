"""What one person's inbox costs does not grow with other people, their messages and what they did with them."""

import pytest
from django.db import connection

from tests.make import make_message, make_user
from users.models import Notification, NotificationReceipt, User
from users.services import inbox, publishing

pytestmark = pytest.mark.skipif(connection.vendor != "mysql", reason="SQLite does not count the rows that it reads")


def rows_read(work):
    """How many rows the server looks at."""
    with connection.cursor() as cursor:
        cursor.execute("FLUSH STATUS")
        work()
        cursor.execute("SHOW SESSION STATUS LIKE 'Handler_read%'")
        return sum(int(value) for name, value in cursor.fetchall() if name != "Handler_read_rnd_deleted")


def crowd(size, broadcasts):
    """`size` more people, each with a message of their own, and with something done to every broadcast."""
    first = User.objects.count()
    names = [f"user{number}" for number in range(first, first + size)]
    User.objects.bulk_create(User(username=name, cognito_sub=name) for name in names)
    people = list(User.objects.filter(username__in=names))
    sent = [make_message(person) for person in people[: size // 4]]
    receipts = [NotificationReceipt(user=person, notification=row) for person in people for row in broadcasts]
    NotificationReceipt.objects.bulk_create(receipts, batch_size=2_000)
    assert len(sent) == size // 4
    analyse()


def analyse():
    """So that plans are made by what the tables hold now."""
    with connection.cursor() as cursor:
        for model in (User, Notification, NotificationReceipt):
            cursor.execute(f"ANALYZE TABLE {model._meta.db_table}")
            cursor.fetchall()


@pytest.fixture
def reader(real_db):
    return make_user("reader")


def costs(reader):
    parts = [part.order_by("-published_at", "-id")[:51] for part in Notification.objects.inbox_of(reader).by_audience()]
    return {
        "page": rows_read(lambda: [list(part) for part in parts]),
        "count": rows_read(lambda: inbox.unread_count(reader)),
        "read all": rows_read(lambda: inbox.read_all(reader)),
        "publish": rows_read(publishing.publish_due),
    }


def test_an_inbox_costs_the_same_in_a_crowd(reader):
    broadcasts = [make_message() for _ in range(30)]
    for _ in range(5):
        make_message(reader)

    crowd(40, broadcasts)
    few = costs(reader)
    NotificationReceipt.objects.filter(user=reader).update(read_at=None)
    crowd(400, broadcasts)
    many = costs(reader)

    for what, rows in many.items():
        assert rows <= 1.5 * few[what] + 20, (what, few, many)
