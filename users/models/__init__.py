"""Who a person is, and what reaches them."""

from .adoption import Adoption
from .departure import Departure
from .device import Platform, PushDevice
from .notification import Audience, Notification, NotificationQuerySet, NotificationReceipt
from .push import PushRun
from .user import Rank, User, UserManager, UserQuerySet, UserStatus

__all__ = [
    "Adoption",
    "Audience",
    "Departure",
    "Notification",
    "NotificationQuerySet",
    "NotificationReceipt",
    "Platform",
    "PushDevice",
    "PushRun",
    "Rank",
    "User",
    "UserManager",
    "UserQuerySet",
    "UserStatus",
]
