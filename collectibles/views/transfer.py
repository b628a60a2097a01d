"""Transfers: a copy from hand to hand."""

from datetime import timedelta

from drf_spectacular.utils import OpenApiResponse
from rest_framework.decorators import action
from rest_framework.permissions import IsAuthenticated
from rest_framework.response import Response

from collectibles.filters import TransferFilterSet
from collectibles.models import Transfer
from collectibles.serializers import (
    AcceptedTransferSerializer,
    AcceptTransferSerializer,
    OpenedTransferSerializer,
    OpenTransferSerializer,
    TransferSerializer,
)
from collectibles.services import accept, cancel, open_offer
from kloppocar.api.documented import extend_schema
from kloppocar.api.etag import etag_of
from kloppocar.api.throttling import Guesses
from kloppocar.api.viewsets import ListMixin, RetrieveMixin, ViewSet

GONE = OpenApiResponse(description="`expired`, `cancelled`")


class TransferViewSet(RetrieveMixin, ListMixin, ViewSet):
    """What one gave and received. POST offers a copy; its secret is told this once."""

    queryset = Transfer.objects.none()
    serializer_class = TransferSerializer
    permission_classes = [IsAuthenticated]
    filterset_class = TransferFilterSet

    def get_queryset(self):
        mine = Transfer.objects.visible_to(self.request.user)
        return mine.select_related("copy__collectible", "giver", "receiver")

    def get_serializer_class(self):
        forms = {"create": OpenTransferSerializer, "accept": AcceptTransferSerializer}
        return forms.get(self.action, TransferSerializer)

    def sent(self):
        """The request's body, once it is valid."""
        serializer = self.get_serializer(data=self.request.data)
        serializer.is_valid(raise_exception=True)
        return serializer.validated_data

    @extend_schema(request=OpenTransferSerializer, responses={201: OpenedTransferSerializer})
    def create(self, request):
        """Offer a copy. The answer holds the secret, this once."""
        sent = self.sent()
        lasts = timedelta(minutes=sent["minutes"])
        transfer = open_offer(giver=request.user, copy=sent["copy"], lasts=lasts)
        body = OpenedTransferSerializer(transfer, context=self.get_serializer_context()).data
        return Response(body, status=201, headers={"ETag": etag_of(transfer)})

    @extend_schema(
        request=AcceptTransferSerializer,
        responses={
            200: AcceptedTransferSerializer,
            404: OpenApiResponse(description="`unknown_transfer`"),
            410: GONE,
        },
    )
    @action(detail=False, methods=["post"])
    def accept(self, request):
        """Take the copy whose secret was shown."""
        accepted = accept(user=request.user, secret=self.sent()["secret"], guesses=Guesses("transfer", request))
        return Response(AcceptedTransferSerializer(accepted, context=self.get_serializer_context()).data)

    @extend_schema(etag=True, request=None, responses={200: TransferSerializer})
    @action(detail=True, methods=["post"])
    def cancel(self, request, pk=None):
        """Withdraw one's own offer."""
        return self.answer_with(cancel(user=request.user, transfer_id=int(pk)))
