"""A collectible as a card: its picture, what it is called, and how rare it is.

Behind every picture stands a rosette like that of a banknote, drawn from the collectible's id, so that a
picture that is missing or does not load leaves no hole.
"""

from dataclasses import dataclass
from functools import lru_cache
from random import Random

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from collectibles.models import Collectible
from kloppocar.api.localized import resolve
from kloppocar.pages.words import number

RARE = 100  # copies in all


@dataclass(frozen=True)
class Card:
    id: int
    name: str
    label: str
    picture: str
    rarity: str  # a word for the style sheet
    edition: str
    is_gone: bool
    hue: int
    rosette: SafeString
    mint: str = ""


def card_of(collectible: Collectible, language: str, mint: int | None = None) -> Card:
    return Card(
        id=collectible.pk,
        name=resolve(collectible.name, language),
        label=resolve(collectible.label, language),
        picture=picture_of(collectible.media),
        rarity=rarity_of(collectible.circulation),
        edition=edition_of(collectible.circulation),
        is_gone=collectible.circulation is not None and collectible.minted >= collectible.circulation,
        hue=hue_of(collectible.pk),
        rosette=rosette(collectible.pk),
        mint=number(mint) if mint is not None else "",
    )


def picture_of(media: dict[str, dict[str, str]]) -> str:
    """The still picture: `load`, else whichever there is."""
    pictures = media.get("image") or {}
    return pictures.get("load") or next(iter(pictures.values()), "")


def rarity_of(circulation: int | None) -> str:
    if circulation is None:
        return "open"
    if circulation == 1:
        return "unique"
    return "rare" if circulation <= RARE else "limited"


def edition_of(circulation: int | None) -> str:
    if circulation is None:
        return _("Open edition")
    if circulation == 1:
        return _("One of a kind")
    return _("Edition of {number}").format(number=number(circulation))


def hue_of(seed: int) -> int:
    """Neighbours differ."""
    return seed * 137 % 360


@lru_cache(maxsize=1_000)
def rosette(seed: int) -> SafeString:
    """Two rings of turned ellipses in a square of 200, as SVG; a tenth of what a template's loops would cost."""
    rng = Random(seed)  # noqa: S311 - a pattern, not a secret
    counts = rng.choice([9, 10, 12, 14, 15]), rng.choice([5, 6, 8, 9])
    outer = ring(92, rng.randrange(24, 60), counts[0])
    return mark_safe(outer + ring(rng.randrange(44, 64), rng.randrange(14, 36), counts[1]))  # noqa: S308 - numbers alone


def ring(across: int, along: int, count: int) -> str:
    turns = (round(180 * step / count) for step in range(count))
    drawn = (f'<ellipse rx="{across}" ry="{along}" transform="rotate({turn})"/>' for turn in turns)
    return f"<g>{''.join(drawn)}</g>"
