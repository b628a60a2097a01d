"""The page: filled in, looked at as often as one likes, then made."""

import secrets
from types import SimpleNamespace
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from collectibles.serializers import DistributionSerializer
from collectibles.services.batches import refuse_what_is_over
from kloppocar.api.admin import RowAdmin
from kloppocar.api.errors import Refusal

from . import plan
from .forms import CampaignForm, Pool, first_guess, offered, spread

NEEDED = ["add_distribution", "add_distributioncollectible", "add_distributioncode", "view_collectible"]


class CampaignWizard(RowAdmin):
    """Mixed into the campaigns' table."""

    def get_urls(self) -> list[Any]:
        page = self.admin_site.admin_view(self.wizard)
        return [path("plan/", page, name="campaign_wizard"), *super().get_urls()]

    def wizard(self, request: HttpRequest) -> HttpResponse:
        if not request.user.has_perms([f"collectibles.{name}" for name in NEEDED]):
            raise PermissionDenied
        if request.method != "POST":
            form = CampaignForm(initial=first_guess() | {"nonce": secrets.token_hex(16)})
            return self.shown(request, form, Pool(prefix="pool"))
        form, pool = CampaignForm(request.POST), Pool(request.POST, prefix="pool")
        serializer = checked(request, form, pool)
        if serializer is None:
            return self.shown(request, form, pool)
        if "make" in request.POST:
            return self.made(request, form, serializer)
        return self.shown(request, form, pool, outlook=plan.rehearse(serializer))

    def made(self, request: HttpRequest, form: CampaignForm, serializer: Any) -> HttpResponse:
        given = form.cleaned_data
        count, uses = given["code_count"] or 0, given["code_uses"]
        user: Any = request.user
        pk, is_new = plan.make(serializer, user=user, nonce=given["nonce"], count=count, uses=uses)
        if is_new:
            said = _("The campaign is made, with %(count)d codes.") % {"count": count}
            self.message_user(request, said, messages.SUCCESS)
        else:
            self.message_user(request, _("This campaign had been made already: here it is."), messages.WARNING)
        return HttpResponseRedirect(reverse("admin:collectibles_distribution_change", args=[pk]))

    def shown(self, request: HttpRequest, form: CampaignForm, pool: Any, outlook: Any = None) -> HttpResponse:
        context = self.admin_site.each_context(request) | {
            "title": _("Plan a campaign"),
            "opts": self.opts,
            "form": form,
            "pool": pool,
            "outlook": outlook,
            "offered": offered(),
            "has_errors": form.is_bound and (bool(form.errors) or not pool.is_valid()),
        }
        return TemplateResponse(request, "admin/desk/wizard.html", context)


def checked(request: HttpRequest, form: CampaignForm, pool: Any) -> Any:
    """The API's serializer, satisfied; None when anything is wrong, which then stands beside its field."""
    if not (form.is_valid() and pool.is_valid()):
        return None
    body = form.row() | {"pool": pool.entries()}
    asked = SimpleNamespace(user=request.user, method="POST", GET=request.GET)
    serializer = DistributionSerializer(data=body, context={"request": asked})
    if not serializer.is_valid():
        spread(serializer.errors, form, pool)
        return None
    if not body["pool"] and body["draw"] == "from-pool":
        form.add_error("draw", _("Name at least one collectible below, or choose a collection."))
    if form.cleaned_data["code_count"]:
        check_codes(form)
    return None if form.errors else serializer


def check_codes(form: CampaignForm) -> None:
    given = form.cleaned_data
    if given["kind"] in plan.WITHOUT_CODES:
        form.add_error("code_count", _("A campaign of this kind works without codes: leave this empty."))
    try:
        refuse_what_is_over(given["ends_at"], timezone.now())
    except Refusal as refusal:
        form.add_error("ends_at", str(refusal.detail))
