"""News."""

from communities.filters import NewsPostFilterSet
from communities.models import NewsPost
from communities.serializers import NewsPostSerializer
from kloppocar.api.conditions import RIGHT_NOW
from kloppocar.api.permissions import AnyoneReadsStaffWrite
from kloppocar.api.viewsets import CrudViewSet


class NewsPostViewSet(CrudViewSet):
    queryset = NewsPost.objects.none()
    serializer_class = NewsPostSerializer
    permission_classes = [AnyoneReadsStaffWrite]
    filterset_class = NewsPostFilterSet
    search_fields = ["header", "short_body"]
    ordering_fields = ["posted_at"]
    is_public = True

    def get_queryset(self):
        return NewsPost.objects.visible_to(self.request.user, RIGHT_NOW)
