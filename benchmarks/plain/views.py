"""Plain DRF as its documentation teaches it, with the queries that somebody who looks at them would write."""

from typing import Any

from django.urls import include, path
from django.utils import timezone
from rest_framework import serializers, viewsets
from rest_framework.pagination import CursorPagination
from rest_framework.routers import DefaultRouter

from catalog.models import Category, Collection, Sponsor
from collectibles.models import Collectible, CollectibleSponsor, Copy


class Named(serializers.ModelSerializer):
    class Meta:
        model = Collection
        fields = ["id", "name"]


class NamedCategory(serializers.ModelSerializer):
    class Meta:
        model = Category
        fields = ["id", "name"]


class NamedSponsor(serializers.ModelSerializer):
    class Meta:
        model = Sponsor
        fields = ["id", "name", "media"]


class SponsorshipSerializer(serializers.ModelSerializer):
    sponsor = NamedSponsor()

    class Meta:
        model = CollectibleSponsor
        fields = ["sponsor", "message"]


FIELDS = ["id", "collection", "category", "label", "name", "description", "media", "circulation", "minted", "status"]
FIELDS += ["published_at", "price", "points", "sponsorships", "version", "created_at", "updated_at"]


class CollectibleSerializer(serializers.ModelSerializer):
    collection = Named(read_only=True)
    category = NamedCategory(read_only=True)
    sponsorships = SponsorshipSerializer(many=True, read_only=True)

    class Meta:
        model = Collectible
        fields = FIELDS


class CollectibleWriteSerializer(serializers.ModelSerializer):
    class Meta:
        model = Collectible
        fields = ["collection", "category", "label", "name", "description", "media", "circulation", "points"]

    def to_representation(self, instance: Any) -> Any:
        return CollectibleSerializer(instance, context=self.context).data


class CollectibleInCopySerializer(serializers.ModelSerializer):
    class Meta:
        model = Collectible
        fields = ["id", "collection", "label", "name", "description", "media", "circulation", "points"]


class CopySerializer(serializers.ModelSerializer):
    collectible = CollectibleInCopySerializer(read_only=True)

    class Meta:
        model = Copy
        fields = ["id", "mint", "collectible", "favorite", "acquired_at", "version"]


class ById(CursorPagination):
    page_size = 50
    ordering = "id"


class Newest(CursorPagination):
    page_size = 50
    ordering = ("-acquired_at", "-id")


class CollectibleViewSet(viewsets.ModelViewSet):
    pagination_class = ById
    filterset_fields = ["collection", "category", "status"]

    def get_queryset(self) -> Any:
        rows = Collectible.objects.select_related("collection", "category").prefetch_related("sponsorships__sponsor")
        if self.request.method != "GET":
            return rows
        return rows.filter(
            published_at__lte=timezone.now(), collection__active=True, collection__community__active=True
        ).exclude(status="draft")

    def get_serializer_class(self) -> Any:
        return CollectibleSerializer if self.request.method == "GET" else CollectibleWriteSerializer


class CopyViewSet(viewsets.ReadOnlyModelViewSet):
    serializer_class = CopySerializer
    pagination_class = Newest

    def get_queryset(self) -> Any:
        return Copy.objects.filter(owner=self.request.user).select_related("collectible")


router = DefaultRouter()
router.register("collectibles", CollectibleViewSet, "collectible")
router.register("copies", CopyViewSet, "copy")
urlpatterns = [path("api/v1/", include(router.urls))]
