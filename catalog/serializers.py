"""The catalogue as JSON."""

from rest_framework import serializers

from kloppocar.api.serializers import ModelSerializer

from .models import Category, Collection, Project, Sponsor

STAMPS = ["version", "created_at", "updated_at"]


class CategorySerializer(ModelSerializer):
    class Meta:
        model = Category
        fields = ["id", "name", "parent", *STAMPS]
        read_only_fields = STAMPS

    def validate_parent(self, value):
        """A category may not be its own ancestor."""
        if value is not None and self.instance and self.instance.pk in value.line_upwards():
            raise serializers.ValidationError("A category may not stand below itself.", code="cycle")
        return value


class ProjectSerializer(ModelSerializer):
    class Meta:
        model = Project
        fields = ["id", "name", "attributes", "location", "active", *STAMPS]
        read_only_fields = STAMPS


class CollectionSerializer(ModelSerializer):
    class Meta:
        model = Collection
        fields = ["id", "community", "project", "name", "description", "media", "active", *STAMPS]
        read_only_fields = STAMPS


class PublicSponsorSerializer(ModelSerializer):
    """Without address and contact."""

    class Meta:
        model = Sponsor
        fields = ["id", "name", "description", "organization", "urls", "media", "active", *STAMPS]
        read_only_fields = fields


class SponsorSerializer(ModelSerializer):
    class Meta:
        model = Sponsor
        fields = [
            "id",
            "name",
            "description",
            "organization",
            "urls",
            "media",
            "city",
            "country",
            "zip_code",
            "contact_name",
            "contact_email",
            "contact_phone",
            "active",
            *STAMPS,
        ]
        read_only_fields = STAMPS
