"""Who may do what inside a community."""

from typing import Any

from django.utils import timezone
from rest_framework.permissions import SAFE_METHODS, IsAuthenticated

from kloppocar.api.permissions import may

from .models import Membership, ModerationEntry, Role


class MembersReadModeratorsWrite(IsAuthenticated):
    """Moderators change their own membership too: to step down, or to be told that nobody bans themselves."""

    asks_for_rows_to_read = False

    def has_object_permission(self, request, view, obj):
        if request.method in SAFE_METHODS:
            return True
        is_own_office = obj.user_id == request.user.pk and obj.role != Role.MEMBER and request.method != "DELETE"
        action = "delete" if request.method == "DELETE" else "change"
        return is_own_office or may_rule(request.user, obj.community_id, obj.role, action)


class ModeratorsRead(IsAuthenticated):
    """And staff whose role reads the log."""

    def has_permission(self, request, view):
        if not super().has_permission(request, view):
            return False
        user, community_id = request.user, view.kwargs["community_id"]
        return may(user, "view", ModerationEntry) or may_rule(user, community_id, Role.MEMBER)


def may_rule(user: Any, community_id: int, role: str, action: str = "change") -> bool:
    """Whether `user` may add, change or delete somebody of that role: owners every role, moderators members alone.

    Who is banned rules nobody. Staff may what their role says of memberships.
    """
    rulers = [Role.OWNER, Role.MODERATOR] if role == Role.MEMBER else [Role.OWNER]
    ruling = Membership.objects.in_force_at(timezone.now()).filter(user=user, community=community_id, role__in=rulers)
    return may(user, action, Membership) or ruling.exists()
