"""What the old app wrote, through the flows of today. What the phone used to decide is decided here: where it has to be
sent along, the answer says what became of it; where it would change something, it is refused.
"""

from collections.abc import Set
from typing import Any

import orjson
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from rest_framework.exceptions import PermissionDenied
from rest_framework.response import Response

from collectibles.models import Copy, DistributionCode, Grant
from collectibles.services import claim_mission, redeem
from collectibles.views.redemption import idempotency_key
from communities.models import Community, Membership
from communities.services import join, leave
from kloppocar.api.errors import Refusal
from kloppocar.api.throttling import Guesses
from kloppocar.api.transactions import atomically
from users.services import inbox

from . import parameters, sealed
from .call import Call
from .reads import found, row
from .rows import SOURCES


def server_decides(where: str) -> Refusal:
    extra = {"successor": f"/api/v1/{where}"}
    return Refusal("server_decides", _("The server decides this now. Please update the app."), status=403, extra=extra)


# What the server moves by itself: a row that was read a moment ago may say it otherwise, and nobody changed it.
MOVED = {
    "createdDt",
    "updatedDt",
    "score",
    "userRank",
    "lastLoggedIn",
    "progress",
    "dateCompleted",
    "lastTransferredDt",
}


def changes(call: Call, present: dict[str, Any], also: Set[str] = frozenset()) -> dict[str, Any]:
    """What a body says that is not there already, MOVED apart. Old clients send whole rows back; a column that we do
    not know is refused, and a key of the query too.
    """
    refuse_unknown(call, also)
    as_sent = orjson.loads(orjson.dumps(present, option=orjson.OPT_UTC_Z))
    said = {name: value for name, value in call.body.items() if name not in MOVED}
    return {name: value for name, value in said.items() if name in also or not same(value, as_sent[name])}


def same(sent: Any, present: Any) -> bool:
    """A number may come as its digits: what stood in a query may have been kept as a text."""
    return sent == present or (type(present) is int and type(sent) is str and sent == str(present))


def refuse_unknown(call: Call, also: Set[str] = frozenset()) -> None:
    known = SOURCES[call.table].shape.cells.keys() | also
    if foreign := [name for name in call.body if name not in known]:
        raise parameters.refuse(foreign[0][:50], _("This column is not known here."), "unknown_field")


def refuse_other_person(call: Call, name: str) -> None:
    """The person is who sends the token; a client that names somebody else is wrong about one of them."""
    if call.body.get(name) is not None and call.number(name) != call.user.pk:
        raise PermissionDenied


def unchanged(call: Call, key: str, where: str) -> Response:
    """A row that no client changes any more: sent back as it stands, or refused."""
    present = row(call, found(call, (key,)))
    if changes(call, present):
        raise server_decides(where)
    return Response(present)


def keep_redemption(call: Call) -> Response:
    return unchanged(call, "distributionCodeUserId", "redemptions/")


def keep_membership(call: Call) -> Response:
    return unchanged(call, "communityUserId", "communities/")


# --- What people collect -----------------------------------------------------------------------------------------


def redeem_code(call: Call) -> Response:
    """Creating a redemption redeems. What the phone drew and when is overruled; the answer says what there is."""
    refuse_unknown(call)
    refuse_other_person(call, "userId")
    pk = sealed.unseal("DistributionCode", call.number("distributionCodeId"), call.request)
    code = DistributionCode.objects.filter(pk=pk).first()
    if code is None:
        raise sealed.unknown()
    guesses, key = Guesses("code", call.request), idempotency_key(call.request)
    result = redeem(user=call.user, code=code.code, idempotency_key=key, guesses=guesses)
    return Response(row(call, Grant.objects.visible_to(call.user).filter(pk=result.grant.pk)))


def change_copy(call: Call) -> Response:
    """A favourite is marked by its owner; number, owner and points are not a client's to change."""
    name = "userCollectibleId"
    present = row(call, found(call, (name,)))
    wanted = changes(call, present)
    if present["ownerId"] != call.user.pk:
        raise PermissionDenied
    if wanted.keys() - {"favorite"}:
        raise server_decides("transfers/")

    def work() -> None:
        copy = get_object_or_404(Copy.objects.visible_to(call.user).select_for_update(), pk=call.number(name))
        copy.favorite = parameters.yes_or_no("favorite", wanted["favorite"])
        copy.save(update_fields=["favorite", "updated_at", "version"])

    if wanted:
        atomically(work)
    return Response(row(call, found(call, (name,))))


CLAIM = {"completed", "rewardClaimed"}
BESIDE_A_CLAIM = CLAIM | {"status"}


def start_mission(call: Call) -> Response:
    """Everybody takes part in every mission, and progress counts itself."""
    refuse_unknown(call)
    refuse_other_person(call, "userId")
    return Response(row(call, found(call, ("missionId",))))


def claim(call: Call) -> Response:
    """Marking a mission as completed, or its reward as claimed, claims it."""
    name = "missionUserId"
    wanted = changes(call, row(call, found(call, (name,))))
    is_claim = any(wanted.get(each) is True for each in CLAIM)
    if wanted and not (is_claim and wanted.keys() <= BESIDE_A_CLAIM):
        raise server_decides("missions/")
    if is_claim:
        claim_mission(user=call.user, mission_id=call.number(name))
    return Response(row(call, found(call, (name,))))


# --- Messages and communities ------------------------------------------------------------------------------------

MARKS = {"markRead": "read", "archived": "archived", "deleted": "deleted"}


def mark_message(call: Call) -> Response:
    name = "notificationUserId"
    present = row(call, found(call, (name,)))
    wanted = changes(call, present)
    if wanted.keys() - MARKS.keys():
        raise server_decides("inbox/")
    marks = {MARKS[each]: parameters.yes_or_no(each, value) for each, value in wanted.items()}
    if marks:
        atomically(lambda: mark(call, name, **marks))
    return Response({**present, "deleted": True} if marks.get("deleted") else row(call, found(call, (name,))))


def mark(call: Call, name: str, **marks: bool) -> None:
    message = found(call, (name,)).first()
    if message is None:
        raise Http404
    inbox.hold(user=call.user, message=message)
    inbox.change(user=call.user, message=message, **marks)


def delete_message(call: Call) -> Response:
    atomically(lambda: mark(call, "notificationUserId", deleted=True))
    return done()


def join_community(call: Call) -> Response:
    refuse_unknown(call)
    refuse_other_person(call, "memberId")
    visible = Community.objects.visible_to(call.user)
    membership, _is_new = join(user=call.user, community=get_object_or_404(visible, pk=call.number("communityId")))
    return Response(row(call, Membership.objects.filter(pk=membership.pk)))


def leave_community(call: Call) -> Response:
    membership = found(call, ("communityUserId",)).select_related("community").first()
    if membership is None:
        raise Http404
    if membership.user_id != call.user.pk:
        raise PermissionDenied
    leave(user=call.user, community=membership.community)
    return done()


def done() -> Response:
    """What a deletion used to answer."""
    return Response({"message": "deleted"})
