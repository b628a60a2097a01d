"""Missions, with the caller's own progress."""

from django.utils import timezone
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from collectibles.models import Collectible, Mission, MissionState
from communities.serializers import EndsAfterItStarts, refuse_other_kinds
from kloppocar.api.rows import reads
from kloppocar.api.serializers import ModelSerializer

STAMPS = ["version", "created_at", "updated_at"]


class MissionSerializer(EndsAfterItStarts, ModelSerializer):
    """`progress` and `state` are the caller's own; null for anonymous readers."""

    collectibles = serializers.PrimaryKeyRelatedField(many=True, queryset=Collectible.objects.all(), required=False)
    progress = serializers.SerializerMethodField()
    state = serializers.SerializerMethodField()

    class Meta:
        model = Mission
        fields = [
            "id",
            "collection",
            "title",
            "description",
            "reward_text",
            "kind",
            "goal",
            "points",
            "starts_at",
            "ends_at",
            "media",
            "active",
            "reward",
            "collectibles",
            "progress",
            "state",
            *STAMPS,
        ]
        read_only_fields = STAMPS

    def validate_reward(self, value):
        return refuse_other_kinds(value)

    def mine(self, mission):
        """The caller's progress row, prefetched for lists."""
        return next(iter(getattr(mission, "mine", [])), None)

    def is_signed_in(self) -> bool:
        return self.context["request"].user.is_authenticated

    @reads("mine")
    def get_progress(self, mission: Mission) -> int | None:
        mine = self.mine(mission)
        return (mine.progress if mine else 0) if self.is_signed_in() else None

    @reads("mine", "goal", "active", "starts_at", "ends_at")
    @extend_schema_field(serializers.ChoiceField(choices=MissionState.choices, allow_null=True))
    def get_state(self, mission: Mission) -> str | None:
        return mission.state_at(timezone.now(), self.mine(mission)).value if self.is_signed_in() else None
