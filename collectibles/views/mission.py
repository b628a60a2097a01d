"""Missions."""

from django.db.models import Prefetch

from collectibles.filters import MissionFilterSet
from collectibles.missions import recompute
from collectibles.models import Mission, MissionProgress
from collectibles.serializers import MissionSerializer
from kloppocar.api.permissions import AnyoneReadsStaffWrite
from kloppocar.api.viewsets import CrudViewSet, save_changed


class MissionViewSet(CrudViewSet):
    """A changed mission is counted anew for everybody, in the same transaction."""

    queryset = Mission.objects.none()
    serializer_class = MissionSerializer
    permission_classes = [AnyoneReadsStaffWrite]
    filterset_class = MissionFilterSet
    search_fields = ["title", "description"]
    ordering_fields = ["title", "starts_at", "created_at"]
    is_public = True

    def get_queryset(self):
        missions = Mission.objects.visible_to(self.request.user).prefetch_related("collectibles")
        if not self.request.user.is_authenticated:
            return missions
        mine = MissionProgress.objects.filter(user=self.request.user)
        return missions.prefetch_related(Prefetch("progress", queryset=mine, to_attr="mine"))

    def perform_create(self, serializer):
        recompute(serializer.save())

    def perform_update(self, serializer):
        save_changed(serializer)
        recompute(serializer.instance)
