"""Who may do what inside a community."""

from typing import Any

from rest_framework.permissions import SAFE_METHODS, IsAuthenticated

from kloppocar.api.permissions import is_staff

from .models import Membership, Role

RULING = [Role.MODERATOR, Role.OWNER]


class MembersReadModeratorsWrite(IsAuthenticated):
    def has_object_permission(self, request, view, obj):
        return request.method in SAFE_METHODS or moderates(request.user, obj.community_id)


def moderates(user: Any, community_id: int) -> bool:
    """Whether `user` is staff, or a moderator or owner of that community."""
    if is_staff(user):
        return True
    return Membership.objects.filter(user=user, community=community_id, role__in=RULING).exists()
