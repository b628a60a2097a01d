"""Communities, memberships and moderation as JSON."""

from django.utils import timezone
from rest_framework import serializers
from rest_framework.exceptions import PermissionDenied
from rest_framework.validators import UniqueTogetherValidator

from communities.models import Community, Membership, ModerationEntry, Role
from communities.permissions import may_rule
from kloppocar.api.serializers import ModelSerializer, TextSerializerField, VisibleRelatedField
from users.models import User
from users.serializers import PublicUserSerializer

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
        read_only_fields = ["banned_until", *STAMPS]
        validators = [
            UniqueTogetherValidator(
                queryset=Membership.objects.all(), fields=["community", "user"], message="They are a member already."
            )
        ]

    def validate_community(self, value):
        """Before anything is said of who belongs to it, which is its members' business."""
        if self.instance is None and not may_rule(self.context["request"].user, value.pk, Role.MEMBER, "add"):
            raise PermissionDenied
        return value

    def validate(self, attrs):
        for name in ("community", "user"):
            if self.instance and attrs.get(name, getattr(self.instance, name)) != getattr(self.instance, name):
                raise serializers.ValidationError({name: "A membership does not move."}, code="not_writable")
        return attrs


class BanSerializer(serializers.Serializer):
    until = serializers.DateTimeField(help_text="When the ban ends by itself.")
    reason = TextSerializerField(max_length=500, help_text="The person reads it in their standing.")

    def validate_until(self, value):
        if value <= timezone.now():
            raise serializers.ValidationError("A ban ends in the future.", code="not_in_the_future")
        return value


class UnbanSerializer(serializers.Serializer):
    reason = TextSerializerField(max_length=500, required=False, allow_blank=True, default="")


class ModeratedCommunitySerializer(ModelSerializer):
    class Meta:
        model = Community
        fields = ["id", "title"]


class ModerationEntrySerializer(ModelSerializer):
    """Who did what to whom, why, and until when."""

    community = ModeratedCommunitySerializer(read_only=True)
    actor = PublicUserSerializer(read_only=True)
    subject = PublicUserSerializer(read_only=True)

    class Meta:
        model = ModerationEntry
        fields = ["id", "community", "actor", "subject", "action", "role", "reason", "until", "created_at"]
        read_only_fields = fields
