"""A collectible as a card: its picture, what it is called, and how rare it is.

Behind every picture stands a rosette like that of a banknote, drawn from the collectible's id: no two look alike, and a
picture that is missing or does not load leaves no hole.
"""

from dataclasses import dataclass
from random import Random

from django.utils.translation import gettext as _

from collectibles.models import Collectible
from kloppocar.api.localized import resolve
from kloppocar.pages.words import number

RARE = 100  # copies in all


@dataclass(frozen=True)
class Ring:
    """Ellipses of one size, turned by `turns` degrees each."""

    across: int
    along: int
    turns: list[int]


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
    rings: list[Ring]
    mint: str = ""


def card_of(collectible: Collectible, language: str, mint: int | None = None) -> Card:
    hue, rings = rosette(collectible.pk)
    return Card(
        id=collectible.pk,
        name=resolve(collectible.name, language),
        label=resolve(collectible.label, language),
        picture=picture_of(collectible.media),
        rarity=rarity_of(collectible.circulation),
        edition=edition_of(collectible.circulation),
        is_gone=collectible.circulation is not None and collectible.minted >= collectible.circulation,
        hue=hue,
        rings=rings,
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


def rosette(seed: int) -> tuple[int, list[Ring]]:
    """A hue, and two rings of turned ellipses in a square of 200."""
    rng = Random(seed)  # noqa: S311 - a pattern, not a secret
    outer, inner = rng.choice([9, 10, 12, 14, 15]), rng.choice([5, 6, 8, 9])
    rings = [
        Ring(92, rng.randrange(24, 60), turned(outer)),
        Ring(rng.randrange(44, 64), rng.randrange(14, 36), turned(inner)),
    ]
    return seed * 137 % 360, rings


def turned(count: int) -> list[int]:
    return [round(180 * step / count) for step in range(count)]
