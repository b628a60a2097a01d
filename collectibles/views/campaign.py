"""What staff do with a campaign beyond its row: see how it goes."""

from typing import Any

from django.shortcuts import get_object_or_404
from rest_framework.decorators import action
from rest_framework.response import Response

from collectibles import statistics
from collectibles.models import Distribution
from collectibles.serializers import CampaignStatisticsSerializer
from kloppocar.api.documented import extend_schema
from kloppocar.api.viewsets import ViewSet


class CampaignActions(ViewSet):
    def campaign(self) -> Distribution:
        return get_object_or_404(Distribution.objects.visible_to(self.request.user), pk=self.kwargs["pk"])

    @extend_schema(responses=CampaignStatisticsSerializer)
    @action(detail=True)
    def stats(self, request: Any, pk: str) -> Response:
        """Stock and limit left, codes, redemptions by hour and day, people, and what was refused for which reason."""
        return Response(CampaignStatisticsSerializer(statistics.of_campaign(self.campaign())).data)
