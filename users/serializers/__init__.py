"""People and what reaches them as JSON, by subject."""

from .device import PushDeviceSerializer
from .inbox import InboxChangeSerializer, InboxSerializer, UnreadCountSerializer
from .notification import NotificationSerializer
from .user import MeSerializer, PublicUserSerializer, RankSerializer, StaffUserSerializer

__all__ = [
    "InboxChangeSerializer",
    "InboxSerializer",
    "MeSerializer",
    "NotificationSerializer",
    "PublicUserSerializer",
    "PushDeviceSerializer",
    "RankSerializer",
    "StaffUserSerializer",
    "UnreadCountSerializer",
]
