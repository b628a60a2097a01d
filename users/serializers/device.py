"""One's own phones and browsers."""

from kloppocar.api.serializers import ModelSerializer
from users.models import PushDevice


class PushDeviceSerializer(ModelSerializer):
    class Meta:
        model = PushDevice
        fields = ["id", "token", "platform", "last_seen_at", "version", "created_at"]
        read_only_fields = ["last_seen_at", "version", "created_at"]
        extra_kwargs: dict[str, dict] = {"token": {"validators": []}}
