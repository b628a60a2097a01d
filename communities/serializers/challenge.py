"""Challenges as JSON."""

from rest_framework import serializers

from communities.models import Challenge
from kloppocar.api.serializers import ModelSerializer

STAMPS = ["version", "created_at", "updated_at"]


class EndsAfterItStarts(serializers.Serializer):
    """A friendly word before the database's constraint speaks."""

    def validate(self, attrs):
        starts_at = attrs.get("starts_at", getattr(self.instance, "starts_at", None))
        ends_at = attrs.get("ends_at", getattr(self.instance, "ends_at", None))
        if starts_at and ends_at and ends_at <= starts_at:
            raise serializers.ValidationError({"ends_at": "Must lie after starts_at."}, code="ends_too_early")
        return super().validate(attrs)


def refuse_other_kinds(reward):
    """What stands behind a mission or challenge is a campaign of kind reward (or nothing)."""
    if reward is not None and reward.kind != "reward":
        raise serializers.ValidationError("This campaign is not of kind reward.", code="not_a_reward")
    return reward


class ChallengeSerializer(EndsAfterItStarts, ModelSerializer):
    class Meta:
        model = Challenge
        fields = [
            "id",
            "community",
            "title",
            "description",
            "goal",
            "starts_at",
            "ends_at",
            "media",
            "reward",
            *STAMPS,
        ]
        read_only_fields = STAMPS

    def validate_reward(self, value):
        return refuse_other_kinds(value)
