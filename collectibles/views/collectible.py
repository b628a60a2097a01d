"""Collectibles."""

from collectibles.filters import CollectibleFilterSet
from collectibles.models import Collectible, CollectibleSponsor
from collectibles.serializers import CollectibleSerializer
from kloppocar.api.conditions import RIGHT_NOW
from kloppocar.api.permissions import AnyoneReadsStaffWrite
from kloppocar.api.rows import narrowed
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
        user = self.request.user
        words = CollectibleSponsor.objects.visible_to(user).select_related("sponsor")
        visible = Collectible.objects.visible_to(user, RIGHT_NOW).select_related("collection", "category")
        return visible.prefetch_related(narrowed("sponsorships", words))
