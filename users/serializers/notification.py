"""Messages as staff compose them."""

from kloppocar.api.serializers import ModelSerializer
from users.models import Notification


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
