"""Missions, and the claims of what missions and challenges give."""

from typing import Any

from django.db.models import Prefetch
from drf_spectacular.utils import OpenApiResponse
from rest_framework.decorators import action
from rest_framework.permissions import IsAuthenticated
from rest_framework.response import Response

from collectibles.filters import MissionFilterSet
from collectibles.missions import recompute_after_commit
from collectibles.models import Collectible, Mission, MissionProgress
from collectibles.serializers import ClaimResultSerializer, MissionSerializer
from collectibles.services import Claim, claim_challenge, claim_mission
from communities.models import Challenge
from kloppocar.api.conditions import RIGHT_NOW
from kloppocar.api.documented import extend_schema
from kloppocar.api.permissions import AnyoneReadsStaffWrite
from kloppocar.api.viewsets import CrudViewSet, ViewSet, save_changed

ENDED = OpenApiResponse(description="`ended`")


class MissionViewSet(CrudViewSet):
    """A changed mission is counted anew for everybody, as soon as it is committed."""

    queryset = Mission.objects.none()
    serializer_class = MissionSerializer
    permission_classes = [AnyoneReadsStaffWrite]
    filterset_class = MissionFilterSet
    search_fields = ["title", "description"]
    ordering_fields = ["title", "starts_at", "created_at"]
    is_public = True

    def get_queryset(self):
        user: Any = self.request.user
        mine = MissionProgress.objects.filter(user=user) if user.is_authenticated else MissionProgress.objects.none()
        listed = Prefetch("collectibles", queryset=Collectible.objects.visible_to(user, RIGHT_NOW).only("id"))
        missions = Mission.objects.visible_to(user).prefetch_related(listed)
        return missions.prefetch_related(Prefetch("progress", queryset=mine, to_attr="mine"))

    def perform_create(self, serializer):
        recompute_after_commit(serializer.save())

    def perform_update(self, serializer):
        save_changed(serializer)
        recompute_after_commit(serializer.instance)

    @extend_schema(etag=False, request=None, responses={201: ClaimResultSerializer, 410: ENDED})
    @action(detail=True, methods=["post"], permission_classes=[IsAuthenticated])
    def claim(self, request, pk):
        """Take the reward of a finished mission, once. A refusal leaves the claim open."""
        return answer_claim(self, claim_mission(user=request.user, mission_id=pk))


class ChallengeClaimViewSet(ViewSet):
    """Take the reward of a challenge whose goal is reached, once, as one who contributed to it."""

    queryset = Challenge.objects.none()
    permission_classes = [IsAuthenticated]
    serializer_class = ClaimResultSerializer

    @extend_schema(
        operation_id="challenges_claim",
        etag=False,
        request=None,
        responses={201: ClaimResultSerializer, 410: ENDED},
    )
    def create(self, request, challenge_id):
        """Take the reward of a challenge whose goal is reached. Once, as one who added to it."""
        return answer_claim(self, claim_challenge(user=request.user, challenge_id=challenge_id))


def answer_claim(view: Any, claim: Claim) -> Response:
    return Response(ClaimResultSerializer(claim, context=view.get_serializer_context()).data, status=201)
