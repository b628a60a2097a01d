"""May they change this row? One class for each answer, named as a sentence."""

from typing import Any

from rest_framework.permissions import SAFE_METHODS, BasePermission


def is_staff(user: Any) -> bool:
    """Staff by the token's groups, or by the row in a browser session; nobody else, anonymous people included."""
    return bool(getattr(user, "acts_as_staff", False))


class OnlyStaff(BasePermission):
    def has_permission(self, request, view):
        return is_staff(request.user)


class AnyoneReadsStaffWrite(BasePermission):
    def has_permission(self, request, view):
        return request.method in SAFE_METHODS or is_staff(request.user)
