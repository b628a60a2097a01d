"""*Distribution, DistributionCollectible, DistributionCode, CommunityChallenge*; and campaigns that the old backend had
not: one for each collectible that was a reward itself, one for the missions that gave from a campaign with codes, and
one for each project's copies that no campaign gave.
"""

from typing import Any

from django.utils import timezone

from collectibles import codes
from collectibles.models import (
    Distribution,
    DistributionCode,
    DistributionCollectible,
    DistributionKind,
    Draw,
)
from communities.models import Challenge
from kloppocar.legacy.table import Context, Table
from kloppocar.legacy.values import LONG_AFTER, UNKNOWN_TIME, Row

from .catalogue import TIMES

REWARDS, OWN_REWARDS, OLD_COPIES = "Collectible.reward", "Distribution.reward", "Project.copies"
ENTRIES, OWN_ENTRIES = f"{REWARDS}.entry", f"{OWN_REWARDS}.entry"  # of their pools
# What the survey says of campaigns that missions give from; codes that missions made do not count.
WITH_CODES, WITHOUT_CODES = "reward with codes", "reward without codes"
OF_TRANSFERS, OF_MISSIONS = ("TFR-", "DEINSQR-TRADE-"), ("MISSION-",)
OLD_KINDS = {"voucher", "coupon", "deal", "scan"}


def campaign(row: Row, context: Context) -> list[Any]:
    active, draw = True, Draw.RANDOM_FROM_COLLECTION if row.flag("isRandom") else Draw.FROM_POOL
    if draw == Draw.RANDOM_FROM_COLLECTION and "collectionId" not in row.refs:
        row.note("draws_from_nothing", "collectionId")
        active, draw = False, Draw.FROM_POOL
    ends = row.time("endDate") or LONG_AFTER
    starts, _ = row.window(row.time("startDate"), ends)
    if not row.flag("isTimed", usual=True) and ends <= timezone.now():
        row.note("ended_though_untimed", "endDate", row["endDate"])
    return [
        Distribution(
            id=row.new_id,
            project_id=row.refs["projectId"],
            collection_id=row.refs.get("collectionId"),
            name=row.name("name", 120),
            description=row.texts("description", 10_000),
            kind=kind(row, context),
            starts_at=starts,
            ends_at=ends,
            limit=limit(row, context),
            new_users_only=row.flag("isNewUserReward"),
            draw=draw,
            once_per_collectible=row.flag("isUniqueCollectible"),
            active=active,
            **row.times,
        )
    ]


def kind(row: Row, context: Context) -> str:
    if context.scratch.holder(WITHOUT_CODES, row.old_id) is not None:
        row.note("becomes_reward", "type", row["type"])
        return DistributionKind.REWARD
    if (named := row.text("type").lower()) in OLD_KINDS:
        return named
    row.note("unknown_value", "type", row["type"])
    return DistributionKind.SCAN


def limit(row: Row, context: Context) -> int | None:
    """What is left of it is what was left, as with a code's uses."""
    if not row.flag("isLimited") or row["limitedQty"] is None:
        return None
    allowed = row.number("limitedQty")
    used, burnt = spent(row, context)
    if used + burnt > allowed:
        row.note("campaign_overdrawn", "limitedQty", f"{used + burnt} of {allowed}")
    return max(used, allowed - burnt)


def spent(row: Row, context: Context) -> tuple[int, int]:
    """By codes of this campaign: for copies, and for nothing."""
    summed = "SELECT COALESCE(SUM(used), 0), COALESCE(SUM(burnt), 0) FROM codes WHERE distribution = ?"
    used, burnt = context.scratch.run(summed, [row.old_id]).fetchone()
    return used, burnt


def own_reward(row: Row, context: Context) -> list[Any]:
    """For missions that give from a campaign with codes: here one gives by codes or by missions. Each of the two has
    what is left of the limit.
    """
    if context.scratch.holder(WITH_CODES, row.old_id) is None:
        row.empty = True
        return []
    [new] = campaign(row, context)
    row.findings.clear()  # said of the campaign itself
    row.note("reward_of_its_own", "type", row["type"])
    new.kind = DistributionKind.REWARD
    if new.limit is not None:
        new.limit -= spent(row, context)[0]
    return [new]


def pool_entry(row: Row, context: Context) -> list[Any]:
    pair = f"{row.refs['distributionId']}-{row.refs['collectibleId']}"
    if context.scratch.claim("pool", pair, row.old_id) != row.old_id:
        row.skip("second_of_pair", "collectibleId")
        return []
    pools = {row.new_id: row.refs["distributionId"]}
    for own in context.scratch.new_ids(OWN_REWARDS, [row["distributionId"]]).values():
        pools[context.shifts[OWN_ENTRIES] + row.old_id] = own
    collectible = row.refs["collectibleId"]
    return [
        DistributionCollectible(id=pk, distribution_id=pool, collectible_id=collectible, **row.times)
        for pk, pool in pools.items()
    ]


def code(row: Row, context: Context) -> list[Any]:
    """As it is typed, so that what is printed works; its uses are counted by the copies that come with them."""
    printed = row.text("code")
    if printed.upper().startswith(OF_TRANSFERS):
        row.skip("transfer_code", "code")
        return []
    if not printed:
        row.skip("bad_code", "code")
        return []
    stored = stored_as(printed)
    if stored.startswith(codes.OLD_PREFIX):
        row.note("code_beyond_our_shape", "code")
    there = context.found.get(stored, row.new_id)
    if context.scratch.claim("code", stored, row.old_id) != row.old_id or there != row.new_id:
        row.skip("code_twice", "code")
        return []
    uses = max_uses(row, context)
    return [
        DistributionCode(
            id=row.new_id, distribution_id=row.refs["distributionId"], code=stored, max_uses=uses, **row.times
        )
    ]


def stored_as(printed: str) -> str:
    try:
        return codes.normalise(printed)
    except codes.MistypedCode:
        return codes.of_old_backend(printed)


def max_uses(row: Row, context: Context) -> int | None:
    """What is left of it is what was left: a use that gave no copy stays spent."""
    if row.flag("isMultiUse") and (row["multiUseQty"] is None or row["multiUseQty"] <= 0):
        return None
    allowed = row.number("multiUseQty") if row.flag("isMultiUse") else 1
    used, burnt = context.scratch.run("SELECT used, burnt FROM codes WHERE id = ?", [row.old_id]).fetchone()
    if used + burnt > allowed:
        row.note("code_overused", "multiUseQty", f"{used + burnt} of {allowed}")
    return max(used, allowed - burnt)


def codes_there(rows: list[Row], context: Context) -> dict[Any, Any]:
    wanted = {stored_as(printed) for row in rows if (printed := row.text("code"))}
    return dict(DistributionCode.objects.filter(code__in=wanted).values_list("code", "pk"))


def reward(row: Row, context: Context) -> list[Any]:
    """What gives this collectible to whoever claims it."""
    if context.scratch.holder("reward", row.old_id) is None:
        row.empty = True
        return []
    campaign = made(row, kind=DistributionKind.REWARD, active=True, name=row.name("name", 120))
    entry = DistributionCollectible(
        id=context.shifts[ENTRIES] + row.old_id,
        distribution_id=row.new_id,
        collectible_id=row.refs["collectibleId"],
        **row.times,
    )
    return [campaign, entry]


def old_copies(row: Row, context: Context) -> list[Any]:
    """What gave the copies of this project that no campaign is known for. Nobody draws from it."""
    names = {"en": "Copies of the old backend", "de": "Exemplare aus dem alten System"}
    return [made(row, kind=DistributionKind.REWARD, active=False, name=names)]


def made(row: Row, **fields: Any) -> Distribution:
    return Distribution(
        id=row.new_id,
        project_id=row.refs["projectId"],
        draw=Draw.FROM_POOL,
        starts_at=UNKNOWN_TIME,
        ends_at=LONG_AFTER,
        **fields,
        **row.times,
    )


def challenge(row: Row, context: Context) -> list[Any]:
    """Members' copies are counted for it as they come: the old backend counted none."""
    starts, ends = row.window(row.time("startDate"), row.time("endDate"))
    new = Challenge(
        id=row.new_id,
        community_id=row.refs["communityId"],
        title=row.name("title", 120),
        description=row.texts("description", 10_000),
        goal=row.number("goal", least=1, usual=1),
        starts_at=starts,
        ends_at=ends,
        media=row.media(),
        reward_id=row.refs.get("rewardId"),
        **row.times,
    )
    return [new]


OF_CAMPAIGN = (
    "distributionId projectId collectionId name description type isTimed isLimited limitedQty isNewUserReward isRandom "
    "isUniqueCollectible startDate endDate"
)
CAMPAIGNS = [
    Table(
        "Distribution",
        Distribution,
        OF_CAMPAIGN + TIMES,
        campaign,
        needs={"projectId": "Project"},
        may_name={"collectionId": "Collection"},
        orphans="orphan_of_value",
    ),
    Table(
        OWN_REWARDS,
        Distribution,
        OF_CAMPAIGN + TIMES,
        own_reward,
        needs={"distributionId": "Distribution", "projectId": "Project"},
        may_name={"collectionId": "Collection"},
    ),
    Table(
        "DistributionCollectible",
        DistributionCollectible,
        "distributionCollectibleId distributionId collectibleId" + TIMES,
        pool_entry,
        needs={"distributionId": "Distribution", "collectibleId": "Collectible"},
        after=(OWN_REWARDS,),
    ),
    Table(
        "DistributionCode",
        DistributionCode,
        "distributionCodeId distributionId code isMultiUse multiUseQty" + TIMES,
        code,
        needs={"distributionId": "Distribution"},
        orphans="orphan_of_value",
        find=codes_there,
    ),
    Table(
        REWARDS,
        Distribution,
        "collectibleId projectId name" + TIMES,
        reward,
        needs={"collectibleId": "Collectible", "projectId": "Project"},
        after=("Distribution",),
    ),
    Table(
        OLD_COPIES,
        Distribution,
        "projectId" + TIMES,
        old_copies,
        needs={"projectId": "Project"},
        after=("Distribution",),
    ),
    Table(
        "CommunityChallenge",
        Challenge,
        "communityChallengeId communityId title description goal rewardId startDate endDate imgRef vidRef qrRef webRef "
        "embedRef" + TIMES,
        challenge,
        needs={"communityId": "Community"},
        may_name={"rewardId": REWARDS},
        after=("CommunityUser",),
    ),
]
