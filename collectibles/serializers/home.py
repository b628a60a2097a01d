"""The home screen as JSON: small parts of many tables."""

from typing import Any, cast

from drf_spectacular.utils import extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from collectibles.models import Mission, MissionState
from communities.models import Challenge, ChallengeContribution, ChallengeState, NewsPost
from kloppocar.api.rows import reads
from kloppocar.api.serializers import ModelSerializer
from users.models import User
from users.serializers.user import NextRankSerializer, RankField, next_rank_of

from .copy import CopySerializer


class HomeUserSerializer(ModelSerializer):
    """Who looks, where they stand, and how far the next rank is."""

    rank = RankField()
    next_rank = serializers.SerializerMethodField()

    class Meta:
        model = User
        fields = ["id", "username", "picture", "picture_small", "score", "rank", "next_rank"]
        read_only_fields = fields

    @extend_schema_field(NextRankSerializer(allow_null=True))
    def get_next_rank(self, user):
        return next_rank_of(user.score, cast(dict[str, Any], self.context))


class HomeMissionSerializer(ModelSerializer):
    """A mission that is open now and not claimed yet."""

    progress = serializers.IntegerField(source="reached", read_only=True)
    state = serializers.SerializerMethodField()

    class Meta:
        model = Mission
        fields = [
            "id",
            "collection",
            "title",
            "reward_text",
            "kind",
            "goal",
            "points",
            "ends_at",
            "media",
            "progress",
            "state",
        ]
        read_only_fields = fields

    @reads("reached", "goal")
    @extend_schema_field(serializers.ChoiceField(choices=MissionState.choices))
    def get_state(self, mission):
        return MissionState.CLAIMABLE if mission.reached >= mission.goal else MissionState.IN_PROGRESS


class HomeChallengeSerializer(ModelSerializer):
    """A challenge that runs, with everybody's progress and the caller's own part."""

    progress = serializers.IntegerField(source="total", read_only=True)
    contribution = serializers.IntegerField(read_only=True)
    state = serializers.SerializerMethodField()

    class Meta:
        model = Challenge
        fields = ["id", "community", "title", "goal", "progress", "contribution", "state", "ends_at", "media"]
        read_only_fields = fields

    @reads("total", "goal", "contribution", "claimed_at")
    @extend_schema_field(serializers.ChoiceField(choices=ChallengeState.choices))
    def get_state(self, challenge):
        mine = ChallengeContribution(count=challenge.contribution, claimed_at=challenge.claimed_at)
        return challenge.state_for(mine)


class HomeNewsSerializer(ModelSerializer):
    class Meta:
        model = NewsPost
        fields = ["id", "community", "kind", "header", "short_body", "media", "posted_at"]
        read_only_fields = fields


@extend_schema_serializer(many=False)
class HomeSerializer(serializers.Serializer):
    """Everything that the home screen shows. `?fields=` and `?omit=` choose among the parts."""

    takes_fields = True
    user = HomeUserSerializer()
    newest_copy = CopySerializer(allow_null=True)
    missions = HomeMissionSerializer(many=True, help_text="Claimable ones first, then by how little is missing.")
    challenge = HomeChallengeSerializer(allow_null=True)
    news = HomeNewsSerializer(many=True)
    unread_count = serializers.IntegerField()
