"""Communities and who belongs to them."""

from rest_framework.exceptions import PermissionDenied

from communities.filters import CommunityFilterSet, MembershipFilterSet
from communities.models import Community, Membership, Role
from communities.permissions import MembersReadModeratorsWrite, may_rule
from communities.serializers import CommunitySerializer, MembershipSerializer
from kloppocar.api.permissions import AnyoneReadsStaffWrite
from kloppocar.api.viewsets import CrudViewSet


class CommunityViewSet(CrudViewSet):
    queryset = Community.objects.none()
    serializer_class = CommunitySerializer
    permission_classes = [AnyoneReadsStaffWrite]
    filterset_class = CommunityFilterSet
    search_fields = ["title", "description"]
    ordering_fields = ["title", "created_at"]
    is_public = True

    def get_queryset(self):
        return Community.objects.visible_to(self.request.user)


class MembershipViewSet(CrudViewSet):
    """Members of a community see each other; its moderators change who belongs and how."""

    queryset = Membership.objects.none()
    serializer_class = MembershipSerializer
    permission_classes = [MembersReadModeratorsWrite]
    filterset_class = MembershipFilterSet
    ordering_fields = ["created_at"]

    def get_queryset(self):
        return Membership.objects.visible_to(self.request.user).select_related("user")

    def perform_create(self, serializer):
        self.refuse_promotion(serializer.validated_data["community"].pk, serializer.validated_data)
        serializer.save()

    def perform_update(self, serializer):
        self.refuse_promotion(serializer.instance.community_id, serializer.validated_data)
        super().perform_update(serializer)

    def refuse_promotion(self, community_id, data):
        """Nobody gives a role that they could not take away."""
        if not may_rule(self.request.user, community_id, data.get("role", Role.MEMBER)):
            raise PermissionDenied
