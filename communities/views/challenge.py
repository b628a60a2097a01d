"""What communities reach together."""

from typing import Any

from django.db.models import Prefetch
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter
from rest_framework.decorators import action
from rest_framework.response import Response

from communities.filters import ChallengeFilterSet
from communities.models import Challenge, ChallengeContribution
from communities.serializers import ChallengeSerializer, ContributionsSerializer
from kloppocar.api.documented import extend_schema
from kloppocar.api.pagination import MAX_SIZE, page_size
from kloppocar.api.permissions import AnyoneReadsStaffWrite
from kloppocar.api.viewsets import CrudViewSet


class ChallengeViewSet(CrudViewSet):
    queryset = Challenge.objects.none()
    serializer_class = ChallengeSerializer
    permission_classes = [AnyoneReadsStaffWrite]
    filterset_class = ChallengeFilterSet
    search_fields = ["title"]
    ordering_fields = ["starts_at", "created_at"]
    is_public = True

    def get_queryset(self):
        user: Any = self.request.user
        challenges = Challenge.objects.visible_to(user).with_progress()
        mine = ChallengeContribution.objects.filter(user=user.pk) if user.pk else ChallengeContribution.objects.none()
        return challenges.prefetch_related(Prefetch("contributions", queryset=mine, to_attr="mine"))

    @extend_schema(
        responses=ContributionsSerializer,
        parameters=[OpenApiParameter("page_size", int, description=f"How many places, 1 to {MAX_SIZE}.")],
    )
    @action(detail=True, extra_parameters=("page_size",))
    def contributions(self, request, pk):
        """Who added most, and the caller's own place."""
        challenge = get_object_or_404(Challenge.objects.visible_to(request.user).only("id"), pk=pk)
        size = page_size(request.query_params.get("page_size"))
        rows: list[Any] = list(challenge.contributions.top(size, request.user).select_related("user"))
        mine = next((row for row in rows if row.user_id == request.user.pk), None)
        body = {"mine": mine, "results": [row for row in rows if row.line <= size]}
        return Response(ContributionsSerializer(body, context=self.get_serializer_context()).data)
