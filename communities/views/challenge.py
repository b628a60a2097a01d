"""What communities reach together."""

from communities.filters import ChallengeFilterSet
from communities.models import Challenge
from communities.serializers import ChallengeSerializer
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
        return Challenge.objects.visible_to(self.request.user)
