"""Who may do what inside a community."""

from typing import Any

from django.utils import timezone
from rest_framework.permissions import SAFE_METHODS, IsAuthenticated

from kloppocar.api.permissions import may

from .models import Membership, Role


class MembersReadModeratorsWrite(IsAuthenticated):
    """Moderators change their own membership too: to step down, or to be told that nobody bans themselves."""

    asks_for_rows_to_read = False

    def has_object_permission(self, request, view, obj):
        if request.method in SAFE_METHODS:
            return True
        is_own_office = obj.user_id == request.user.pk and obj.role != Role.MEMBER and request.method != "DELETE"
        return is_own_office or may_rule(request.user, obj.community_id, obj.role)


class ModeratorsRead(IsAuthenticated):
    def has_permission(self, request, view):
        return super().has_permission(request, view) and may_rule(
            request.user, view.kwargs["community_id"], Role.MEMBER
        )


def may_rule(user: Any, community_id: int, role: str) -> bool:
    """Whether `user` may make, change or remove somebody of that role: owners every role, moderators members alone.

    Who is banned rules nobody.
    """
    rulers = [Role.OWNER, Role.MODERATOR] if role == Role.MEMBER else [Role.OWNER]
    ruling = Membership.objects.in_force_at(timezone.now()).filter(user=user, community=community_id, role__in=rulers)
    return may(user, "change", Membership) or ruling.exists()
