"""Offers of a copy to whoever holds the secret."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from kloppocar.api.models import ExactCharField, VersionedRow

from .copy import Copy


class TransferState(models.TextChoices):
    OPEN = "open"
    ACCEPTED = "accepted"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


class TransferQuerySet(models.QuerySet["Transfer"]):
    def visible_to(self, user: Any) -> "TransferQuerySet":
        """What one gave or received."""
        return self.filter(Q(giver=user) | Q(receiver=user)) if user.is_authenticated else self.none()

    def open_at(self, now: datetime) -> "TransferQuerySet":
        """Offers that can still be accepted."""
        return self.in_state(TransferState.OPEN, now)

    def in_state(self, state: TransferState, now: datetime) -> "TransferQuerySet":
        """Those whose `state_at(now)` is `state`."""
        if state == TransferState.ACCEPTED:
            return self.filter(accepted_at__isnull=False)
        if state == TransferState.CANCELLED:
            return self.filter(cancelled_at__isnull=False)
        undecided = self.filter(accepted_at__isnull=True, cancelled_at__isnull=True)
        if state == TransferState.OPEN:
            return undecided.filter(expires_at__gt=now)
        return undecided.filter(expires_at__lte=now)


class Transfer(VersionedRow):
    """One offer. Only a hash of its secret is stored; `open_copy` is set while it is open: one copy has one offer."""

    copy = models.ForeignKey(Copy, on_delete=models.PROTECT, related_name="transfers")
    giver = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="given_transfers")
    receiver = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, default=None, related_name="received_transfers"
    )
    secret_hash = ExactCharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, default=None)
    cancelled_at = models.DateTimeField(null=True, default=None)
    open_copy = models.OneToOneField(
        Copy, on_delete=models.PROTECT, null=True, default=None, related_name="open_transfer"
    )

    secret: str = ""  # known to the object that has just been opened, never stored

    objects = TransferQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(open_copy__isnull=True) | Q(accepted_at__isnull=True, cancelled_at__isnull=True),
                name="transfer_is_open_until_closed",
            ),
            models.CheckConstraint(
                condition=Q(accepted_at__isnull=True) | Q(receiver__isnull=False),
                name="transfer_is_accepted_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"transfer {self.pk}"

    def state_at(self, now: datetime) -> TransferState:
        """Time closes an offer by itself; no job has to come by."""
        if self.accepted_at is not None:
            return TransferState.ACCEPTED
        if self.cancelled_at is not None:
            return TransferState.CANCELLED
        return TransferState.OPEN if now < self.expires_at else TransferState.EXPIRED
