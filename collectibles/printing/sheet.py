"""Which codes a sheet shows, under which name: those that can still be redeemed."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from collectibles.codes import format_code
from kloppocar.api.errors import Refusal

from . import lettering
from .layouts import Layout
from .selection import Selection

CODES = 2_500  # of one file: seconds of work, and at most three of the 4.5 MB that a gateway passes on


@dataclass(frozen=True)
class Sheet:
    """What is printed: `codes` as stored, each leading to `address`, under `name`."""

    name: str
    codes: list[str]
    address: str
    layout: Layout
    subject: str

    @property
    def pages(self) -> int:
        return -(-len(self.codes) // self.layout.cells)

    @cached_property
    def widest(self) -> str:
        """Of the codes as they are printed: all are written in the size that suits this one."""
        return max(map(format_code, self.codes), key=lambda code: lettering.width_of(code, 1))


def sheet_of(selection: Selection, layout: Layout, address: str, language: str, *, most: int | None = None) -> Sheet:
    """Those codes of a selection that can still be redeemed; refuses where there is nothing to print."""
    first, last = selection.bounds(most or CODES)
    rows = selection.all().values_list("code", "uses", "max_uses", "revoked_at")[first:last]
    usable = [code for code, uses, most, revoked_at in rows if revoked_at is None and (most is None or uses < most)]
    if not usable:
        detail = _("All of these codes are withdrawn or used up: there is nothing to print.")
        raise Refusal("nothing_to_print", detail, status=409)
    name = name_on_paper(selection.campaign, language)
    return Sheet(name, usable, address, layout, selection.name())


def name_on_paper(campaign: Any, language: str) -> str:
    """In the asked language, else in the first one whose letters the font has."""
    preferred = [language, *settings.CONTENT_LANGUAGES]
    texts = [campaign.name.get(code, "") for code in preferred] + list(campaign.name.values())
    return lettering.drawable(texts, otherwise=f"# {campaign.pk}")
