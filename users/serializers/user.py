"""People as others see them, and as they see themselves."""

from bisect import bisect_right
from typing import Any, cast

from django.conf import settings
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from kloppocar.api.serializers import ModelSerializer, RefusingUnknownFields
from users import names
from users.emails import as_stored
from users.models import SET_BY_HAND, Rank, User


class RankSerializer(ModelSerializer):
    class Meta:
        model = Rank
        fields = ["id", "title", "level", "min_score", "version", "created_at", "updated_at"]
        read_only_fields = ["version", "created_at", "updated_at"]


class UserRankSerializer(ModelSerializer):
    class Meta:
        model = Rank
        fields = ["id", "title", "level"]


def ladder_of(context: dict[str, Any]) -> list[Rank]:
    """All ranks from the lowest, read once an answer, however many people are in it."""
    if "ladder" not in context:
        context["ladder"] = list(Rank.objects.order_by("min_score"))
    return context["ladder"]


def rank_of(score: int, context: dict[str, Any]) -> Rank | None:
    """The highest rank reached."""
    ladder = ladder_of(context)
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


def next_rank_of(score: int, context: dict[str, Any]) -> dict[str, Any] | None:
    """The rank after the present one, and the points that are missing; None on the highest."""
    rank = next((rank for rank in ladder_of(context) if rank.min_score > score), None)
    if rank is None:
        return None
    shown = UserRankSerializer(rank, context={**context, "is_part": True}).data
    return shown | {"min_score": rank.min_score, "points_missing": rank.min_score - score}


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
    status = serializers.ChoiceField(choices=SET_BY_HAND, required=False)

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

    def validate_email(self, value):
        return value and as_stored(value)

    def validate_is_active(self, value):
        if not value and self.instance is not None and self.instance.pk == self.context["request"].user.pk:
            raise serializers.ValidationError(_("Nobody switches off their own account."), code="own_account")
        return value


class NextRankSerializer(UserRankSerializer):
    points_missing = serializers.IntegerField(read_only=True)

    class Meta(UserRankSerializer.Meta):
        fields = [*UserRankSerializer.Meta.fields, "min_score", "points_missing"]


class CountsSerializer(serializers.Serializer):
    copies = serializers.IntegerField()
    collectibles = serializers.IntegerField(help_text="Different ones.")
    missions_claimed = serializers.IntegerField()
    communities = serializers.IntegerField()
    unread = serializers.IntegerField(help_text="Messages in the inbox.")


class MeSerializer(RefusingUnknownFields, ModelSerializer):
    """One's own account. Protected fields are refused, not ignored."""

    described = {"username": {"pattern": "^[A-Za-z0-9_.-]{3,30}$"}, "language": {"enum": settings.CONTENT_LANGUAGES}}

    rank = RankField()
    next_rank = serializers.SerializerMethodField()
    copies = serializers.IntegerField(source="counts.copies", read_only=True)
    counts = CountsSerializer(read_only=True)

    class Meta:
        model = User
        fields = [
            "id",
            "username",
            "email",
            "status",
            "picture",
            "picture_small",
            "language",
            "country",
            "newsletter",
            "push_enabled",
            "score",
            "rank",
            "next_rank",
            "copies",
            "counts",
            "version",
            "created_at",
        ]
        read_only_fields = ["email", "status", "picture", "picture_small", "score", "version", "created_at"]
        extra_kwargs = {"username": {"validators": [], "allow_null": False}}

    @extend_schema_field(NextRankSerializer(allow_null=True))
    def get_next_rank(self, user: Any) -> dict[str, Any] | None:
        return next_rank_of(user.score, cast(dict[str, Any], self.context))

    def validate_language(self, value):
        if value and value not in settings.CONTENT_LANGUAGES:
            raise serializers.ValidationError(f"Known are {', '.join(settings.CONTENT_LANGUAGES)}.")
        return value

    def validate_username(self, value):
        for validate in User._meta.get_field("username").validators:
            validate(value)
        if value != getattr(self.instance, "username", None) and names.is_reserved(value):
            raise serializers.ValidationError(_("This name is reserved."), code="reserved_name")
        if names.is_offensive(value):
            raise serializers.ValidationError(_("Please choose another name."), code="offensive_name")
        return value
