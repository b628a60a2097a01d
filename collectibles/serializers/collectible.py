"""Collectibles, with the collection, category and sponsors that they belong to."""

from rest_framework import serializers

from catalog.models import Category, Collection, Sponsor
from collectibles.models import Collectible, CollectibleSponsor, CollectibleStatus
from kloppocar.api.serializers import EmbeddedField, ModelSerializer, PartsSerializer, refuse_doubles

STAMPS = ["version", "created_at", "updated_at"]


class EmbeddedCollectionSerializer(ModelSerializer):
    class Meta:
        model = Collection
        fields = ["id", "name"]


class EmbeddedCategorySerializer(ModelSerializer):
    class Meta:
        model = Category
        fields = ["id", "name"]


class EmbeddedSponsorSerializer(ModelSerializer):
    class Meta:
        model = Sponsor
        fields = ["id", "name", "media"]


class SponsorshipSerializer(ModelSerializer):
    sponsor = EmbeddedField(serializer=EmbeddedSponsorSerializer, queryset=Sponsor.objects.all())

    class Meta:
        model = CollectibleSponsor
        fields = ["sponsor", "message"]


class CollectibleSerializer(PartsSerializer):
    """The template of numbered copies; `minted` and `sold_out` are the engine's business."""

    collection = EmbeddedField(serializer=EmbeddedCollectionSerializer, queryset=Collection.objects.all())
    category = EmbeddedField(serializer=EmbeddedCategorySerializer, queryset=Category.objects.all())
    sponsorships = SponsorshipSerializer(many=True, required=False)
    parts = {"sponsorships": "collectible"}

    class Meta:
        model = Collectible
        fields = [
            "id",
            "collection",
            "category",
            "label",
            "name",
            "description",
            "media",
            "circulation",
            "minted",
            "status",
            "published_at",
            "price",
            "points",
            "sponsorships",
            *STAMPS,
        ]
        read_only_fields = ["minted", *STAMPS]

    def validate_circulation(self, value):
        """After the first copy an edition can only grow."""
        old = self.instance
        if not old or not old.minted:
            return value
        if value is not None and (old.circulation is None or value < old.circulation):
            raise serializers.ValidationError("After the first copy an edition can only grow.", code="may_only_grow")
        return value

    def validate_status(self, value):
        if value == CollectibleStatus.SOLD_OUT and (self.instance is None or self.instance.status != value):
            raise serializers.ValidationError("An edition sells out by itself.", code="not_writable")
        return value

    def validate_sponsorships(self, value):
        return refuse_doubles(value, "sponsor")


class CollectibleInCopySerializer(ModelSerializer):
    """What a copy shows of its collectible."""

    class Meta:
        model = Collectible
        fields = ["id", "collection", "label", "name", "description", "media", "circulation", "points"]
        read_only_fields = fields
