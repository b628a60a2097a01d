"""One's own account as the old app writes it: name, settings, phone, farewell."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from rest_framework.exceptions import PermissionDenied
from rest_framework.response import Response

from kloppocar import erasure
from users.models import Platform, User
from users.serializers import MeSerializer
from users.services import lock_account, register_device
from users.views.user import save_me

from . import parameters
from .call import Call
from .reads import row
from .writes import changes, done, refuse_other_person, server_decides

NOT_KEPT = {"name", "fullName"}  # of authData; the old app asks for them while somebody signs up
SECRETS = {"passwordHashed", "authToken"}  # an old client may send them; nothing of them is read
WRITTEN = {"username", "authData", "pushToken", "deviceId", "active", "userType"}


def own_row(call: Call) -> dict[str, Any]:
    return row(call, User.objects.visible_to(call.user).filter(pk=call.user.pk))


def make_account(call: Call) -> Response:
    """The token has made it already; what else is sent is taken as a change."""
    refuse_other_person(call, "userId")
    return change(call)


def change_by_id(call: Call) -> Response:
    if call.number("userId") != call.user.pk:
        raise PermissionDenied
    return change(call)


def change_by_name(call: Call) -> Response:
    if parameters.text("username", call.value("username")).lower() != (call.user.username or "").lower():
        raise PermissionDenied
    return change(call)


def change(call: Call) -> Response:
    wanted = {name: value for name, value in changes(call, own_row(call), SECRETS).items() if name not in SECRETS}
    if wanted.keys() - WRITTEN:
        raise server_decides("users/me/")
    if wanted.get("active") is not None and not parameters.yes_or_no("active", wanted["active"]):
        return close(call)
    fields = profile_of(wanted)
    with transaction.atomic():
        account = lock_account(call.user)
        if fields:
            form = MeSerializer(account, data=fields, partial=True, context={"request": call.request, "is_part": True})
            form.is_valid(raise_exception=True)
            save_me(form)
        if token := wanted.get("pushToken"):
            register_device(user=account, token=parameters.text("pushToken", token, 512), platform=platform(call))
    return Response(own_row(call))


def profile_of(wanted: dict[str, Any]) -> dict[str, Any]:
    """The changes by our names."""
    fields: dict[str, Any] = {"username": wanted["username"]} if wanted.get("username") is not None else {}
    said = wanted.get("authData") or {}
    if not isinstance(said, dict):
        raise parameters.refuse("authData", _("This must be an object."))
    for name, ours in {"pushEnabled": "push_enabled", "newsletter": "newsletter"}.items():
        if name in said:
            fields[ours] = parameters.yes_or_no(name, said[name])
    if said.get("country") is not None:
        fields["country"] = said["country"]
    if foreign := said.keys() - NOT_KEPT - {"pushEnabled", "newsletter", "country"}:
        raise parameters.refuse(f"authData.{min(foreign)[:50]}", _("This column is not known here."), "unknown_field")
    return fields


def platform(call: Call) -> str:
    """Old clients do not say what they run on, but the libraries that speak for them do."""
    agent = call.request.headers.get("User-Agent", "")
    if "CFNetwork" in agent or "Darwin" in agent:
        return Platform.IOS
    return Platform.ANDROID if "okhttp" in agent or "Android" in agent else Platform.WEB


def close(call: Call) -> Response:
    shown = own_row(call)
    erasure.erase(call.user)
    return Response({**shown, "active": False})


def leave_for_good(call: Call) -> Response:
    if call.number("userId") != call.user.pk:
        raise PermissionDenied
    erasure.erase(call.user)
    return done()
