"""Campaigns and codes for staff; redemptions for everybody who has one."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from collectibles import codes
from collectibles.models import (
    Collectible,
    Distribution,
    DistributionCode,
    DistributionCollectible,
    Draw,
    Grant,
    MissionProgress,
    MissionState,
)
from communities.serializers import EndsAfterItStarts
from kloppocar.api.rows import reads
from kloppocar.api.serializers import (
    FlagSerializerField,
    ModelSerializer,
    PartsSerializer,
    TextSerializerField,
    refuse_doubles,
)

from .copy import GrantedCopySerializer

STAMPS = ["version", "created_at", "updated_at"]


class PoolEntrySerializer(ModelSerializer):
    collectible = serializers.PrimaryKeyRelatedField(queryset=Collectible.objects.all())

    class Meta:
        model = DistributionCollectible
        fields = ["collectible", "weight"]


class DistributionSerializer(EndsAfterItStarts, PartsSerializer):
    """A campaign with its pool."""

    pool = PoolEntrySerializer(many=True, required=False)
    parts = {"pool": "distribution"}

    class Meta:
        model = Distribution
        fields = [
            "id",
            "project",
            "collection",
            "name",
            "description",
            "kind",
            "starts_at",
            "ends_at",
            "limit",
            "redeemed",
            "new_users_only",
            "draw",
            "once_per_collectible",
            "active",
            "pool",
            *STAMPS,
        ]
        read_only_fields = ["redeemed", *STAMPS]

    def validate_pool(self, value):
        return refuse_doubles(value, "collectible")

    def validate_limit(self, value):
        if self.instance and value is not None and value < self.instance.redeemed:
            raise serializers.ValidationError("More than that have been redeemed already.", code="below_redeemed")
        return value

    def validate(self, attrs):
        draw = attrs.get("draw", getattr(self.instance, "draw", None))
        collection = attrs.get("collection", getattr(self.instance, "collection", None))
        if draw == Draw.RANDOM_FROM_COLLECTION and collection is None:
            raise serializers.ValidationError({"collection": "Name the collection to draw from."}, code="required")
        return super().validate(attrs)


class DistributionCodeSerializer(ModelSerializer):
    """A code; left out on creation, the server draws one."""

    code = TextSerializerField(required=False, max_length=codes.MAX_TYPED)
    printed = serializers.SerializerMethodField()
    revoked = FlagSerializerField(required=False, write_only=True)

    class Meta:
        model = DistributionCode
        fields = ["id", "distribution", "code", "printed", "max_uses", "uses", "revoked", "revoked_at", *STAMPS]
        read_only_fields = ["uses", "revoked_at", *STAMPS]

    @reads("code")
    def get_printed(self, row: DistributionCode) -> str:
        return codes.format_code(row.code)

    def validate_code(self, value):
        try:
            code = codes.normalise(value)
        except codes.MistypedCode:
            raise serializers.ValidationError("The check character is wrong, or no code can look like this.") from None
        others = DistributionCode.objects.exclude(pk=self.instance.pk) if self.instance else DistributionCode.objects
        if others.filter(code=code).exists():
            raise serializers.ValidationError("This code exists already.", code="unique")
        return code

    def validate(self, attrs):
        if "revoked" in attrs:
            attrs["revoked_at"] = timezone.now() if attrs.pop("revoked") else None
        if self.instance is None:
            attrs.setdefault("code", codes.new_code())
        return attrs


class TypedCodeField(TextSerializerField):
    """As long as a code may be; REST framework makes the field anew for each request."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=codes.longest(), **kwargs)


class RedeemSerializer(serializers.Serializer):
    code = TypedCodeField(help_text="As scanned or typed: `7Q2M-4K9X-ABG`.")


class MovedMissionSerializer(serializers.ModelSerializer):
    """A mission that the copy counts for, as it stands now."""

    id = serializers.IntegerField(source="mission_id")
    goal = serializers.IntegerField(source="mission.goal")
    state = serializers.SerializerMethodField()

    class Meta:
        model = MissionProgress
        fields = ["id", "progress", "goal", "state"]

    @extend_schema_field(serializers.ChoiceField(choices=MissionState.choices))
    def get_state(self, row: MissionProgress) -> str:
        return row.mission.state_at(timezone.now(), row).value


class RedemptionResultSerializer(serializers.Serializer):
    """What a redemption answers: the copy, the missions it moved, and the new score."""

    id = serializers.IntegerField(source="grant.id")
    copy = GrantedCopySerializer(source="grant.copy")
    missions = MovedMissionSerializer(many=True)
    score = serializers.IntegerField()


class ClaimResultSerializer(serializers.Serializer):
    """What a claim answers, like a redemption; `id` and `copy` are null where only points were to be had."""

    id = serializers.IntegerField(source="grant.id", allow_null=True)
    copy = GrantedCopySerializer(source="grant.copy", allow_null=True)
    missions = MovedMissionSerializer(many=True)
    score = serializers.IntegerField()


class RedemptionSerializer(ModelSerializer):
    """A past redemption."""

    copy = GrantedCopySerializer(read_only=True)

    class Meta:
        model = Grant
        fields = ["id", "distribution", "copy", "created_at"]
        read_only_fields = fields


class PreviewSerializer(serializers.Serializer):
    can_redeem = serializers.BooleanField()
    code = serializers.CharField(allow_null=True)
    detail = serializers.CharField()
    extra = serializers.DictField()
