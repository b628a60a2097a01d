"""People and what reaches them: the routes, by subject."""

from .device import PushDeviceViewSet
from .notification import NotificationViewSet
from .user import RankViewSet, UserViewSet

__all__ = ["NotificationViewSet", "PushDeviceViewSet", "RankViewSet", "UserViewSet"]
