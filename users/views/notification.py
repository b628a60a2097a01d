"""The messages that staff write."""

from kloppocar.api.permissions import OnlyStaff
from kloppocar.api.viewsets import (
    CrudViewSet,
)
from users.filters import NotificationFilterSet
from users.models import Notification
from users.serializers import NotificationSerializer


class NotificationViewSet(CrudViewSet):
    """What staff compose; people read theirs in the inbox."""

    queryset = Notification.objects.none()
    serializer_class = NotificationSerializer
    permission_classes = [OnlyStaff]
    filterset_class = NotificationFilterSet
    search_fields = ["header"]
    ordering_fields = ["publish_at", "created_at"]

    def get_queryset(self):
        return Notification.objects.visible_to(self.request.user)
