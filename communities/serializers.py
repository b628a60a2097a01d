"""Communities, their members, challenges and news as JSON."""

from rest_framework import serializers
from rest_framework.validators import UniqueTogetherValidator

from kloppocar.api.serializers import ModelSerializer, VisibleRelatedField
from users.models import User
from users.serializers import PublicUserSerializer

from .models import Challenge, Community, Membership, NewsPost

STAMPS = ["version", "created_at", "updated_at"]


class CommunitySerializer(ModelSerializer):
    class Meta:
        model = Community
        fields = ["id", "title", "description", "media", "active", *STAMPS]
        read_only_fields = STAMPS


class MembershipSerializer(ModelSerializer):
    """`user` is the public part on reading and an id on writing; neither it nor the community changes later."""

    user = PublicUserSerializer(read_only=True)
    user_id = VisibleRelatedField(source="user", queryset=User.objects.all(), write_only=True)
    community = VisibleRelatedField(queryset=Community.objects.all())

    class Meta:
        model = Membership
        fields = ["id", "community", "user", "user_id", "role", "banned_until", *STAMPS]
        read_only_fields = STAMPS
        validators = [
            UniqueTogetherValidator(
                queryset=Membership.objects.all(), fields=["community", "user"], message="They are a member already."
            )
        ]

    def validate(self, attrs):
        for name in ("community", "user"):
            if self.instance and attrs.get(name, getattr(self.instance, name)) != getattr(self.instance, name):
                raise serializers.ValidationError({name: "A membership does not move."}, code="not_writable")
        return attrs


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
