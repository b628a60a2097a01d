"""Hand a copy on: the owner opens an offer, whoever knows its secret accepts it, and one transaction moves the copy.

Locks: the giver's and the receiver's rows, the smaller id first, then copy, then transfer. Every way to open, cancel or
accept holds the giver's row, so two of them never decide about one offer at once.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from collectibles import codes
from collectibles.models import Copy, MissionProgress, Transfer, TransferState
from kloppocar.api.errors import Refusal
from kloppocar.api.throttling import Guesses, counting
from kloppocar.api.transactions import atomically
from users.models import User

from .granting import copy_of, has_account, lock_people, refuse_closed
from .redemption import moved_missions

OFFER_LASTS = timedelta(minutes=15)


@dataclass(frozen=True)
class Acceptance:
    """A transfer as its receiver is told of it, with the missions that the copy moved."""

    transfer: Transfer
    missions: list[MissionProgress]


def open_offer(*, giver: User, copy: Copy, lasts: timedelta = OFFER_LASTS, now: datetime | None = None) -> Transfer:
    """Offer one's own copy; the answer alone knows the `secret`. Refuses with not_owner or already_offered."""
    now, secret = now or timezone.now(), codes.new_secret()

    def work() -> Transfer:
        refuse_closed(lock_people(giver.pk)[giver.pk])
        mine = Copy.objects.select_related("collectible").filter(pk=copy.pk, owner=giver).first()
        if mine is None:
            raise not_owner()
        make_room(mine, now)
        return Transfer.objects.create(
            copy=mine,
            giver=giver,
            secret_hash=codes.hash_of_secret(secret),
            expires_at=now + lasts,
            open_copy=mine,
        )

    transfer = atomically(work)
    transfer.secret = secret
    return transfer


def make_room(copy: Copy, now: datetime) -> None:
    """Close an offer of this copy that has expired; refuse while one is open."""
    for earlier in Transfer.objects.filter(open_copy=copy):
        if earlier.state_at(now) == TransferState.OPEN:
            extra = {"transfer": {"id": earlier.pk, "expires_at": earlier.expires_at}}
            detail = _("This copy is offered already: cancel that offer first, or wait until it expires.")
            raise Refusal("already_offered", detail, status=409, extra=extra)
        Transfer.objects.filter(pk=earlier.pk).update(open_copy=None, version=F("version") + 1, updated_at=now)


def accept(*, user: User, secret: str, guesses: Guesses | None = None, now: datetime | None = None) -> Acceptance:
    """Take the copy whose offer has this secret. Of many who try at once, one gets it.

    `guesses` is what unknown secrets are counted in; one that cannot be a secret is none.
    """
    now = now or timezone.now()
    try:
        known_as = codes.hash_of_secret(secret)
    except codes.MistypedCode:
        raise unknown_transfer() from None

    def work() -> Transfer:
        if guesses is not None:
            guesses.refuse_when_spent()
        offers = Transfer.objects.select_related("copy__collectible", "giver").filter(secret_hash=known_as)
        giver = offers.values_list("giver", flat=True).first()
        if giver is None:
            raise unknown_transfer()
        people = lock_people(giver, user.pk)
        transfer = offers.get()
        refuse_what_cannot_be_accepted(transfer, people[giver], people[user.pk], now)
        hand_over(transfer, people[user.pk], now)
        return transfer

    with counting(guesses):
        accepted = atomically(work)
    return Acceptance(accepted, moved_missions(user=user, granted=accepted))


def refuse_what_cannot_be_accepted(transfer: Transfer, giver: User, receiver: User, now: datetime) -> None:
    """Decided under both people's locks."""
    state = transfer.state_at(now)
    if state == TransferState.ACCEPTED:
        raise already_accepted(transfer, receiver)
    if state == TransferState.CANCELLED or not has_account(giver):
        raise Refusal("cancelled", _("This offer was withdrawn."), status=410)
    if state == TransferState.EXPIRED:
        detail = _("This offer has expired: ask for a new one.")
        raise Refusal("expired", detail, status=410, extra={"expired_at": transfer.expires_at})
    if transfer.giver_id == receiver.pk:
        raise Refusal("own_copy", _("This copy is yours already: somebody else has to accept it."), status=409)
    if transfer.copy.owner_id != transfer.giver_id:
        raise not_owner()
    refuse_closed(receiver)


def hand_over(transfer: Transfer, receiver: User, now: datetime) -> None:
    """Move the copy and close the offer; triggers write the ledger and both people's missions. No points for it."""
    copy = transfer.copy
    copy.owner, copy.acquired_at, copy.favorite = receiver, now, False
    copy.save(update_fields=["owner", "acquired_at", "favorite", "version", "updated_at"])
    transfer.receiver, transfer.accepted_at, transfer.open_copy = receiver, now, None
    transfer.save(update_fields=["receiver", "accepted_at", "open_copy", "version", "updated_at"])


def cancel(*, user: User, transfer_id: int, now: datetime | None = None) -> Transfer:
    """Withdraw one's own offer; one that is withdrawn or expired stays so, and a second call changes nothing."""
    now = now or timezone.now()

    def work() -> Transfer:
        lock_people(user.pk)
        visible = Transfer.objects.visible_to(user).select_related("copy__collectible", "giver", "receiver")
        transfer = visible.filter(pk=transfer_id).first()
        if transfer is None:
            raise unknown_transfer()
        if transfer.giver_id != user.pk:
            raise not_owner(_("Only who opened this offer can withdraw it."))
        if transfer.accepted_at is not None:
            raise already_accepted(transfer, user)
        if transfer.cancelled_at is None:
            transfer.cancelled_at, transfer.open_copy = now, None
            transfer.save(update_fields=["cancelled_at", "open_copy", "version", "updated_at"])
        return transfer

    return atomically(work)


def unknown_transfer() -> Refusal:
    return Refusal("unknown_transfer", _("We do not know this offer."), status=404)


def not_owner(detail: str | None = None) -> Refusal:
    return Refusal("not_owner", detail or _("This copy is not yours to give."), status=403)


def already_accepted(transfer: Transfer, user: User) -> Refusal:
    """Who lost the answer of their own acceptance is told what they got."""
    if transfer.receiver_id != user.pk:
        return Refusal("already_accepted", _("Somebody has accepted this offer."), status=409)
    detail = _("You have accepted this offer before.")
    return Refusal("already_accepted", detail, status=409, extra={"copy": copy_of(transfer)})
