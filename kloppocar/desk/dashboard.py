"""How is my campaign doing? Numbers from `collectibles/statistics.py`, in a constant number of statements."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Sum
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from collectibles import statistics
from collectibles.models import Collectible, Distribution, Grant, RefusalCount
from kloppocar.api.localized import resolve

from .charts import Chart, Row, over_time, rows_of

HOURS, DAYS = 48, 30
LINES = 20  # campaigns that the table names, the busiest first
TOP = 8

STATES = {"off": _("off"), "upcoming": _("upcoming"), "open": _("open"), "over": _("over")}
REASONS = {
    "already_redeemed": _("had it already"),
    "closed": _("campaign over"),
    "code_used_up": _("code used up"),
    "not_eligible": _("not for them"),
    "not_open_yet": _("not open yet"),
    "revoked": _("code withdrawn"),
    "sold_out": _("sold out"),
}


@dataclass(frozen=True)
class Line:
    """`left` is what can still be won: of the limit or of the stock, whichever is less; None is no end in sight."""

    name: str
    url: str
    state: str
    state_said: Any
    redemptions: int
    refusals: int
    redeemed: int
    limit: int | None
    left: int | None
    share: int
    per_day: Chart
    ends_at: Any


def dashboard() -> dict[str, Any]:
    now = timezone.now()
    lines = statistics.of_recent_campaigns(days=DAYS, now=now)
    campaigns = [line.campaign for line in lines]
    grants = Grant.objects.filter(distribution__in=[campaign.pk for campaign in campaigns])
    busiest = sorted(lines, key=lambda line: -line.redemptions - line.refusals)[:LINES]
    stock = statistics.stocks_left([line.campaign for line in busiest])
    return {
        "lines": [line_of(line, stock.get(line.campaign.pk)) for line in busiest],
        "open": sum(line.state == "open" for line in lines),
        "won": sum(line.redemptions for line in lines),
        "refused": sum(line.refusals for line in lines),
        "per_hour": over_time("per-hour", _("Won, hour by hour"), statistics.hourly(grants, now, HOURS), "D H:i"),
        "sign_ups": sign_ups(now),
        "refusals": refusals(campaigns, now),
        "top": top(campaigns, now),
        "days": DAYS,
    }


def line_of(line: statistics.CampaignLine, stock: int | None) -> Line:
    campaign = line.campaign
    limit_left = None if campaign.limit is None else campaign.limit - campaign.redeemed
    ends = [end for end in (limit_left, stock) if end is not None]
    left = min(ends) if ends else None
    whole = campaign.redeemed + left if left is not None else 0
    return Line(
        name=resolve(campaign.name, get_language() or "en"),
        url=reverse("admin:collectibles_distribution_change", args=[campaign.pk]),
        state=line.state.value,
        state_said=STATES[line.state.value],
        redemptions=line.redemptions,
        refusals=line.refusals,
        redeemed=campaign.redeemed,
        limit=campaign.limit,
        left=left,
        share=round(campaign.redeemed / whole * 100) if whole else 0,
        per_day=over_time(f"campaign-{campaign.pk}", "", line.per_day, "j. M", size=(120, 24)),
        ends_at=campaign.ends_at,
    )


def sign_ups(now: Any) -> Chart:
    return over_time("sign-ups", _("New people, day by day"), statistics.sign_ups_per_day(days=DAYS, now=now), "j. M")


def refusals(campaigns: Sequence[Distribution], now: Any) -> list[Row]:
    since = statistics.start_of_day(now) - (DAYS - 1) * statistics.DAY
    counts = RefusalCount.objects.filter(distribution__in=[row.pk for row in campaigns], hour__gte=since).order_by()
    found = counts.values_list("reason").annotate(total=Sum("count")).order_by("-total", "reason")
    return rows_of([(str(REASONS.get(reason, reason)), count, "", reason) for reason, count in found])


def top(campaigns: Sequence[Distribution], now: Any) -> list[Row]:
    language = get_language() or "en"
    lines = statistics.top_collectibles(campaigns, days=DAYS, count=TOP, now=now)
    return rows_of(
        [
            (
                resolve(line.collectible.name, language),
                line.minted,
                reverse("admin:collectibles_collectible_change", args=[line.collectible.pk]),
                edition(line.collectible),
            )
            for line in lines
        ]
    )


def edition(row: Collectible) -> Any:
    if row.circulation is None:
        return _("%(minted)d given, no limit") % {"minted": row.minted}
    return _("%(minted)d of %(all)d given") % {"minted": row.minted, "all": row.circulation}
