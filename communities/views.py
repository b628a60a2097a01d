"""Communities, memberships, challenges and news."""

from rest_framework.exceptions import PermissionDenied

from kloppocar.api.conditions import RIGHT_NOW
from kloppocar.api.permissions import AnyoneReadsStaffWrite
from kloppocar.api.viewsets import CrudViewSet

from .filters import ChallengeFilterSet, CommunityFilterSet, MembershipFilterSet, NewsPostFilterSet
from .models import Challenge, Community, Membership, NewsPost, Role
from .permissions import MembersReadModeratorsWrite, may_rule
from .serializers import ChallengeSerializer, CommunitySerializer, MembershipSerializer, NewsPostSerializer


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
