"""Campaigns of every kind, and their codes, which are the same on every machine."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from catalog.models import Collection
from collectibles import codes
from collectibles.models import (
    CodeBatch,
    Collectible,
    Distribution,
    DistributionCode,
    DistributionCollectible,
    DistributionKind,
    Draw,
)

from .words import COLLECTIONS, texts

UNLIMITED_PART, STICKER_PARTS = 3, range(5)


@dataclass(frozen=True)
class Campaign:
    """A campaign by the word that the console prints beside its codes; `start` and `end` in days from now."""

    word: str
    english: str
    german: str
    says: str
    collection: int
    kind: DistributionKind = DistributionKind.SCAN
    codes: int = 3
    start: int = -30
    end: int = 365
    limit: int | None = None
    max_uses: int | None = None
    revoked: bool = False
    new_users_only: bool = False
    once_per_collectible: bool = False
    one_part: bool = False


CAMPAIGNS = [
    Campaign("open", "Roadshow scan", "Roadshow-Scan", "anybody, once each", 0, codes=24),
    Campaign("single", "Ticket codes", "Ticketcodes", "for one person each", 1, DistributionKind.VOUCHER, max_uses=1),
    Campaign("used", "Raffle ticket", "Tombolalos", "used up: bob had it", 2, codes=1, max_uses=1, one_part=True),
    Campaign(
        "limited", "First hundred", "Die ersten hundert", "100 copies in all", 2, DistributionKind.DEAL, limit=100
    ),
    Campaign("last", "Nearly gone", "Fast vergriffen", "one copy of 8 is left", 3, codes=1, limit=8, one_part=True),
    Campaign("sold", "Gone in a day", "An einem Tag weg", "sold out: hugo was quickest", 2, limit=1, one_part=True),
    Campaign("future", "Summer party", "Sommerfest", "opens in 30 days", 4, start=30, end=40),
    Campaign("closed", "Spring party", "Frühlingsfest", "closed 10 days ago", 5, start=-40, end=-10),
    Campaign("revoked", "Misprint", "Fehldruck", "withdrawn", 6, DistributionKind.COUPON, revoked=True),
    Campaign("new", "Welcome gift", "Willkommensgeschenk", "people without a copy: ida", 7, new_users_only=True),
    Campaign("series", "Complete it", "Mach sie voll", "never the same twice", 8, once_per_collectible=True),
]


def code_of(word: str, place: int = 0) -> str:
    """Number `place` of a campaign's codes."""
    return codes.new_code(Random(f"kloppocar {word} {place}"))  # noqa: S311 - repeatable, not secret


def sticker(collection: int, part: int) -> str:
    """The code on the sticker that gives just this part."""
    return code_of(f"sticker {collection}", part)


def codes_of(campaign: Campaign) -> list[str]:
    return [code_of(campaign.word, place) for place in range(campaign.codes)]


def are_made() -> bool:
    return DistributionCode.objects.filter(code=code_of("open")).exists()


def make_all(collections: list[Collection], now: datetime) -> None:
    for campaign in CAMPAIGNS:
        make_campaign(campaign, collections[campaign.collection], now)
    for number in range(4):
        for part in STICKER_PARTS:
            make_sticker(collections[number], number, part, now)
    make_gift(collections[0], texts("Starter gift", "Startgeschenk"), DistributionKind.STARTER, now)


def make_campaign(campaign: Campaign, collection: Collection, now: datetime) -> None:
    distribution = Distribution.objects.create(
        project=collection.project,
        collection=collection,
        name=texts(campaign.english, campaign.german),
        description=texts(f"{campaign.english}, {collection}.", f"{campaign.german}, {collection.name['de']}."),
        kind=campaign.kind,
        draw=Draw.FROM_POOL if campaign.one_part else Draw.RANDOM_FROM_COLLECTION,
        starts_at=now + timedelta(days=campaign.start),
        ends_at=now + timedelta(days=campaign.end),
        limit=campaign.limit,
        new_users_only=campaign.new_users_only,
        once_per_collectible=campaign.once_per_collectible,
    )
    if campaign.one_part:
        put_into_pool(distribution, collection, UNLIMITED_PART)
    batch = CodeBatch.objects.create(
        distribution=distribution, count=campaign.codes, max_uses=campaign.max_uses, note=campaign.says
    )
    DistributionCode.objects.bulk_create(
        DistributionCode(
            distribution=distribution,
            batch=batch,
            code=code,
            max_uses=campaign.max_uses,
            revoked_at=now if campaign.revoked else None,
        )
        for code in codes_of(campaign)
    )


def make_sticker(collection: Collection, number: int, part: int, now: datetime) -> None:
    car = COLLECTIONS[number][2]
    name = texts(f"Sticker {part + 1}, {car}", f"Aufkleber {part + 1}, {car}")
    distribution = make_gift(collection, name, DistributionKind.COUPON, now, part)
    DistributionCode.objects.create(distribution=distribution, code=sticker(number, part), max_uses=None)


def make_gift(
    collection: Collection, name: dict[str, str], kind: DistributionKind, now: datetime, part: int = UNLIMITED_PART
) -> Distribution:
    """A campaign that gives one part of a collection, for a year."""
    distribution = Distribution.objects.create(
        project=collection.project,
        name=name,
        kind=kind,
        draw=Draw.FROM_POOL,
        starts_at=now - timedelta(days=30),
        ends_at=now + timedelta(days=365),
    )
    put_into_pool(distribution, collection, part)
    return distribution


def put_into_pool(distribution: Distribution, collection: Collection, part: int) -> None:
    collectible = Collectible.objects.filter(collection=collection).order_by("id")[part]
    DistributionCollectible.objects.create(distribution=distribution, collectible=collectible)
