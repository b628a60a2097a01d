"""People and what reaches them as JSON, by subject."""

from .device import PushDeviceSerializer
from .inbox import InboxChangeSerializer, InboxSerializer, UnreadCountSerializer
from .notification import (
    AddedRecipientsSerializer,
    NotificationPreviewSerializer,
    NotificationSerializer,
    RecipientSerializer,
    RecipientsSerializer,
)
from .picture import PictureFormSerializer, PictureKeySerializer, PictureUploadSerializer
from .user import MeSerializer, PublicUserSerializer, RankSerializer, StaffUserSerializer

__all__ = [
    "AddedRecipientsSerializer",
    "InboxChangeSerializer",
    "InboxSerializer",
    "MeSerializer",
    "NotificationPreviewSerializer",
    "NotificationSerializer",
    "PictureFormSerializer",
    "PictureKeySerializer",
    "PictureUploadSerializer",
    "PublicUserSerializer",
    "PushDeviceSerializer",
    "RankSerializer",
    "RecipientSerializer",
    "RecipientsSerializer",
    "StaffUserSerializer",
    "UnreadCountSerializer",
]
