"""People as others see them, and as they see themselves."""

from bisect import bisect_right
from typing import Any

from django.conf import settings
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from kloppocar.api.serializers import ModelSerializer, RefusingUnknownFields
from users.models import Rank, User


class RankSerializer(ModelSerializer):
    class Meta:
        model = Rank
        fields = ["id", "title", "level", "min_score", "version", "created_at", "updated_at"]
        read_only_fields = ["version", "created_at", "updated_at"]


class UserRankSerializer(ModelSerializer):
    class Meta:
        model = Rank
        fields = ["id", "title", "level"]


def rank_of(score: int, context: dict[str, Any]) -> Rank | None:
    """The highest rank reached; the ladder is read once an answer, however many people are in it."""
    if "ladder" not in context:
        context["ladder"] = list(Rank.objects.order_by("min_score"))
    ladder = context["ladder"]
    place = bisect_right(ladder, score, key=lambda rank: rank.min_score)
    return ladder[place - 1] if place else None


class RankField(serializers.Field):
    """The rank that belongs to a score, or null below the first step."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(source="score", read_only=True, **kwargs)

    def to_representation(self, value):
        return self.reader(self.context)(value)

    def reader(self, context):
        """What gives the JSON of a score's rank."""
        serializer = UserRankSerializer(context={**context, "is_part": True})

        def read(score: int) -> dict[str, Any] | None:
            rank = rank_of(score, context)
            return serializer.to_representation(rank) if rank else None

        return read


RankField = extend_schema_field(UserRankSerializer(allow_null=True))(RankField)  # type: ignore[misc]


class PublicUserSerializer(ModelSerializer):
    """What anybody may know of a person."""

    rank = RankField()

    class Meta:
        model = User
        fields = ["id", "username", "picture", "rank"]
        read_only_fields = fields


class StaffUserSerializer(ModelSerializer):
    """What staff see and may set; identity, score and rights are not set here."""

    rank = RankField()

    class Meta:
        model = User
        fields = [
            "id",
            "username",
            "picture",
            "rank",
            "email",
            "status",
            "language",
            "country",
            "newsletter",
            "push_enabled",
            "score",
            "is_active",
            "version",
            "created_at",
            "updated_at",
        ]
        read_only_fields = ["score", "version", "created_at", "updated_at"]


class MeSerializer(RefusingUnknownFields, ModelSerializer):
    """One's own account. Protected fields are refused, not ignored."""

    rank = RankField()
    copies = serializers.IntegerField(source="copies_owned", read_only=True)

    class Meta:
        model = User
        fields = [
            "id",
            "username",
            "email",
            "status",
            "picture",
            "language",
            "country",
            "newsletter",
            "push_enabled",
            "score",
            "rank",
            "copies",
            "version",
            "created_at",
        ]
        read_only_fields = ["email", "status", "picture", "score", "version", "created_at"]
        extra_kwargs = {"username": {"validators": [], "allow_null": False}}

    def validate_language(self, value):
        if value and value not in settings.CONTENT_LANGUAGES:
            raise serializers.ValidationError(f"Known are {', '.join(settings.CONTENT_LANGUAGES)}.")
        return value

    def validate_username(self, value):
        for validate in User._meta.get_field("username").validators:
            validate(value)
        return value
