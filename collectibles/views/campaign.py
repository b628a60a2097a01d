"""What staff do with a campaign beyond its row: make codes, take them away as a file, see how it goes."""

from typing import Any

from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.text import compress_sequence
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse
from rest_framework.decorators import action
from rest_framework.exceptions import PermissionDenied
from rest_framework.response import Response

from collectibles import statistics
from collectibles.models import Distribution, DistributionCode
from collectibles.printing.layouts import LAYOUTS
from collectibles.serializers import (
    CampaignStatisticsSerializer,
    MadeCodesSerializer,
    MakeCodesSerializer,
    WantedCodesSerializer,
    WantedSheetSerializer,
)
from collectibles.services import make_codes
from kloppocar.api.documented import extend_schema
from kloppocar.api.files import CSVRenderer, PDFRenderer, renderers
from kloppocar.api.links import public_address
from kloppocar.api.localized import asked_language
from kloppocar.api.permissions import may
from kloppocar.api.viewsets import ViewSet

from .redemption import KEY, idempotency_key

NOTHING = OpenApiResponse(description="`no_codes`, `nothing_to_print`")


class CampaignActions(ViewSet):
    def campaign(self) -> Distribution:
        return get_object_or_404(Distribution.objects.visible_to(self.request.user), pk=self.kwargs["pk"])

    def refuse_whom_codes_do_not_concern(self, action: str) -> None:
        """Who may change a campaign need not be one who may see or make its codes."""
        if not may(self.request.user, action, DistributionCode):
            raise PermissionDenied

    def selection(self, wanted: dict[str, Any]) -> Any:
        """Whoever starts this process to answer something else need not wait for what prints."""
        from collectibles.printing.selection import Selection, batch_of

        self.refuse_whom_codes_do_not_concern("view")
        campaign = self.campaign()
        return Selection(campaign, batch_of(campaign, wanted.get("batch")), wanted.get("part"))

    @extend_schema(
        request=MakeCodesSerializer, responses={200: MadeCodesSerializer, 201: MadeCodesSerializer}, parameters=[KEY]
    )
    @action(detail=True, methods=["post"], renderer_classes=renderers(CSVRenderer), extra_parameters=("batch", "part"))
    def codes(self, request: Any, pk: str) -> Response:
        """Make codes: all of them or none. A retry with the same `Idempotency-Key` makes no more and answers 200."""
        self.refuse_whom_codes_do_not_concern("add")
        wish = valid(MakeCodesSerializer(data=request.data))
        made = make_codes(campaign=self.campaign(), by=request.user, idempotency_key=idempotency_key(request), **wish)
        routes = {"csv": "distribution-codes", "sheet": "distribution-sheet"}
        links = {name: f"{reverse(route, args=[pk])}?batch={made.batch.pk}" for name, route in routes.items()}
        answer = {"batch": made.batch} | {name: request.build_absolute_uri(link) for name, link in links.items()}
        return Response(MadeCodesSerializer(answer).data, status=200 if made.is_replay else 201)

    @extend_schema(
        parameters=[WantedCodesSerializer],
        responses={(200, "text/csv"): OpenApiTypes.BINARY, 409: NOTHING},
        filters=False,
    )
    @codes.mapping.get
    def table(self, request: Any, pk: str) -> HttpResponseBase:
        """A campaign's codes, or one batch's, as CSV: 100,000 in a file, and sent compressed if they are many."""
        from collectibles.printing.table import table

        selection = self.selection(valid(WantedCodesSerializer(data=request.query_params.dict())))
        compressed = "gzip" in request.META.get("HTTP_ACCEPT_ENCODING", "")
        lines = table(selection, public_address(request), compressed=compressed)
        response = StreamingHttpResponse(
            compress_sequence(lines) if compressed else lines, content_type="text/csv; charset=utf-8"
        )
        if compressed:
            response["Content-Encoding"] = "gzip"
        response["Content-Disposition"] = f'attachment; filename="{selection.name()}.csv"'
        return response

    @extend_schema(
        parameters=[WantedSheetSerializer],
        responses={(200, "application/pdf"): OpenApiTypes.BINARY, 409: NOTHING},
        filters=False,
    )
    @action(detail=True, renderer_classes=renderers(PDFRenderer), extra_parameters=("batch", "part", "layout"))
    def sheet(self, request: Any, pk: str) -> HttpResponse:
        """QR codes to print: those of a campaign or batch that can still be redeemed, 2,500 in a file."""
        from collectibles.printing.drawing import drawn
        from collectibles.printing.sheet import sheet_of

        wanted = valid(WantedSheetSerializer(data=request.query_params.dict()))
        selection = self.selection(wanted)
        sheet = sheet_of(selection, LAYOUTS[wanted["layout"]], public_address(request), asked_language(request))
        response = HttpResponse(drawn(sheet), content_type="application/pdf")
        response["Content-Disposition"] = f'inline; filename="{selection.name()}-{wanted["layout"]}.pdf"'
        return response

    @extend_schema(responses=CampaignStatisticsSerializer)
    @action(detail=True)
    def stats(self, request: Any, pk: str) -> Response:
        """Stock and limit left, codes, redemptions by hour and day, people, and what was refused for which reason."""
        return Response(CampaignStatisticsSerializer(statistics.of_campaign(self.campaign())).data)


def valid(serializer: Any) -> Any:
    serializer.is_valid(raise_exception=True)
    return serializer.validated_data
