"""*NewsPost, Notification, NotificationUser*."""

from typing import Any

from django.utils import timezone

from communities.models import NewsKind, NewsPost
from kloppocar.legacy.table import Context, Table
from kloppocar.legacy.values import LONG_AFTER, Row, https
from users.models import Audience, Notification, NotificationReceipt

from .catalogue import TIMES

PICTURES = " imgRef vidRef qrRef embedRef"
WELCOME = 1  # the id that the old trigger sent to everybody new


def news(row: Row, context: Context) -> list[Any]:
    kind = row.text("type").lower()
    if kind and kind not in NewsKind.values:
        row.note("unknown_value", "type", row["type"])
    return [
        NewsPost(
            id=row.new_id,
            kind=kind if kind in NewsKind.values else NewsKind.NEWS,
            header=row.name("header", 120),
            short_body=row.texts("shortBody", 500),
            body=row.texts("body", 50_000),
            posted_at=row.time("postDate") or row.created,
            media=row.media(),
            active=row.flag("active", usual=True),
            **row.times,
        )
    ]


def notification(row: Row, context: Context) -> list[Any]:
    """What was published is never pushed again, and a draft whose time has passed must not go out by itself."""
    publish_at = row.time("publishDt") or row.created
    is_published = row.flag("active", usual=True)
    if not is_published and publish_at <= timezone.now():
        row.note("draft_is_due", "publishDt", row["publishDt"])
        publish_at = LONG_AFTER
    is_private = row.flag("private")
    if is_private:
        context.scratch.claim("private", row.old_id, row.old_id)
    return [
        Notification(
            id=row.new_id,
            header=row.name("header", 120),
            body=row.texts("content", 10_000),
            link=link(row),
            media=row.media(),
            audience=Audience.SELECTED if is_private else Audience.EVERYONE,
            is_welcome=row.old_id == WELCOME and not is_private,
            push=row.flag("pushNotification") and not is_published,
            publish_at=publish_at,
            published_at=publish_at if is_published else None,
            **row.times,
        )
    ]


def link(row: Row) -> str:
    found = row.json("link")
    url = found.get("url") if isinstance(found, dict) else found
    usable = https(url, longest=500) or ""
    if usable != (url or ""):
        row.note("bad_media", "link", url)
    return usable


def receipt(row: Row, context: Context) -> list[Any]:
    """For selected people it says that the message is theirs; of a broadcast it is made when somebody touches it."""
    touched = [row.flag(column) for column in ("markRead", "archived", "deleted")]
    is_private = context.scratch.holder("private", row["notificationId"]) is not None
    is_gone = context.scratch.holder("gone", row.refs["userId"]) is not None
    if is_gone or not (is_private or any(touched)):
        row.empty = True
        return []
    pair = f"{row.refs['notificationId']}-{row.refs['userId']}"
    if context.scratch.claim("receipt", pair, row.old_id) != row.old_id:
        row.skip("second_of_pair", "userId")
        return []
    at = row.times["updated_at"]
    read_at, archived_at, deleted_at = (at if each else None for each in touched)
    return [
        NotificationReceipt(
            id=row.new_id,
            notification_id=row.refs["notificationId"],
            user_id=row.refs["userId"],
            read_at=read_at,
            archived_at=archived_at,
            deleted_at=deleted_at,
            **row.times,
        )
    ]


MESSAGES = [
    Table("NewsPost", NewsPost, "newsPostId header body shortBody postDate type active" + PICTURES + TIMES, news),
    Table(
        "Notification",
        Notification,
        "notificationId header content pushNotification private active link publishDt" + PICTURES + TIMES,
        notification,
    ),
    Table(
        "NotificationUser",
        NotificationReceipt,
        "notificationUserId notificationId userId markRead archived deleted" + TIMES,
        receipt,
        needs={"notificationId": "Notification", "userId": "User"},
    ),
]
