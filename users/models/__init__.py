"""Who a person is, and what reaches them."""

from .device import Platform, PushDevice
from .notification import Audience, Notification, NotificationQuerySet, NotificationReceipt
from .pool import PoolRemoval
from .push import PushRun
from .user import Rank, User, UserManager, UserQuerySet, UserStatus

__all__ = [
    "Audience",
    "Notification",
    "NotificationQuerySet",
    "NotificationReceipt",
    "Platform",
    "PoolRemoval",
    "PushDevice",
    "PushRun",
    "Rank",
    "User",
    "UserManager",
    "UserQuerySet",
    "UserStatus",
]
