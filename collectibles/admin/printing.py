"""A campaign's codes in the admin: make them, after a look at what would be made; take them as a table or as sheets."""

import secrets
from dataclasses import dataclass
from math import ceil
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.http import urlencode

from collectibles import statistics
from collectibles.models import CampaignState, Distribution, DistributionCode, Mission
from collectibles.printing import sheet, table
from collectibles.printing.layouts import LAYOUTS
from collectibles.serializers.batch import MOST_USES
from collectibles.services import make_codes
from collectibles.services.batches import MAX_CODES
from communities.models import Challenge
from kloppocar.api.admin import RowAdmin
from kloppocar.api.errors import Refusal
from kloppocar.api.links import public_address
from kloppocar.api.permissions import may

BATCHES = 50  # shown of a campaign


class MakeCodesForm(forms.Form):
    """`key` is drawn with the page: whoever clicks twice makes codes once."""

    count = forms.IntegerField(label="How many", min_value=1, max_value=MAX_CODES, initial=24)
    max_uses = forms.IntegerField(
        label="People a code is for",
        required=False,
        min_value=1,
        max_value=MOST_USES,
        initial=1,
        help_text="Each of them gets one copy. Empty: without limit, for posters.",
    )
    note = forms.CharField(label="Note", required=False, max_length=100, help_text="What they are for; not printed.")
    key = forms.RegexField(r"\A[A-Za-z0-9_-]{20,40}\Z", widget=forms.HiddenInput)


@dataclass(frozen=True)
class Files:
    """The links of one batch, or of all codes: a table and sheets, part by part where they are many."""

    tables: list[tuple[str, str]]
    sheets: list[tuple[str, list[tuple[str, str]]]]


class CodesAdmin(RowAdmin):
    """Of the campaign's admin: a page of its own behind a button."""

    def get_urls(self) -> list[Any]:
        page = self.admin_site.admin_view(self.codes_page)
        return [
            path("<int:campaign_id>/codes/", page, name="collectibles_distribution_codes"),
            *super().get_urls(),
        ]

    def codes_page(self, request: Any, campaign_id: int) -> HttpResponse:
        campaign = get_object_or_404(Distribution, pk=campaign_id)
        if not (self.has_view_permission(request, campaign) and may(request.user, "view", DistributionCode)):
            raise PermissionDenied
        may_make = self.has_change_permission(request, campaign) and may(request.user, "add", DistributionCode)
        if request.method != "POST":
            form = MakeCodesForm(initial={"key": secrets.token_urlsafe(20)})
            return self.show(request, campaign, form if may_make else None)
        if not may_make:
            raise PermissionDenied
        form = MakeCodesForm(request.POST)
        wish = form.cleaned_data if form.is_valid() else None
        if wish and request.POST.get("seen") == summary(wish) and self.make(request, campaign, form):
            return HttpResponseRedirect(request.path)
        return self.show(request, campaign, form, wish)

    def make(self, request: Any, campaign: Distribution, form: MakeCodesForm) -> bool:
        wish = {name: form.cleaned_data[name] for name in ("count", "max_uses", "note")}
        try:
            made = make_codes(campaign=campaign, by=request.user, idempotency_key=form.cleaned_data["key"], **wish)
        except Refusal as refusal:
            form.add_error(None, str(refusal.detail))
            return False
        words = f"Batch {made.batch.pk}: {made.batch.count} codes"
        messages.success(request, f"{words} were made{' before' if made.is_replay else ''}.")
        return True

    def show(self, request: Any, campaign: Distribution, form: Any, wish: dict | None = None) -> HttpResponse:
        numbers = statistics.of_campaign(campaign)
        batches = list(campaign.batches.all()[:BATCHES])
        context = {
            **self.admin_site.each_context(request),
            "title": f"Codes of {campaign}",
            "opts": Distribution._meta,
            "campaign": campaign,
            "numbers": numbers,
            "address": public_address(request),
            "form": form,
            "wish": wish,
            "seen": summary(wish) if wish else "",
            "pages": [(layout.says, ceil(wish["count"] / layout.cells)) for layout in LAYOUTS.values()] if wish else [],
            "warnings": warnings(campaign, numbers, wish) if wish else [],
            "whole": files(campaign, numbers.codes.made),
            "batches": [(batch, files(campaign, batch.count, batch.pk)) for batch in batches],
        }
        return TemplateResponse(request, "admin/codes.html", context)


def summary(wish: dict) -> str:
    """What was looked at: whoever changes it afterwards looks again."""
    return f"{wish['count']} {wish['max_uses']}"


def files(campaign: Distribution, count: int, batch: int | None = None) -> Files:
    return Files(
        tables=parts("distribution-codes", campaign, count, table.LINES, batch=batch),
        sheets=[
            (layout.says, parts("distribution-sheet", campaign, count, sheet.CODES, batch=batch, layout=name))
            for name, layout in LAYOUTS.items()
        ],
    )


def parts(route: str, campaign: Distribution, count: int, most: int, **query: Any) -> list[tuple[str, str]]:
    """What each link says, and where it leads; few of very many."""
    number = ceil(count / most)
    asked = {name: value for name, value in query.items() if value is not None}
    numbered = [asked | {"part": part} for part in range(1, min(number, 40) + 1)] if number > 1 else [asked] * number
    base = reverse(route, args=[campaign.pk])
    return [(str(each.get("part", "all")), f"{base}?{urlencode(each)}") for each in numbered]


def warnings(campaign: Distribution, numbers: statistics.CampaignStatistics, wish: dict) -> list[str]:
    """What a manager would like to know before anything is printed."""
    found = []
    lefts = [left for left in (numbers.limit_left, numbers.stock_left) if left is not None]
    most = wish["count"] * wish["max_uses"] if wish["max_uses"] else None
    if lefts and (most is None or most > min(lefts)):
        found.append(f"Copies left: {min(lefts)}. Whoever comes after that is told that all are gone.")
    if campaign.state_at(timezone.now()) == CampaignState.OFF:
        found.append("The campaign is switched off: its codes are refused until it is active.")
    is_reward = Mission.objects.filter(reward=campaign).exists() or Challenge.objects.filter(reward=campaign).exists()
    if is_reward:
        found.append(
            "This campaign is the reward of a mission or challenge, which has to be finished and claimed first."
        )
    if not statistics.drawn_by(campaign).exists():
        found.append("The campaign gives nothing yet: there is nothing that it could draw.")
    return found
