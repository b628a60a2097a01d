"""A collectible, and each of its numbered copies with the way it took from hand to hand."""

from typing import Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from collectibles.models import Collectible, CollectibleStatus, Copy, CopyEvent
from kloppocar.api.conditions import RIGHT_NOW
from kloppocar.api.localized import resolve, spoken_language
from kloppocar.pages import Page, public_page
from kloppocar.pages.words import day, number

from .cards import card_of
from .people import Known

NEWEST = 6
LINES = 20


@public_page(may_be_old=True)
def collectible_page(request: HttpRequest, collectible_id: int) -> Page:
    """What it is, how many are out, and who found one lately."""
    collectible, context = basics(request, collectible_id)
    newest = list(Copy.objects.filter(collectible=collectible).order_by("-acquired_at", "-id")[:NEWEST])
    known = Known(request.user, [copy.owner_id for copy in newest])
    finds = [
        {"mint": copy.mint, "shown": number(copy.mint), "owner": known.of(copy.owner_id), "on": day(copy.acquired_at)}
        for copy in newest
    ]
    context |= {"card": card_of(collectible, spoken_language(request)), "finds": finds}
    return Page("collectibles/collectible.html", context, is_same_for_everybody=True)


@public_page(may_be_old=True)
def copy_page(request: HttpRequest, collectible_id: int, mint: int) -> Page:
    """One number: whose it is, and its ledger from the newest line down."""
    collectible, context = basics(request, collectible_id)
    copy = get_object_or_404(Copy, collectible=collectible, mint=mint)
    events = list(CopyEvent.objects.filter(copy=copy).order_by("-id")[: LINES + 1])
    people = [pk for event in events for pk in (event.from_user_id, event.to_user_id) if pk]
    known = Known(request.user, [copy.owner_id, *people])
    ledger = [
        {
            "kind": event.kind,
            "giver": known.of(event.from_user_id),
            "receiver": known.of(event.to_user_id),
            "on": day(event.at),
        }
        for event in events[:LINES]
    ]
    context |= {"card": card_of(collectible, spoken_language(request), mint=mint), "owner": known.of(copy.owner_id)}
    context |= {"ledger": ledger, "there_are_more": len(events) > LINES}
    headers = {"X-Robots-Tag": "noindex"}  # it names people, who may leave
    return Page("collectibles/copy.html", context, headers=headers, is_same_for_everybody=True)


def basics(request: HttpRequest, collectible_id: int) -> tuple[Collectible, dict[str, Any]]:
    """What both pages say of the collectible, if the reader may see it."""
    visible = Collectible.objects.visible_to(request.user, RIGHT_NOW).select_related("collection", "category")
    collectible = get_object_or_404(visible, pk=collectible_id)
    language = spoken_language(request)
    return collectible, {
        "collectible": collectible,
        "description": resolve(collectible.description, language),
        "collection": resolve(collectible.collection.name, language),
        "category": resolve(collectible.category.name, language),
        "minted": number(collectible.minted),
        "circulation": number(collectible.circulation) if collectible.circulation else "",
        "percent": -(-100 * collectible.minted // collectible.circulation) if collectible.circulation else None,
        "is_draft": collectible.status == CollectibleStatus.DRAFT,
        "is_retired": collectible.status == CollectibleStatus.RETIRED,
    }
