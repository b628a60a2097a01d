"""One's own phones and browsers."""

from typing import Any

from rest_framework.exceptions import ValidationError
from rest_framework.permissions import IsAuthenticated

from kloppocar.api.viewsets import (
    CreateMixin,
    DestroyMixin,
    ListMixin,
    RetrieveMixin,
    ViewSet,
)
from users.filters import PushDeviceFilterSet
from users.models import PushDevice
from users.serializers import PushDeviceSerializer
from users.services import register_device


class PushDeviceViewSet(RetrieveMixin, ListMixin, DestroyMixin, CreateMixin, ViewSet):
    """One's own phones and browsers; a token that shows up again moves to whoever signs in with it."""

    queryset = PushDevice.objects.none()
    serializer_class = PushDeviceSerializer
    permission_classes = [IsAuthenticated]
    filterset_class = PushDeviceFilterSet
    ordering_fields = ["last_seen_at"]

    def get_queryset(self):
        return PushDevice.objects.filter(user=self.request.user.pk)

    def perform_create(self, serializer):
        user: Any = self.request.user
        device = register_device(user=user, **serializer.validated_data)
        if device is None:
            raise ValidationError({"token": "This cannot be a device's token."}, code="invalid")
        serializer.instance = device
