"""May they change this row? One class for each answer, named as a sentence.

Staff by a token's group may do all. Staff of a browser session may do what their role's model permissions say, here and
in the admin alike; superusers all, and staff without a role nothing (kloppocar/roles.py has the roles).
"""

from typing import Any

from rest_framework.permissions import SAFE_METHODS, BasePermission

ACTIONS = {"POST": "add", "PUT": "change", "PATCH": "change", "DELETE": "delete"}  # anything else is "view"


def is_staff(user: Any) -> bool:
    """Staff by the token's groups, or by the row in a browser session; nobody else, anonymous people included."""
    return bool(getattr(user, "acts_as_staff", False))


def is_administrator(user: Any) -> bool:
    """Staff who may do all, whatever their role."""
    return is_staff(user) and bool(getattr(user, "acts_as_administrator", False))


def may(user: Any, action: str, model: Any) -> bool:
    """Whether staff may view, add, change or delete rows of a model; others never."""
    if not is_staff(user):
        return False
    meta = model._meta
    return is_administrator(user) or user.has_perm(f"{meta.app_label}.{action}_{meta.model_name}")


def may_call(request: Any, view: Any) -> bool:
    """The same of a view's model and a request's method. To post to one row is to change it."""
    model = getattr(getattr(view, "queryset", None), "model", None)
    if model is None:
        return is_administrator(request.user)
    action = ACTIONS.get(request.method, "view")
    return may(request.user, "change" if action == "add" and getattr(view, "detail", False) else action, model)


class OnlyStaff(BasePermission):
    def has_permission(self, request, view):
        return may_call(request, view)


class AnyoneReadsStaffWrite(BasePermission):
    def has_permission(self, request, view):
        return request.method in SAFE_METHODS or may_call(request, view)
