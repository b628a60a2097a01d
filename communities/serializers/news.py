"""News as JSON."""

from communities.models import NewsPost
from kloppocar.api.serializers import ModelSerializer

STAMPS = ["version", "created_at", "updated_at"]


class NewsPostSerializer(ModelSerializer):
    class Meta:
        model = NewsPost
        fields = [
            "id",
            "community",
            "kind",
            "header",
            "short_body",
            "body",
            "posted_at",
            "media",
            "active",
            *STAMPS,
        ]
        read_only_fields = STAMPS
