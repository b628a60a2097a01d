"""One's own copies, and the public lists of who owns what."""

from django.db.models import Prefetch
from django.shortcuts import get_object_or_404
from rest_framework.decorators import action
from rest_framework.permissions import AllowAny, IsAuthenticated

from collectibles.filters import CopyFilterSet
from collectibles.models import Collectible, CollectibleSponsor, Copy, CopyEvent, Mission
from collectibles.serializers import (
    CopyDetailSerializer,
    CopyEventSerializer,
    CopySerializer,
    PublicCopySerializer,
)
from kloppocar.api.conditions import RIGHT_NOW
from kloppocar.api.documented import extend_schema
from kloppocar.api.pagination import CursorPagination
from kloppocar.api.rows import narrowed
from kloppocar.api.viewsets import ListMixin, RetrieveMixin, UpdateMixin, ViewSet
from users.models import User


class CopyViewSet(RetrieveMixin, ListMixin, UpdateMixin, ViewSet):
    """The caller's own copies; `favorite` is all that they change. `{id}/history/` is public."""

    queryset = Copy.objects.none()
    http_method_names = ["get", "head", "options", "patch"]
    serializer_class = CopySerializer
    permission_classes = [IsAuthenticated]
    filterset_class = CopyFilterSet
    ordering_fields = ["acquired_at", "mint"]

    def get_queryset(self):
        mine = Copy.objects.visible_to(self.request.user).select_related("collectible")
        if self.action != "retrieve":
            return mine
        visible = Mission.objects.visible_to(self.request.user)
        return mine.prefetch_related(
            narrowed(
                "collectible__sponsorships",
                CollectibleSponsor.objects.visible_to(self.request.user).select_related("sponsor"),
            ),
            Prefetch("collectible__missions", queryset=visible, to_attr="counting_missions"),
        )

    def get_serializer_class(self):
        return CopyDetailSerializer if self.action == "retrieve" else self.serializer_class

    @extend_schema(responses=CopyEventSerializer(many=True), filters=False)
    @action(
        detail=True,
        permission_classes=[AllowAny],
        serializer_class=CopyEventSerializer,
        extra_parameters=("cursor", "page_size", "count"),
    )
    def history(self, request, pk=None):
        """The ledger of one copy, oldest line first."""
        copy = get_object_or_404(Copy.objects.known_to(request.user), pk=pk)
        lines = CopyEvent.objects.filter(copy=copy).select_related("from_user", "to_user").order_by("id")
        return self.answer_page(lines)


class PublicCopies(ListMixin, ViewSet):
    """Copies with their owners' public part."""

    queryset = Copy.objects.none()
    serializer_class = PublicCopySerializer
    permission_classes = [AllowAny]
    ordering_fields = ["mint", "acquired_at"]
    is_public = True

    def public(self):
        return Copy.objects.select_related("collectible", "owner")


class CopiesOfUserViewSet(PublicCopies):
    """What one person owns of what is published."""

    def get_queryset(self):
        user = get_object_or_404(User.objects.visible_to(self.request.user), pk=self.kwargs["user_id"])
        return self.public().shown_of(user)


class NumberPagination(CursorPagination):
    """Of one collectible no two copies have the same number."""

    unique = frozenset({"mint"})


class CopiesOfCollectibleViewSet(PublicCopies):
    """Who owns one collectible, by number."""

    pagination_class = NumberPagination

    def get_queryset(self):
        visible = Collectible.objects.visible_to(self.request.user, RIGHT_NOW)
        collectible = get_object_or_404(visible, pk=self.kwargs["collectible_id"])
        return self.public().filter(collectible=collectible).order_by("mint")
