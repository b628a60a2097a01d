"""Messages as the person sees them whom they reached."""

from typing import Any

from rest_framework import serializers

from kloppocar.api.rows import reads
from kloppocar.api.serializers import FlagSerializerField, ModelSerializer, RefusingUnknownFields
from users.models import Notification


class InboxSerializer(ModelSerializer):
    """A message and what its reader did with it; `localized` is in their own language where none is asked for."""

    received_at = serializers.SerializerMethodField()
    read = serializers.SerializerMethodField()
    archived = serializers.SerializerMethodField()
    read_at = serializers.DateTimeField(allow_null=True)
    archived_at = serializers.DateTimeField(allow_null=True)

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

    @reads("published_at")
    def get_received_at(self, message: Any) -> str:
        """When it was published, or when the reader joined, if that was later."""
        at = max(message.published_at, self.context["request"].user.created_at)
        return serializers.DateTimeField().to_representation(at)

    @reads("read_at")
    def get_read(self, message: Any) -> bool:
        return message.read_at is not None

    @reads("archived_at")
    def get_archived(self, message: Any) -> bool:
        return message.archived_at is not None

    @staticmethod
    def language_for(request: Any) -> str:
        return request.GET.get("lang", "") or request.user.language


class InboxChangeSerializer(RefusingUnknownFields):
    says_something = True
    read = FlagSerializerField(required=False)
    archived = FlagSerializerField(required=False)

    def validate(self, attrs):
        if not attrs:
            raise serializers.ValidationError("Say read or archived, each true or false.", code="required")
        return attrs


class UnreadCountSerializer(serializers.Serializer):
    unread_count = serializers.IntegerField()
