"""How campaigns go, in numbers: plain functions for the API, the admin's charts and whoever asks next.

Each costs a constant number of statements, read along an index; days and hours are those of UTC, and none is left out.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Count, F, Max, Min, Q, QuerySet, Sum
from django.db.models.functions import Left
from django.utils import timezone

from users.models import User

from .models import AVAILABLE, CampaignState, Collectible, Distribution, DistributionCode, Draw, Grant, RefusalCount

HOURS, DAYS = 48, 92  # how far back one campaign is shown by the hour, and by the day
CAMPAIGNS = 100  # as many as one dashboard shows
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True)
class Bucket:
    """How many in the hour or day that begins `at`."""

    at: datetime
    count: int


@dataclass(frozen=True)
class CodeCounts:
    """`used` were redeemed at least once, `used_up` as often as they can be, `uses` is the sum."""

    made: int
    unused: int
    used: int
    used_up: int
    revoked: int
    uses: int


@dataclass(frozen=True)
class Refusals:
    """What was refused: by reason since ever, and by the hour lately."""

    total: int
    by_reason: dict[str, int]
    per_hour: list[Bucket]


@dataclass(frozen=True)
class CampaignStatistics:
    """One campaign. What is left is None where nothing limits it."""

    campaign: Distribution
    state: CampaignState
    limit_left: int | None
    stock_left: int | None
    codes: CodeCounts
    people: int
    first_redemption_at: datetime | None
    last_redemption_at: datetime | None
    per_hour: list[Bucket]
    per_day: list[Bucket]
    refusals: Refusals


@dataclass(frozen=True)
class CampaignLine:
    """A campaign among others: its redemptions in the asked days, by day, and what it refused in them."""

    campaign: Distribution
    state: CampaignState
    redemptions: int
    refusals: int
    per_day: list[Bucket] = field(repr=False)


@dataclass(frozen=True)
class CollectibleLine:
    collectible: Collectible
    minted: int  # in the asked days; its `minted` and `circulation` say the rest


# --- One campaign ------------------------------------------------------------------------------------------------


def of_campaign(campaign: Distribution, *, now: datetime | None = None) -> CampaignStatistics:
    """Everything about one campaign, in seven statements."""
    moment = now or timezone.now()
    grants = Grant.objects.filter(distribution=campaign)
    whole = grants.aggregate(people=Count("user", distinct=True), first=Min("created_at"), last=Max("created_at"))
    earliest = max(whole["first"] or moment, moment - (DAYS - 1) * DAY)
    return CampaignStatistics(
        campaign=campaign,
        state=campaign.state_at(moment),
        limit_left=None if campaign.limit is None else campaign.limit - campaign.redeemed,
        stock_left=stock_left(campaign),
        codes=codes_of(campaign),
        people=whole["people"],
        first_redemption_at=whole["first"],
        last_redemption_at=whole["last"],
        per_hour=hourly(grants, moment, HOURS),
        per_day=buckets(counted(grants, start_of_day(earliest), DAY), start_of_day(earliest), moment, DAY),
        refusals=refusals_of(campaign, moment),
    )


def stock_left(campaign: Distribution) -> int | None:
    """How many copies are there to be drawn; None where one of them is unlimited."""
    return stock_of(**drawn_by(campaign).filter(AVAILABLE).aggregate(**STOCK))


def stocks_left(campaigns: Sequence[Distribution]) -> dict[int, int | None]:
    """The same for many, by id, in two statements."""
    drawable = Collectible.objects.filter(AVAILABLE).order_by()
    by_pool = stocks_by("pools__distribution", drawable, {each.pk for each in campaigns})
    by_collection = stocks_by("collection", drawable, {each.collection_id for each in campaigns})
    return {
        each.pk: by_collection.get(each.collection_id, 0) if draws_from_collection(each) else by_pool.get(each.pk, 0)
        for each in campaigns
    }


def stocks_by(key: str, drawable: QuerySet[Collectible], keys: set[int | None]) -> dict[int | None, int | None]:
    sums = drawable.filter(**{f"{key}__in": keys}).values_list(key).annotate(**STOCK)
    return {of: stock_of(unlimited=unlimited, left=left) for of, unlimited, left in sums}


STOCK: dict[str, Any] = {
    "unlimited": Count("pk", filter=Q(circulation=None)),
    "left": Sum(F("circulation") - F("minted")),
}


def stock_of(*, unlimited: int, left: int | None) -> int | None:
    return None if unlimited else left or 0


def draws_from_collection(campaign: Distribution) -> bool:
    return campaign.draw == Draw.RANDOM_FROM_COLLECTION


def drawn_by(campaign: Distribution) -> QuerySet[Collectible]:
    """What a campaign may give, whether or not any are left, and whether or not it is published."""
    if draws_from_collection(campaign):
        return Collectible.objects.filter(collection=campaign.collection_id)
    return Collectible.objects.filter(pools__distribution=campaign)


def codes_of(campaign: Distribution) -> CodeCounts:
    found = DistributionCode.objects.filter(distribution=campaign).aggregate(
        made=Count("pk"),
        used=Count("pk", filter=Q(uses__gt=0)),
        used_up=Count("pk", filter=Q(uses__gte=F("max_uses"))),
        revoked=Count("revoked_at"),
        total=Sum("uses"),
    )
    total = found.pop("total") or 0
    return CodeCounts(**found, unused=found["made"] - found["used"], uses=total)


def refusals_of(campaign: Distribution, now: datetime) -> Refusals:
    counts = RefusalCount.objects.filter(distribution=campaign).order_by()
    by_reason = dict(counts.values_list("reason").annotate(total=Sum("count")).order_by("-total", "reason"))
    since = start_of_hour(now) - (HOURS - 1) * HOUR
    lately = dict(counts.filter(hour__gte=since).values_list("hour").annotate(total=Sum("count")))
    return Refusals(sum(by_reason.values()), by_reason, buckets(lately, since, now, HOUR))


# --- All of them -------------------------------------------------------------------------------------------------


def of_recent_campaigns(*, days: int = 30, now: datetime | None = None) -> list[CampaignLine]:
    """Campaigns that were open in the last `days` days, those that began last first; at most CAMPAIGNS of them."""
    moment = now or timezone.now()
    since = start_of_day(moment) - (days - 1) * DAY
    campaigns = list(recent_campaigns(since, moment))
    per_day = defaultdict[int, dict[datetime, int]](dict)
    for campaign, at, count in counted_by_campaign(campaigns, since):
        per_day[campaign][at] = count
    refused = RefusalCount.objects.filter(distribution__in=campaigns, hour__gte=since).order_by()
    refusals = dict(refused.values_list("distribution").annotate(total=Sum("count")))
    return [
        CampaignLine(
            campaign=campaign,
            state=campaign.state_at(moment),
            redemptions=sum(per_day[campaign.pk].values()),
            refusals=refusals.get(campaign.pk, 0),
            per_day=buckets(per_day[campaign.pk], since, moment, DAY),
        )
        for campaign in campaigns
    ]


def sign_ups_per_day(*, days: int = 30, now: datetime | None = None) -> list[Bucket]:
    moment = now or timezone.now()
    since = start_of_day(moment) - (days - 1) * DAY
    return buckets(counted(User.objects.all(), since, DAY), since, moment, DAY)


def top_collectibles(
    campaigns: Sequence[Distribution], *, days: int = 30, count: int = 10, now: datetime | None = None
) -> list[CollectibleLine]:
    """Which were won most in the last `days` days, in these campaigns."""
    moment = now or timezone.now()
    since = start_of_day(moment) - (days - 1) * DAY
    won = Grant.objects.filter(distribution__in=campaigns, created_at__gte=since)
    most = (
        won.order_by().values_list("copy__collectible").annotate(won=Count("pk")).order_by("-won", "copy__collectible")
    )
    wins = dict(most[:count])
    rows = Collectible.objects.in_bulk(wins)
    return [CollectibleLine(rows[pk], minted) for pk, minted in wins.items()]


def recent_campaigns(since: datetime, now: datetime) -> QuerySet[Distribution]:
    return Distribution.objects.filter(starts_at__lte=now, ends_at__gte=since)[:CAMPAIGNS]


# --- Hours and days ----------------------------------------------------------------------------------------------


def hourly(rows: QuerySet[Any], now: datetime, hours: int) -> list[Bucket]:
    since = start_of_hour(now) - (hours - 1) * HOUR
    return buckets(counted(rows, since, HOUR), since, now, HOUR)


def counted(rows: QuerySet[Any], since: datetime, step: timedelta) -> dict[datetime, int]:
    """Rows by the hour or day in which they were made. The text of a time is cut, which an index alone can answer."""
    cut = rows.filter(created_at__gte=since).order_by().annotate(cut=beginning(step))
    return {moment_of(text): count for text, count in cut.values_list("cut").annotate(count=Count("pk"))}


def counted_by_campaign(campaigns: Iterable[Distribution], since: datetime) -> list[tuple[int, datetime, int]]:
    grants = Grant.objects.filter(distribution__in=campaigns, created_at__gte=since).order_by()
    cut = grants.annotate(cut=beginning(DAY)).values_list("distribution", "cut").annotate(count=Count("pk"))
    return [(campaign, moment_of(text), count) for campaign, text, count in cut]


def beginning(step: timedelta) -> Left:
    return Left("created_at", 13 if step == HOUR else 10)


def moment_of(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def buckets(counts: dict[datetime, int], since: datetime, now: datetime, step: timedelta) -> list[Bucket]:
    """Every hour or day from `since` to `now`, those with nothing too."""
    return [Bucket(at, counts.get(at, 0)) for at in (since + n * step for n in range((now - since) // step + 1))]


def start_of_hour(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def start_of_day(moment: datetime) -> datetime:
    return start_of_hour(moment).replace(hour=0)
