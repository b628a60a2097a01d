"""What staff may do to accounts, by the API and in the admin alike."""

from typing import Any

from rest_framework.permissions import SAFE_METHODS

from kloppocar.api.permissions import AnyoneReadsStaffWrite, is_administrator, may

from .models import User, UserQuerySet, UserStatus

WAYS_IN = ["is_active", "is_staff"]  # nobody takes their own away


class AnyoneReadsStaffWriteWhomTheyMay(AnyoneReadsStaffWrite):
    asks_for_rows_to_read = False

    def has_object_permission(self, request, view, obj):
        return request.method in SAFE_METHODS or may_write(request.user, obj)


def may_write(actor: Any, person: User) -> bool:
    """Superusers are a superuser's business, and of an erased person nothing changes any more."""
    return person.status != UserStatus.DELETED and (is_administrator(actor) or not person.is_superuser)


def whom_they_may_deactivate(actor: Any, people: UserQuerySet) -> UserQuerySet:
    """The same of many; besides, staff are an administrator's business, and nobody locks themselves out."""
    people = people.exclude(pk=actor.pk).exclude(status=UserStatus.DELETED)
    if not may(actor, "change", User):
        people = people.filter(is_staff=False)
    if not is_administrator(actor):
        people = people.filter(is_superuser=False)
    return people
