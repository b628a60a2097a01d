"""Collectibles."""

from collectibles.filters import CollectibleFilterSet
from collectibles.models import Collectible
from collectibles.serializers import CollectibleSerializer
from kloppocar.api.conditions import RIGHT_NOW
from kloppocar.api.permissions import AnyoneReadsStaffWrite
from kloppocar.api.viewsets import CrudViewSet


class CollectibleViewSet(CrudViewSet):
    queryset = Collectible.objects.none()
    serializer_class = CollectibleSerializer
    permission_classes = [AnyoneReadsStaffWrite]
    filterset_class = CollectibleFilterSet
    search_fields = ["name", "label", "description"]
    ordering_fields = ["name", "label", "minted", "published_at", "created_at"]
    is_public = True

    def get_queryset(self):
        visible = Collectible.objects.visible_to(self.request.user, RIGHT_NOW)
        return visible.prefetch_related("sponsorships__sponsor").select_related("collection", "category")
