"""Copies: one's own, and the public part of anybody's."""

from rest_framework import serializers

from collectibles.models import Collectible, Copy, CopyEvent, Mission
from kloppocar.api.serializers import ModelSerializer, RefusingUnknownFields
from users.serializers import PublicUserSerializer

from .collectible import CollectibleInCopySerializer, SponsorshipSerializer


class CopySerializer(RefusingUnknownFields, ModelSerializer):
    """One's own copy; only `favorite` can be changed."""

    collectible = CollectibleInCopySerializer(read_only=True)

    class Meta:
        model = Copy
        fields = ["id", "mint", "collectible", "favorite", "acquired_at", "version"]
        read_only_fields = ["mint", "acquired_at", "version"]


class MissionOfCopySerializer(ModelSerializer):
    class Meta:
        model = Mission
        fields = ["id", "title", "goal"]


class CopyDetailSerializer(CopySerializer):
    """With the sponsors' words, and the missions that the copy counts for."""

    sponsorships = SponsorshipSerializer(source="collectible.sponsorships", many=True, read_only=True)
    missions = MissionOfCopySerializer(source="collectible.counting_missions", many=True, read_only=True)

    class Meta(CopySerializer.Meta):
        fields = [*CopySerializer.Meta.fields, "sponsorships", "missions"]


class PublicCopySerializer(ModelSerializer):
    """Anybody's copy, as everybody may see it."""

    collectible = CollectibleInCopySerializer(read_only=True)
    owner = PublicUserSerializer(read_only=True)

    class Meta:
        model = Copy
        fields = ["id", "mint", "collectible", "owner", "acquired_at"]
        read_only_fields = fields


class MyCopySerializer(ModelSerializer):
    """One's own copy where its collectible stands beside it."""

    class Meta:
        model = Copy
        fields = ["id", "mint", "favorite", "acquired_at"]
        read_only_fields = fields


class GallerySerializer(ModelSerializer):
    """A collectible, and what the caller owns of it."""

    owned = serializers.IntegerField(read_only=True)
    copies = MyCopySerializer(source="mine", many=True, read_only=True)

    class Meta:
        model = Collectible
        fields = [
            "id",
            "category",
            "label",
            "name",
            "media",
            "circulation",
            "minted",
            "status",
            "published_at",
            "points",
            "owned",
            "copies",
        ]
        read_only_fields = fields


class CopyEventSerializer(ModelSerializer):
    """A line of the ledger, people by their public part."""

    from_user = PublicUserSerializer(read_only=True, allow_null=True)
    to_user = PublicUserSerializer(read_only=True)

    class Meta:
        model = CopyEvent
        fields = ["id", "kind", "from_user", "to_user", "at"]
        read_only_fields = fields


class GrantedCopySerializer(serializers.ModelSerializer):
    """The copy that a redemption or a claim gave."""

    collectible = CollectibleInCopySerializer(read_only=True)

    class Meta:
        model = Copy
        fields = ["id", "mint", "collectible", "acquired_at"]
        read_only_fields = fields
