"""The messages that staff write: composed, looked at, sent to selected people, published when their time has come."""

from django.conf import settings
from django.shortcuts import get_object_or_404
from rest_framework.decorators import action
from rest_framework.response import Response

from kloppocar.api.documented import extend_schema
from kloppocar.api.localized import resolve
from kloppocar.api.permissions import OnlyStaff
from kloppocar.api.viewsets import CrudViewSet, ListMixin, ViewSet
from users.filters import NotificationFilterSet
from users.models import Notification, NotificationReceipt, PushRun
from users.serializers import (
    AddedRecipientsSerializer,
    NotificationPreviewSerializer,
    NotificationSerializer,
    RecipientSerializer,
    RecipientsSerializer,
)
from users.services import publishing


class NotificationViewSet(CrudViewSet):
    """What staff compose; people read theirs in the inbox. What is due when it is written is published at once."""

    queryset = Notification.objects.none()
    serializer_class = NotificationSerializer
    permission_classes = [OnlyStaff]
    filterset_class = NotificationFilterSet
    search_fields = ["header"]
    ordering_fields = ["publish_at", "created_at"]

    def get_queryset(self):
        return Notification.objects.visible_to(self.request.user)

    def perform_create(self, serializer):
        super().perform_create(serializer)
        publishing.publish_due(Notification.objects.filter(pk=serializer.instance.pk))

    def perform_update(self, serializer):
        super().perform_update(serializer)
        publishing.publish_due(Notification.objects.filter(pk=serializer.instance.pk))

    @extend_schema(responses=NotificationPreviewSerializer, filters=False)
    @action(detail=True)
    def preview(self, request, pk=None):
        """How it looks in each language, whom it reaches, and how far its push has come."""
        message = self.get_object()
        return Response(preview_of(message))


def preview_of(message: Notification) -> dict:
    texts = {"header": message.header, "body": message.body}
    looks = {
        language: {name: resolve(text, language) for name, text in texts.items()}
        | {"missing": [name for name, text in texts.items() if language not in text]}
        for language in settings.CONTENT_LANGUAGES
    }
    push = PushRun.objects.filter(notification=message).values("sent", "failed", "dropped", "finished_at").first()
    return {
        "languages": looks,
        "people": publishing.reached_by(message).count(),
        "devices": publishing.devices_reached_by(message),
        "publish_at": message.publish_at,
        "published_at": message.published_at,
        "push": push,
    }


class RecipientViewSet(ListMixin, ViewSet):
    """Whom a message to selected people reaches, and what they did with it; more of them are added in batches."""

    queryset = NotificationReceipt.objects.none()
    serializer_class = RecipientSerializer
    permission_classes = [OnlyStaff]

    def message(self) -> Notification:
        visible = Notification.objects.visible_to(self.request.user)
        return get_object_or_404(visible, pk=self.kwargs["notification_id"])

    def get_queryset(self):
        return NotificationReceipt.objects.filter(notification=self.message()).select_related("user").order_by("id")

    @extend_schema(etag=False, request=RecipientsSerializer, responses={201: AddedRecipientsSerializer})
    def create(self, request, *args, **kwargs):
        message = self.message()
        people = RecipientsSerializer(data=request.data)
        people.is_valid(raise_exception=True)
        added = publishing.add_recipients(message=message, ids=people.validated_data["users"], by=request.user)
        return Response(added, status=201)
