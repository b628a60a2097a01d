"""A person as everybody may know them, and what they found lately."""

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404

from collectibles.models import Copy
from kloppocar.api.localized import resolve, spoken_language
from kloppocar.pages import Page, public_page
from kloppocar.pages.words import number
from users.models import User
from users.serializers.user import rank_of

from .cards import card_of

NEWEST = 12
MOST_DIGITS = 18


@public_page(may_be_old=True)
def person_page(request: HttpRequest, name_or_id: str) -> Page:
    """Name, picture, rank, score, and the newest of what they own. Whoever has no name yet has no page."""
    visible = User.objects.visible_to(request.user).exclude(username=None)
    if name_or_id.isdecimal():
        if len(name_or_id) > MOST_DIGITS:
            raise Http404
        person = get_object_or_404(visible, pk=int(name_or_id))
    else:
        person = get_object_or_404(visible, username_key=name_or_id.lower())
    language = spoken_language(request)
    rank = rank_of(person.score, {})
    copies = Copy.objects.shown_of(person).select_related("collectible").order_by("-acquired_at", "-id")[:NEWEST]
    context = {
        "person": person,
        "picture": person.picture,
        "initial": (person.username or "?")[0].upper(),
        "rank": resolve(rank.title, language) if rank else "",
        "score": number(person.score),
        "cards": [(copy.mint, card_of(copy.collectible, language, mint=copy.mint)) for copy in copies],
    }
    headers = {"X-Robots-Tag": "noindex"}  # who leaves shall not stay in an index
    return Page("collectibles/person.html", context, headers=headers, is_same_for_everybody=True)
