"""People and what reaches them as JSON, by subject."""

from .device import PushDeviceSerializer
from .notification import NotificationSerializer
from .user import MeSerializer, PublicUserSerializer, RankSerializer, StaffUserSerializer

__all__ = [
    "MeSerializer",
    "NotificationSerializer",
    "PublicUserSerializer",
    "PushDeviceSerializer",
    "RankSerializer",
    "StaffUserSerializer",
]
