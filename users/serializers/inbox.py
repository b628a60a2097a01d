"""Messages as the person sees them whom they reached."""

from typing import Any

from rest_framework import serializers

from kloppocar.api.localized import resolve
from kloppocar.api.serializers import ModelSerializer, RefusingUnknownFields
from users.models import Notification


class InboxSerializer(ModelSerializer):
    """A message and what its reader did with it; `localized` is in their own language where none is asked for."""

    received_at = serializers.SerializerMethodField()
    read = serializers.SerializerMethodField()
    archived = serializers.SerializerMethodField()
    read_at = serializers.DateTimeField()
    archived_at = serializers.DateTimeField()

    class Meta:
        model = Notification
        fields = [
            "id",
            "header",
            "body",
            "link",
            "media",
            "is_welcome",
            "received_at",
            "read",
            "archived",
            "read_at",
            "archived_at",
        ]
        read_only_fields = fields

    def get_received_at(self, message: Any) -> str:
        """When it was published, or when the reader joined, if that was later."""
        at = max(message.published_at, self.context["request"].user.created_at)
        return serializers.DateTimeField().to_representation(at)

    def get_read(self, message: Any) -> bool:
        return message.read_at is not None

    def get_archived(self, message: Any) -> bool:
        return message.archived_at is not None

    def to_representation(self, instance):
        data = super().to_representation(instance)
        language = self.context["request"].user.language
        if language and "localized" not in data and (self.chosen is None or "localized" in self.chosen):
            data["localized"] = {name: resolve(data[name], language) for name in self.localized_names if name in data}
        return data


class InboxChangeSerializer(RefusingUnknownFields):
    read = serializers.BooleanField(required=False)
    archived = serializers.BooleanField(required=False)

    def validate(self, attrs):
        if not attrs:
            raise serializers.ValidationError("Say read or archived, each true or false.", code="required")
        return attrs


class UnreadCountSerializer(serializers.Serializer):
    unread_count = serializers.IntegerField()
