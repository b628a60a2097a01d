"""Redeem a code: what the product exists for."""

import re
from typing import Any

from drf_spectacular.utils import OpenApiParameter, OpenApiResponse
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.permissions import IsAuthenticated
from rest_framework.response import Response

from collectibles.filters import RedemptionFilterSet
from collectibles.models import Grant
from collectibles.serializers import (
    PreviewSerializer,
    RedeemSerializer,
    RedemptionResultSerializer,
    RedemptionSerializer,
)
from collectibles.services import preview, redeem
from kloppocar.api.documented import extend_schema
from kloppocar.api.throttling import Guesses
from kloppocar.api.viewsets import ListMixin, RetrieveMixin, ViewSet

KEY = OpenApiParameter(
    "Idempotency-Key",
    {"type": "string", "pattern": "^[!-~]{1,128}$"},
    "header",
    description="At most 128 printable ASCII characters; a retry gets the same answer.",
)
is_key = re.compile(r"[\x21-\x7e]{1,128}").fullmatch


class RedemptionViewSet(RetrieveMixin, ListMixin, ViewSet):
    """POST redeems a code; GET lists one's own redemptions."""

    queryset = Grant.objects.none()
    serializer_class = RedemptionSerializer
    permission_classes = [IsAuthenticated]
    filterset_class = RedemptionFilterSet

    def get_queryset(self):
        mine = Grant.objects.visible_to(self.request.user).redemptions()
        return mine.select_related("copy__collectible")

    def get_serializer_class(self):
        return RedeemSerializer if self.request.method == "POST" else RedemptionSerializer

    @extend_schema(
        etag=False,
        parameters=[KEY],
        request=RedeemSerializer,
        responses={
            200: OpenApiResponse(RedemptionResultSerializer, description="A retry with the same Idempotency-Key."),
            201: RedemptionResultSerializer,
            404: OpenApiResponse(description="`unknown_code`"),
            410: OpenApiResponse(description="`revoked`, `closed`"),
        },
    )
    def create(self, request):
        """Redeem a code. With an `Idempotency-Key` a retry gets the same answer again, with 200."""
        result = redeem(
            user=request.user,
            code=typed_code(self, request),
            idempotency_key=idempotency_key(request),
            guesses=Guesses("code", request),
        )
        body = RedemptionResultSerializer(result, context=self.get_serializer_context()).data
        return Response(body, status=200 if result.is_replay else 201)

    @extend_schema(request=RedeemSerializer, responses={200: PreviewSerializer})
    @action(detail=False, methods=["post"])
    def preview(self, request):
        """What a redemption would say now; nothing is written and nothing used up."""
        result = preview(user=request.user, code=typed_code(self, request), guesses=Guesses("code", request))
        return Response(PreviewSerializer(result).data)


def typed_code(view: ViewSet, request: Any) -> str:
    serializer = view.get_serializer(data=request.data)
    serializer.is_valid(raise_exception=True)
    return serializer.validated_data["code"]


def idempotency_key(request: Any) -> str | None:
    key = request.headers.get("Idempotency-Key")
    if key is not None and not is_key(key):
        raise ValidationError({"Idempotency-Key": "1 to 128 printable ASCII characters."}, code="invalid")
    return key
