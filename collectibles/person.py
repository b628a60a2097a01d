"""What the collectibles app stores about a person, and what is left of it when they leave."""

from typing import Any

from django.db.models import F, Q
from django.utils import timezone

from collectibles.models import Copy, CopyEvent, Grant, MissionProgress, Transfer
from kloppocar.api.models import plain_rows
from users.models import User


def stored_about(user: User) -> dict[str, Any]:
    given_or_received = Q(giver=user) | Q(receiver=user)
    came_or_went = Q(to_user=user) | Q(from_user=user)
    return {
        "copies": plain_rows(Copy.objects.filter(owner=user), also=["collectible__name"]),
        "grants": plain_rows(Grant.objects.filter(user=user)),
        "ledger": plain_rows(CopyEvent.objects.filter(came_or_went)),
        "transfers": plain_rows(Transfer.objects.filter(given_or_received), hide=["secret_hash"]),
        "missions": plain_rows(MissionProgress.objects.filter(user=user), also=["mission__title"]),
    }


def erase(user: User) -> None:
    """Open offers are withdrawn. Copies, grants, the ledger and missions stay, as a deleted person's."""
    now = timezone.now()
    open_offers = Transfer.objects.filter(giver=user, accepted_at__isnull=True, cancelled_at__isnull=True)
    open_offers.update(cancelled_at=now, open_copy=None, updated_at=now, version=F("version") + 1)
    Grant.objects.filter(user=user, idempotency_key__isnull=False).update(idempotency_key=None)
