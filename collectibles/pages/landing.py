"""What a printed code leads to: what may be won with it, how it stands, and the way into the app.

Nothing is written here but a wrong guess. The address is not rewritten to the code's usual form: who stands in a crowd
with a poor connection waits for one answer, not for two.
"""

from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.exceptions import Throttled

from collectibles import codes
from collectibles.models import AVAILABLE, Collectible, CollectibleStatus, Distribution
from collectibles.services import Outlook, preview_for_anybody
from collectibles.services.redemption import parse
from collectibles.statistics import drawn_by
from kloppocar.api.localized import resolve, spoken_language
from kloppocar.api.throttling import Guesses
from kloppocar.pages import Page, public_page
from kloppocar.pages.public import too_much
from kloppocar.pages.words import moment

from .cards import card_of, hue_of, rosette

APP = "kloppocar"  # the scheme under which phones know the app
SHOWN = 6
STATUSES = {"unknown_code": 404, "invalid_code": 400, "revoked": 410}
ALIVE = {"open", "not_open_yet", "not_eligible"}  # there is still something to be drawn
FOR_ONE_READER = {"Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex, nofollow"}


@public_page(may_be_old=False)
def landing(request: HttpRequest, typed: str) -> Page:
    """How a code stands: 200 while there is anything to say about it, else 400, 404 or 410."""
    typed = typed.rstrip("/")[: codes.longest()]
    try:
        outlook = preview_for_anybody(code=typed, guesses=Guesses("code", request))
    except Throttled as refusal:
        page = too_much(refusal, "collectibles/guessed.html", **way_in(parse(typed), typed))
        page.headers |= FOR_ONE_READER
        return page
    state = outlook.preview.code or "open"
    context = {"typed": typed, "longest": codes.longest(), "state": state, "says": outlook.preview.detail}
    context |= way_in(outlook.code, typed)
    campaign = outlook.campaign
    if campaign is None or not campaign.active or state == "revoked":  # who has nothing in hand is told of nothing
        context |= {"headline": outlook.preview.detail, "lead": " ".join(further(state)), "further": []}
    else:
        context |= what_there_is(outlook, campaign, state, spoken_language(request))
    return Page("collectibles/landing.html", context, STATUSES.get(state, 200), dict(FOR_ONE_READER))


def type_a_code(request: HttpRequest) -> HttpResponse:
    """A form for whoever has a code and no camera; what was typed has the address of a scanned one."""
    if typed := "".join(request.GET.get("code", "").split())[: codes.longest()]:
        lang = f"?lang={spoken_language(request)}" if "lang" in request.GET else ""
        return HttpResponseRedirect(reverse("landing", args=[typed]) + lang)
    return empty_form(request)


@public_page(may_be_old=False)
def empty_form(request: HttpRequest) -> Page:
    return Page("collectibles/type.html", {"typed": "", "longest": codes.longest()})


def way_in(code: str, typed: str) -> dict[str, Any]:
    """Links that phones open in the app, and where they get it. Of an old code the digest is nothing to show."""
    code = typed if code.startswith(codes.OLD_PREFIX) else code
    stores = {"App Store": settings.APP_STORE_URL, "Google Play": settings.PLAY_STORE_URL}
    return {
        "printed": codes.format_code(code),
        "deep_link": f"{APP}://c/{quote(code)}",
        "stores": stores,
        "has_stores": any(stores.values()),
    }


def what_there_is(outlook: Outlook, campaign: Distribution, state: str, language: str) -> dict[str, Any]:
    """The campaign, and what of its prizes is published; nothing is counted down for strangers."""
    campaign.refresh_from_db(fields=["name", "description"])  # which a scan does without
    prizes = prizes_of(campaign, can_be_won=state in ALIVE)
    cards = [card_of(prize, language) for prize in prizes[:SHOWN]]
    card = cards[0] if len(cards) == 1 else None
    return {
        "headline": card.name if card else surprise(prizes, language),
        "campaign": resolve(campaign.name, language),
        "description": resolve(campaign.description, language),
        "further": further(state, campaign),
        "is_alive": state in ALIVE,
        "quiet": state != "open",
        "card": card,
        "cards": [] if card else cards,
        "fan": cards[2::-1],  # the first comes last, and lies on top
        "there_are_more": len(prizes) > SHOWN,
        "hue": hue_of(campaign.pk),
        "rosette": rosette(campaign.pk),
    }


def surprise(prizes: list[Collectible], language: str) -> str:
    names = {resolve(prize.collection.name, language) for prize in prizes}
    return _("A surprise from {collection}").format(collection=names.pop()) if len(names) == 1 else _("A surprise")


def further(state: str, campaign: Distribution | None = None) -> list[str]:
    """What helps whoever reads the sentence of a state."""
    if campaign and state == "open":
        until = _("Until {moment}.").format(moment=moment(campaign.ends_at))
        return [until, _("For people who have no copy yet.")] if campaign.new_users_only else [until]
    if campaign and state == "not_open_yet":
        return [_("It opens on {moment}.").format(moment=moment(campaign.starts_at))]
    if campaign and state == "closed" and campaign.ends_at <= timezone.now():
        return [_("It ended on {moment}.").format(moment=moment(campaign.ends_at))]
    sentences = {
        "code_used_up": _("Somebody was quicker. Another code may still win."),
        "sold_out": _("The code is right, but there is nothing left to win with it."),
        "revoked": _("It wins nothing any more. Please ask where you got it."),
        "invalid_code": _("One of its characters is wrong, or one is missing. Please compare it with the print."),
        "unknown_code": _("Please compare it with the print, character by character."),
    }
    return [sentences[state]] if state in sentences else []


def prizes_of(campaign: Distribution, *, can_be_won: bool) -> list[Collectible]:
    """One more than is shown, so that the page knows whether there are others."""
    published = Collectible.objects.visible_to(AnonymousUser(), timezone.now()) & drawn_by(campaign)
    if can_be_won:
        published = published.filter(AVAILABLE)
    return list(
        published.exclude(status=CollectibleStatus.RETIRED).select_related("collection").order_by("id")[: SHOWN + 1]
    )
