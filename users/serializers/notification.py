"""Messages as staff compose them, and whom they reach."""

from rest_framework import serializers

from kloppocar.api.filters import BIGGEST
from kloppocar.api.serializers import ModelSerializer, RefusingUnknownFields
from users.models import Audience, Notification, NotificationReceipt
from users.services.publishing import MOST_RECIPIENTS, refuse_what_is_fixed

from .user import PublicUserSerializer


class NotificationSerializer(ModelSerializer):
    class Meta:
        model = Notification
        fields = [
            "id",
            "header",
            "body",
            "link",
            "media",
            "audience",
            "is_welcome",
            "push",
            "publish_at",
            "published_at",
            "version",
            "created_at",
            "updated_at",
        ]
        read_only_fields = ["published_at", "version", "created_at", "updated_at"]

    def validate(self, attrs):
        def says(name: str) -> object:
            return attrs.get(name, getattr(self.instance, name, None))

        if says("is_welcome") and says("audience") == Audience.SELECTED:
            raise serializers.ValidationError({"is_welcome": "A welcome is for everyone who joins."}, code="invalid")
        if self.instance:
            refuse_what_is_fixed(self.instance, attrs)
        return attrs


class RecipientSerializer(ModelSerializer):
    user = PublicUserSerializer(read_only=True)

    class Meta:
        model = NotificationReceipt
        fields = ["user", "read_at", "archived_at", "deleted_at", "created_at"]
        read_only_fields = fields


class RecipientsSerializer(RefusingUnknownFields):
    users = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=BIGGEST),
        allow_empty=False,
        max_length=MOST_RECIPIENTS,
        error_messages={"max_length": f"At most {MOST_RECIPIENTS} people in one request: send them in batches."},
    )


class AddedRecipientsSerializer(serializers.Serializer):
    added = serializers.IntegerField()
    recipients = serializers.IntegerField()


class LookSerializer(serializers.Serializer):
    header = serializers.CharField()
    body = serializers.CharField()
    missing = serializers.ListField(child=serializers.CharField())


class PushProgressSerializer(serializers.Serializer):
    sent = serializers.IntegerField()
    failed = serializers.IntegerField()
    dropped = serializers.IntegerField()
    finished_at = serializers.DateTimeField(allow_null=True)


class NotificationPreviewSerializer(serializers.Serializer):
    languages = serializers.DictField(child=LookSerializer())
    people = serializers.IntegerField()
    devices = serializers.IntegerField()
    publish_at = serializers.DateTimeField()
    published_at = serializers.DateTimeField(allow_null=True)
    push = PushProgressSerializer(allow_null=True)
