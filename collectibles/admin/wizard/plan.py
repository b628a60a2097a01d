"""A campaign as planned: rehearsed in a transaction that is taken back, or made in one that is not."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from collectibles import codes
from collectibles.models import CodeBatch, Collectible, Distribution, DistributionCode, DistributionKind
from collectibles.services import batches
from collectibles.services.granting import candidates_of
from collectibles.services.preview import Preview, preview_for_anybody
from kloppocar.api import history
from kloppocar.api.errors import Refusal
from kloppocar.api.localized import resolve
from kloppocar.api.transactions import atomically
from kloppocar.models import TakenBatch
from users.models import User

WIZARD = "campaign wizard"
WITHOUT_CODES = {DistributionKind.REWARD, DistributionKind.STARTER}


@dataclass(frozen=True)
class Scan:
    """What a scan says at a moment."""

    when: str
    at: datetime
    says: Preview


@dataclass(frozen=True)
class Chance:
    name: str
    percent: float
    left: int | None


@dataclass(frozen=True)
class Outlook:
    """`silent` are collectibles of the pool that nobody can win: drafts, retired or sold out."""

    scans: list[Scan]
    chances: list[Chance]
    silent: list[str]
    refused: str = ""


def rehearse(serializer: Any) -> Outlook:
    """Makes the campaign with one code, asks the real preview at three moments, and takes everything back."""

    def work() -> Outlook:
        campaign = serializer.save()
        code = DistributionCode.objects.create(distribution=campaign, code=codes.new_code())
        outlook = look(campaign, code.code)
        transaction.set_rollback(True)
        return outlook

    return atomically(work)


def look(campaign: Distribution, code: str) -> Outlook:
    scans = [] if campaign.kind in WITHOUT_CODES else scans_of(campaign, code)
    try:
        weights = candidates_of(campaign, User())
    except Refusal as refusal:
        return Outlook(scans, [], [], str(refusal.detail))
    return Outlook(scans, chances_of(weights), silent_of(campaign, weights))


def scans_of(campaign: Distribution, code: str) -> list[Scan]:
    moments = [(_("Now"), timezone.now())]
    if campaign.starts_at > timezone.now():
        moments += [(_("When it has opened"), campaign.starts_at)]
    moments += [(_("When it has closed"), campaign.ends_at)]
    return [Scan(when, at, preview_for_anybody(code=code, now=at).preview) for when, at in moments]


def chances_of(weights: dict[int, int]) -> list[Chance]:
    rows, whole = Collectible.objects.in_bulk(weights), sum(weights.values())
    language = get_language() or "en"
    found = [
        Chance(
            name=resolve(rows[pk].name, language),
            percent=round(weight / whole * 100, 1),
            left=None if (edition := rows[pk].circulation) is None else edition - rows[pk].minted,
        )
        for pk, weight in weights.items()
    ]
    return sorted(found, key=lambda chance: (-chance.percent, chance.name))


def silent_of(campaign: Distribution, weights: dict[int, int]) -> list[str]:
    names = campaign.pool.exclude(collectible__in=weights).values_list("collectible__name", flat=True)
    return [resolve(name, get_language() or "en") for name in names]


def make(serializer: Any, *, user: User, nonce: str, count: int, uses: int | None) -> tuple[int, bool]:
    """The campaign's id, and whether it is new: of a page that is sent twice, the second finds what the first made."""

    def work() -> tuple[int, bool]:
        mark = TakenBatch(digest=f"{user.pk}:{nonce}", resource=WIZARD, line=0, made=[])
        try:
            with transaction.atomic():
                mark.save()
        except IntegrityError:  # of two at once the second has waited for the first
            return TakenBatch.objects.get(digest=mark.digest, resource=WIZARD, line=0).made[0], False
        campaign = serializer.save()
        history.write(user, campaign, history.added(campaign, serializer.replaced))
        if count:
            batches.write(CodeBatch(distribution=campaign, count=count, max_uses=uses), user)
        mark.made = [campaign.pk]
        mark.save(update_fields=["made"])
        return campaign.pk, True

    return atomically(work)
