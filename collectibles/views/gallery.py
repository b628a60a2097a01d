"""A collection as its visitor sees it: everything there is, and which of it is theirs."""

from django.db.models import Count, Exists, OuterRef, Prefetch, Q, Subquery
from django.db.models.functions import Coalesce
from django.shortcuts import get_object_or_404
from rest_framework.permissions import IsAuthenticated

from catalog.models import Collection
from collectibles.filters import GalleryFilterSet
from collectibles.models import Collectible, CollectibleStatus, Copy
from collectibles.serializers import GallerySerializer
from kloppocar.api.conditions import RIGHT_NOW
from kloppocar.api.localized import spoken_language, text_order
from kloppocar.api.viewsets import ListMixin, ViewSet


class GalleryViewSet(ListMixin, ViewSet):
    """All published collectibles of a collection, by label and name in the asked language, with the caller's copies.

    Retired ones are there for whoever owns them. Ten copies of each stand here; `owned` says how many there are.
    """

    queryset = Collectible.objects.none()
    serializer_class = GallerySerializer
    permission_classes = [IsAuthenticated]
    filterset_class = GalleryFilterSet
    search_fields = ["label", "name"]
    ordering_fields = ["label", "name", "minted", "published_at"]

    def get_queryset(self):
        user, language = self.request.user, spoken_language(self.request)
        collections = Collection.objects.visible_to(user)
        collection = get_object_or_404(collections.only("id"), pk=self.kwargs["collection_id"])
        mine = Copy.objects.visible_to(user)
        of_this = mine.filter(collectible=OuterRef("pk")).order_by()
        number = Subquery(of_this.values("collectible").annotate(total=Count("pk")).values("total"))
        order = text_order("label", language) | text_order("name", language)
        published = Collectible.objects.published_at(RIGHT_NOW).filter(collection=collection)
        return (
            published.defer("description", "price")
            .alias(is_mine=Exists(of_this))
            .filter(~Q(status=CollectibleStatus.RETIRED) | Q(is_mine=True))
            .annotate(owned=Coalesce(number, 0))
            .annotate(**order)
            .prefetch_related(Prefetch("copies", mine.first_of_each(), to_attr="mine"))
            .order_by(*order, "id")
        )
