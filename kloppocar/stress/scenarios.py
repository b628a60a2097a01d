"""What is tried: the calls of each scenario, in an order in which those that collide are neighbours, and how they must
end. Neighbours are made at the same moment by different processes."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from collectibles.models import Distribution, DistributionKind, MissionKind, MissionProgress
from collectibles.services import open_offer, redeem

from .stage import LASTS, Stage

Answers = Counter[str]


@dataclass(frozen=True)
class Call:
    """One request of one person: redeem a code, accept a secret, cancel or open an offer, claim a mission."""

    action: str
    user: int
    what: str | int


@dataclass
class Plan:
    """`supply` copies may be granted by `campaign`; `problems` says what is wrong with the answers."""

    calls: list[Call]
    problems: Callable[[Answers], list[str]]
    campaign: Distribution | None = None
    supply: int = 0


def stock(stage: Stage, supply: int) -> Plan:
    """One code for everybody, one edition of `supply` copies."""
    campaign = stage.campaign(stage.collectible(supply))
    (code,) = stage.codes(campaign, 1, max_uses=None)
    calls = [Call("redeem", user.pk, code) for user in stage.people]
    won = min(supply, len(calls))
    return Plan(calls, exactly(granted=won, sold_out=len(calls) - won), campaign, supply)


def single_code(stage: Stage, supply: int) -> Plan:
    """A code for one use, scanned by everybody."""
    campaign = stage.campaign(stage.collectible(None))
    (code,) = stage.codes(campaign, 1)
    calls = [Call("redeem", user.pk, code) for user in stage.people]
    return Plan(calls, exactly(granted=1, code_used_up=len(calls) - 1), campaign, 1)


def limited(stage: Stage, supply: int) -> Plan:
    """A campaign with a limit and endless stock; everybody has a code of their own and scans it twice at once."""
    campaign = stage.campaign(*(stage.collectible(None) for _ in range(3)), limit=supply)
    texts = stage.codes(campaign, len(stage.people))
    calls = [Call("redeem", user.pk, code) for user, code in zip(stage.people, texts, strict=True) for _ in range(2)]
    won = min(supply, len(stage.people))
    return Plan(calls, exactly(granted=won, already_redeemed=won, sold_out=len(calls) - 2 * won), campaign, supply)


def last_copies(stage: Stage, supply: int) -> Plan:
    """Many editions with one, two or three copies left: who draws one that has just run out gets another."""
    campaign = stage.campaign(*(stage.collectible(left) for left in portions(supply)))
    (code,) = stage.codes(campaign, 1, max_uses=None)
    calls = [Call("redeem", user.pk, code) for user in stage.people]
    won = min(supply, len(calls))
    return Plan(calls, exactly(granted=won, sold_out=len(calls) - won), campaign, supply)


def portions(supply: int) -> Iterator[int]:
    """1, 2, 3, 1, 2, 3 ... and what is left of `supply`."""
    size = 0
    while supply > 0:
        size = size % 3 + 1
        yield min(size, supply)
        supply -= size


def transfers(stage: Stage, supply: int) -> Plan:
    """`supply` people offer a copy each; others accept at once, while its giver opens a second offer, and every other
    giver cancels."""
    givers = stage.people[: min(supply, len(stage.people) - 1)]
    campaign = stage.campaign(stage.collectible(None))
    takers = max(2, len(stage.people) // max(1, len(givers)))
    calls = []
    for place, (giver, code) in enumerate(zip(givers, stage.codes(campaign, len(givers)), strict=True)):
        copy = redeem(user=giver, code=code).grant.copy
        offer = open_offer(giver=giver, copy=copy, lasts=LASTS)
        others = [stage.people[(place + step) % len(stage.people)] for step in range(1, takers + 1)]
        round_of = [Call("accept", other.pk, offer.secret) for other in others if other != giver]
        round_of.insert(1, Call("open", giver.pk, copy.pk))
        if place % 2:
            round_of.insert(1, Call("cancel", giver.pk, offer.pk))
        calls += round_of
    return Plan(calls, ended_once(len(givers)), campaign, len(givers))


def claims(stage: Stage, supply: int) -> Plan:
    """Everybody has finished one mission and claims it twice at once; its reward has `supply` copies."""
    needed = stage.collectible(None)
    campaign = stage.campaign(needed)
    reward = stage.campaign(stage.collectible(supply), kind=DistributionKind.REWARD)
    mission = stage.mission(needed, kind=MissionKind.COLLECT_SET, goal=1, points=5, reward=reward)
    for user, code in zip(stage.people, stage.codes(campaign, len(stage.people)), strict=True):
        redeem(user=user, code=code)
    calls = [Call("claim", user.pk, mission.pk) for user in stage.people for _ in range(2)]
    won = min(supply, len(stage.people))
    expected = exactly(granted=won, already_claimed=won, sold_out=len(calls) - 2 * won)

    def problems(answers: Answers) -> list[str]:
        claimed = MissionProgress.objects.filter(mission=mission, claimed_at__isnull=False).count()
        lost = [] if claimed == won else [f"{claimed} claims are marked, {won} were granted"]
        return expected(answers) + lost

    return Plan(calls, problems, reward, supply)


def exactly(**expected: int) -> Callable[[Answers], list[str]]:
    """Every answer as often as it must be, and no other."""

    def problems(answers: Answers) -> list[str]:
        names = sorted({*answers, *expected})
        return [
            f"{name}: {answers[name]} instead of {expected.get(name, 0)}"
            for name in names
            if answers[name] != expected.get(name, 0)
        ]

    return problems


def ended_once(offers: int) -> Callable[[Answers], list[str]]:
    """Each offer was either accepted or cancelled, once."""

    def problems(answers: Answers) -> list[str]:
        ended = answers["accepted"] + answers["withdrawn"]
        return [] if ended == offers else [f"{offers} offers ended {ended} times"]

    return problems


SCENARIOS: dict[str, Callable[[Stage, int], Plan]] = {
    "stock": stock,
    "single-code": single_code,
    "limited": limited,
    "last-copies": last_copies,
    "transfers": transfers,
    "claims": claims,
}
