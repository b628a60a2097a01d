"""What a person does with the messages that reached them. A broadcast gets a receipt when somebody first touches it."""

from datetime import datetime

from django.db import connection
from django.db.models import Count, F, Subquery
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce
from django.utils import timezone

from kloppocar.api.prepared import Somebody
from kloppocar.api.transactions import atomically
from users.models import Notification, NotificationQuerySet, NotificationReceipt, User


def unread(user: User | Somebody) -> list[NotificationQuerySet]:
    return [part.unread() for part in Notification.objects.inbox_of(user).by_audience()]


def unread_count(user: User) -> int:
    """One statement, whoever else got what."""
    broadcasts, sent = (part.order_by().values("audience").annotate(total=Count("pk")) for part in unread(user))
    return sum(row["total"] for row in broadcasts.union(sent, all=True))


def unread_total(user: User | Somebody) -> Combinable:
    """The same as an expression, for whoever reads it along with something else."""
    broadcasts, sent = (
        Coalesce(Subquery(part.order_by().values("audience").annotate(total=Count("pk")).values("total")), 0)
        for part in unread(user)
    )
    return broadcasts + sent


def read_all(user: User, now: datetime | None = None) -> None:
    """Everything that this person has not read is read: one statement, in which receipts are made and marked."""
    broadcasts, sent = (part.order_by().values("id") for part in unread(user))
    sources = broadcasts.union(sent, all=True)
    select, parameters = sources.query.get_compiler(connection=connection).as_sql()
    at = connection.ops.adapt_datetimefield_value(now or timezone.now())
    table = NotificationReceipt._meta.db_table
    key = (
        "DUPLICATE KEY UPDATE" if connection.vendor == "mysql" else "CONFLICT (notification_id, user_id) DO UPDATE SET"
    )
    sql = (
        f"INSERT INTO {table} (notification_id, user_id, read_at, created_at, updated_at)"  # noqa: S608 - our names
        f" SELECT id, %s, %s, %s, %s FROM ({select}) AS unread WHERE 1 = 1"
        f" ON {key} read_at = COALESCE({table}.read_at, %s), updated_at = %s, version = {table}.version + 1"
    )

    def work() -> None:
        with connection.cursor() as cursor:
            cursor.execute(sql, [user.pk, at, at, at, *parameters, at, at])

    atomically(work)


def hold(*, user: User, message: Notification) -> None:
    """Lock this person's receipt until the end of the transaction; it is made when there is none.

    One statement: an insert that fails and a lock after it would be a deadlock of two who do the same.
    """
    by_key = ["notification", "user"] if connection.features.supports_update_conflicts_with_target else None
    receipt = NotificationReceipt(notification=message, user=user)
    NotificationReceipt.objects.bulk_create(
        [receipt], update_conflicts=True, update_fields=["user"], unique_fields=by_key
    )


def change(
    *, user: User, message: Notification, read: bool | None = None, archived: bool | None = None, deleted: bool = False
) -> None:
    """Mark a message whose receipt is held. What is archived counts as read; the time of the first reading stays."""
    now = timezone.now()
    changes: dict[str, object] = {"updated_at": now, "version": F("version") + 1}
    if read is False and not archived:
        changes["read_at"] = None
    elif read or archived:
        changes["read_at"] = Coalesce("read_at", now)
    if archived is not None:
        changes["archived_at"] = Coalesce("archived_at", now) if archived else None
    if deleted:
        changes["deleted_at"] = now
    NotificationReceipt.objects.filter(notification=message, user=user).update(**changes)
