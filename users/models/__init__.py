"""Who a person is, and what reaches them."""

from .adoption import Adoption
from .departure import Departure
from .device import Platform, PushDevice
from .notification import Audience, Notification, NotificationQuerySet, NotificationReceipt
from .push import PushRun
from .user import SET_BY_HAND, Rank, User, UserManager, UserQuerySet, UserStatus

__all__ = [
    "SET_BY_HAND",
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
