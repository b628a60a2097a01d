"""People and what reaches them: the routes, by subject."""

from .device import PushDeviceViewSet
from .inbox import InboxViewSet
from .notification import NotificationViewSet, RecipientViewSet
from .user import RankViewSet, UserViewSet

__all__ = ["InboxViewSet", "NotificationViewSet", "PushDeviceViewSet", "RankViewSet", "RecipientViewSet", "UserViewSet"]
