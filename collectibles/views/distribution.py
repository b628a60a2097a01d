"""Campaigns and codes: staff only."""

from collectibles.filters import DistributionCodeFilterSet, DistributionFilterSet
from collectibles.models import Distribution, DistributionCode
from collectibles.serializers import DistributionCodeSerializer, DistributionSerializer
from kloppocar.api.permissions import OnlyStaff
from kloppocar.api.viewsets import CrudViewSet

from .campaign import CampaignActions


class DistributionViewSet(CampaignActions, CrudViewSet):
    queryset = Distribution.objects.none()
    serializer_class = DistributionSerializer
    permission_classes = [OnlyStaff]
    filterset_class = DistributionFilterSet
    search_fields = ["name"]
    ordering_fields = ["starts_at", "ends_at", "redeemed"]

    def get_queryset(self):
        return Distribution.objects.visible_to(self.request.user).prefetch_related("pool")


class DistributionCodeViewSet(CrudViewSet):
    queryset = DistributionCode.objects.none()
    serializer_class = DistributionCodeSerializer
    permission_classes = [OnlyStaff]
    filterset_class = DistributionCodeFilterSet
    ordering_fields = ["created_at", "uses"]

    def get_queryset(self):
        return DistributionCode.objects.visible_to(self.request.user)
