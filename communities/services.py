"""Who belongs to a community and who does not: each change one transaction, with its line in the moderation log.

The community's row is locked first, so that of two owners who leave at once one stays, and no two wait for each other.
That an owner stays is a rule of the database too; here it has a code of its own, and banned owners do not count.
"""

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.exceptions import PermissionDenied

from communities.models import Community, Membership, ModerationAction, ModerationEntry, Role
from kloppocar.api.errors import Refusal
from kloppocar.api.permissions import may
from kloppocar.api.transactions import atomically
from users.models import User
from users.services import lock_account


def join(*, user: User, community: Community) -> tuple[Membership, bool]:
    """Their membership, and whether it is new, also of many calls at once. Who is banned stays banned."""

    def work() -> tuple[Membership, bool]:
        membership, is_new = Membership.objects.get_or_create(user=lock_account(user), community=community)
        refuse_banned(membership)
        return membership, is_new

    return atomically(work)


@transaction.atomic
def leave(*, user: User, community: Community) -> None:
    """A ban stays with its membership, so who is banned cannot leave and come back without it."""
    membership = lock(community.pk).filter(user=user).first()
    if membership is None:
        raise Refusal("not_a_member", _("You do not belong to this community."), status=409)
    refuse_banned(membership)
    keep_an_owner(membership)
    membership.delete()


@transaction.atomic
def ban(*, actor: User, membership: Membership, until: datetime, reason: str) -> Membership:
    """Until then they neither take part nor see the members. A second ban replaces the first."""
    row = lock(membership.community_id).get(pk=membership.pk)
    if row.user_id == actor.pk:
        raise Refusal("own_membership", _("Nobody bans themselves."), status=409)
    if row.role == Role.OWNER and not may(actor, "change", Membership):
        raise PermissionDenied  # owners are equals: the role has to be taken away first
    keep_an_owner(row)
    write(row, banned_until=until)
    note(actor, row, ModerationAction.BANNED, reason=reason, until=until)
    return row


@transaction.atomic
def unban(*, actor: User, membership: Membership, reason: str) -> Membership:
    row = lock(membership.community_id).get(pk=membership.pk)
    if not row.is_banned_at(timezone.now()):
        raise Refusal("not_banned", _("They are not banned."), status=409)
    if row.user_id == actor.pk:
        raise Refusal("own_membership", _("Nobody lifts their own ban."), status=409)
    write(row, banned_until=None)
    note(actor, row, ModerationAction.UNBANNED, reason=reason)
    return row


@transaction.atomic
def change_role(*, actor: User, membership: Membership, role: str) -> Membership:
    row = lock(membership.community_id).get(pk=membership.pk)
    if row.role == role:
        return row
    if role != Role.OWNER:
        keep_an_owner(row)
    write(row, role=role)
    note(actor, row, ModerationAction.ROLE_CHANGED, role=role)
    return row


@transaction.atomic
def remove(*, actor: User, membership: Membership) -> None:
    """Show somebody out, who may come back: during a ban it would be a way around it."""
    row = lock(membership.community_id).get(pk=membership.pk)
    if row.is_banned_at(timezone.now()):
        raise Refusal("banned", _("They are banned: lift the ban first."), status=409)
    keep_an_owner(row)
    note(actor, row, ModerationAction.REMOVED)
    row.delete()


@transaction.atomic
def dissolve(community: Community) -> None:
    """Delete a community with all that belongs to it: closed first, so that its last owner may go."""
    Community.objects.filter(pk=community.pk).update(active=False)
    community.delete()


def lock(community_id: int) -> QuerySet[Membership]:
    """The community's memberships, under the lock on its row."""
    Community.objects.select_for_update().only("id").get(pk=community_id)
    return Membership.objects.filter(community=community_id)


def lock_community_of(membership_id: int) -> None:
    """Before the membership's own row, as everywhere here."""
    for community_id in Membership.objects.filter(pk=membership_id).values_list("community_id", flat=True):
        lock(community_id)


def keep_an_owner(membership: Membership) -> None:
    """Refuse what would leave the community without an owner who can act."""
    if membership.role != Role.OWNER:
        return
    owners = Membership.objects.in_force_at(timezone.now()).filter(community=membership.community_id, role=Role.OWNER)
    if not owners.exclude(pk=membership.pk).exists():
        raise Refusal("last_owner", _("A community needs an owner: make somebody else one first."), status=409)


def refuse_banned(membership: Membership) -> None:
    if membership.is_banned_at(timezone.now()):
        detail, extra = _("You are banned from this community for now."), {"until": membership.banned_until}
        raise Refusal("banned", detail, status=403, extra=extra)


def write(membership: Membership, **changes: object) -> None:
    for name, value in changes.items():
        setattr(membership, name, value)
    membership.save(update_fields=[*changes, "updated_at", "version"])


def note(
    actor: User,
    membership: Membership,
    action: ModerationAction,
    *,
    role: str | None = None,
    reason: str = "",
    until: datetime | None = None,
) -> None:
    ModerationEntry.objects.create(
        community_id=membership.community_id,
        actor=actor,
        subject_id=membership.user_id,
        action=action,
        role=role,
        reason=reason,
        until=until,
    )
