"""Communities, who belongs to them, and what moderators did."""

from typing import Any

from django.shortcuts import get_object_or_404
from rest_framework.decorators import action
from rest_framework.exceptions import PermissionDenied
from rest_framework.permissions import IsAuthenticated
from rest_framework.response import Response

from communities import services
from communities.filters import CommunityFilterSet, MembershipFilterSet, ModerationEntryFilterSet
from communities.models import Community, Membership, ModerationEntry, Role
from communities.permissions import MembersReadModeratorsWrite, ModeratorsRead, may_rule
from communities.serializers import (
    BanSerializer,
    CommunitySerializer,
    MembershipSerializer,
    ModerationEntrySerializer,
    UnbanSerializer,
)
from kloppocar.api import history
from kloppocar.api.documented import extend_schema
from kloppocar.api.permissions import AnyoneReadsStaffWrite
from kloppocar.api.transactions import atomically
from kloppocar.api.viewsets import CrudViewSet, ListMixin, ViewSet


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

    def perform_destroy(self, instance):
        services.dissolve(instance)

    @extend_schema(request=None, responses={200: MembershipSerializer, 201: MembershipSerializer})
    @action(detail=True, methods=["post"], permission_classes=[IsAuthenticated])
    def join(self, request, pk):
        """Join a community. Who belongs to it already gets their membership again, with 200."""
        membership, is_new = services.join(user=request.user, community=self.get_object())
        body = MembershipSerializer(membership, context=self.get_serializer_context()).data
        return Response(body, status=201 if is_new else 200)

    @extend_schema(request=None, responses={204: None})
    @action(detail=True, methods=["post"], permission_classes=[IsAuthenticated])
    def leave(self, request, pk):
        """Leave a community. The last owner stays, and who is banned waits for the ban's end."""
        services.leave(user=request.user, community=self.get_object())
        return Response(status=204)


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
        data = serializer.validated_data
        self.refuse_promotion(data["community"].pk, data.get("role", Role.MEMBER), "add")
        serializer.save()

    def update_once(self, *, partial):
        services.lock_community_of(self.kwargs["pk"])
        return super().update_once(partial=partial)

    def perform_update(self, serializer):
        actor: Any = self.request.user
        row, data = serializer.instance, serializer.validated_data
        role = data.get("role", row.role)
        if not is_step_down(actor, row, role):
            self.refuse_promotion(row.community_id, role, "change")
        row.role = services.change_role(actor=actor, membership=row, role=role).role  # what history looks at

    def destroy_once(self):
        services.lock_community_of(self.kwargs["pk"])
        return super().destroy_once()

    def perform_destroy(self, instance):
        actor: Any = self.request.user
        services.remove(actor=actor, membership=instance)

    def refuse_promotion(self, community_id, role, action):
        """Nobody gives a role that they could not take away."""
        if not may_rule(self.request.user, community_id, role, action):
            raise PermissionDenied

    @extend_schema(request=BanSerializer, responses=MembershipSerializer)
    @action(detail=True, methods=["post"], serializer_class=BanSerializer)
    def ban(self, request, pk):
        """Keep somebody out until a moment in the future, for a reason that they can read."""
        return self.moderate(services.ban)

    @extend_schema(request=UnbanSerializer, responses=MembershipSerializer)
    @action(detail=True, methods=["post"], serializer_class=UnbanSerializer)
    def unban(self, request, pk):
        """End a ban before its time."""
        return self.moderate(services.unban)

    def moderate(self, service: Any) -> Response:
        membership = self.get_object()
        form = self.get_serializer(data=self.request.data)
        form.is_valid(raise_exception=True)
        actor: Any = self.request.user

        def work() -> Membership:
            row = service(actor=actor, membership=membership, **form.validated_data)
            if history.is_kept(actor, row):
                history.write(actor, row, history.changed(history.snapshot(membership), row))
            return row

        row = atomically(work)
        return Response(MembershipSerializer(row, context=self.get_serializer_context()).data)


def is_step_down(actor: Any, membership: Membership, role: str) -> bool:
    """Anybody may give up an office of their own."""
    steps = Role.values  # upwards
    return membership.user_id == actor.pk and steps.index(role) <= steps.index(membership.role)


class ModerationViewSet(ListMixin, ViewSet):
    """What moderators did in one community; its moderators and staff read it."""

    queryset = ModerationEntry.objects.none()
    serializer_class = ModerationEntrySerializer
    permission_classes = [ModeratorsRead]
    filterset_class = ModerationEntryFilterSet

    def get_queryset(self):
        get_object_or_404(Community.objects.visible_to(self.request.user), pk=self.kwargs["community_id"])
        return entries(ModerationEntry.objects.filter(community=self.kwargs["community_id"]))


class StandingViewSet(ListMixin, ViewSet):
    """What moderators did about the caller, in every community."""

    queryset = ModerationEntry.objects.none()
    serializer_class = ModerationEntrySerializer
    permission_classes = [IsAuthenticated]
    filterset_class = ModerationEntryFilterSet

    def get_queryset(self):
        return entries(ModerationEntry.objects.filter(subject=self.request.user.pk))


def entries(rows: Any) -> Any:
    return rows.select_related("community", "actor", "subject")
