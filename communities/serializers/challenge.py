"""Challenges as JSON, with everybody's progress and the caller's own part."""

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from communities.models import Challenge, ChallengeContribution, ChallengeState
from kloppocar.api.rows import reads
from kloppocar.api.serializers import ModelSerializer
from users.serializers import PublicUserSerializer

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
    """`progress` is everybody's; `contribution` and `state` are the caller's own, null for anonymous readers."""

    progress = serializers.SerializerMethodField()
    contribution = serializers.SerializerMethodField()
    state = serializers.SerializerMethodField()

    class Meta:
        model = Challenge
        fields = [
            "id",
            "community",
            "title",
            "description",
            "goal",
            "progress",
            "contribution",
            "state",
            "starts_at",
            "ends_at",
            "media",
            "reward",
            *STAMPS,
        ]
        read_only_fields = STAMPS

    def validate_reward(self, value):
        return refuse_other_kinds(value)

    def mine(self, challenge):
        return next(iter(getattr(challenge, "mine", [])), None)

    def is_signed_in(self) -> bool:
        return self.context["request"].user.is_authenticated

    @reads("total")
    def get_progress(self, challenge: Challenge) -> int:
        return challenge.progress

    @reads("mine")
    def get_contribution(self, challenge: Challenge) -> int | None:
        mine = self.mine(challenge)
        return (mine.count if mine else 0) if self.is_signed_in() else None

    @reads("mine", "total", "goal")
    @extend_schema_field(serializers.ChoiceField(choices=ChallengeState.choices, allow_null=True))
    def get_state(self, challenge: Challenge) -> str | None:
        return challenge.state_for(self.mine(challenge)).value if self.is_signed_in() else None


class ContributionSerializer(ModelSerializer):
    """One person's part in a challenge; equal counts share a place."""

    user = PublicUserSerializer(read_only=True)
    place = serializers.IntegerField(read_only=True)

    class Meta:
        model = ChallengeContribution
        fields = ["place", "user", "count"]
        read_only_fields = fields


class ContributionsSerializer(serializers.Serializer):
    """A page of a challenge's top list, and where the caller stands, also when that is on another page."""

    mine = ContributionSerializer(allow_null=True)
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = ContributionSerializer(many=True)
