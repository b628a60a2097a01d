"""What was answered, held against what the database says."""

import math
from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import Any

from django.db.models import Sum

from collectibles.invariants import violations
from collectibles.models import Grant, MissionProgress
from users.models import User

from .process import DONE, Outcome
from .scenarios import Answers, Plan
from .stage import POINTS, Stage

ALWAYS_SHOWN = ("oversold", "duplicate numbers", "second grants", "redemptions without a copy")


@dataclass
class Report:
    """`violations` names everything that must not be, one sentence each; none means that the run is proof."""

    calls: int
    granted: int
    done: dict[str, int]
    refused: dict[str, int]
    errors: dict[str, int]
    retries: int
    oversold: int
    duplicate_numbers: int
    second_grants: int
    redemptions_without_a_copy: int
    violations: list[str]
    seconds: float
    throughput: float
    p50_ms: float
    p95_ms: float
    p99_ms: float
    about: dict[str, Any] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        told = asdict(self)
        return told.pop("about") | told

    def table(self) -> str:
        rows: list[tuple[str, Any]] = list(self.done.items())
        rows += [(f"refused: {reason}", number) for reason, number in self.refused.items()]
        rows += [(error, number) for error, number in self.errors.items()]
        rows += [(name, getattr(self, name.replace(" ", "_"))) for name in ALWAYS_SHOWN]
        rows += [
            ("made again after a busy database", self.retries),
            ("seconds", self.seconds),
            ("calls a second", self.throughput),
            ("p50 / p95 / p99, ms", f"{self.p50_ms} / {self.p95_ms} / {self.p99_ms}"),
        ]
        return "\n".join(f"  {name[:60]:34} {number:>20}" for name, number in rows)


def report_on(stage: Stage, plan: Plan, outcomes: list[Outcome]) -> Report:
    answers: Answers = Counter(outcome.answer for outcome in outcomes)
    granted = Grant.objects.filter(distribution=plan.campaign).count()
    broken = violations(stage.collection.pk)
    seconds = max(outcome.ended for outcome in outcomes) - min(outcome.started for outcome in outcomes)
    times = sorted(1000 * (outcome.ended - outcome.started) for outcome in outcomes)
    problems = [f"{name}: {', '.join(map(str, ids[:10]))}" for name, ids in broken.items()]
    problems += plan.problems(answers) + wrong_scores(stage)
    if granted > plan.supply:
        problems.append(f"{granted} copies were granted out of {plan.supply}")
    if "granted" in answers and granted != answers["granted"]:
        problems.append(f"{answers['granted']} people were told of a copy, the database has {granted}")
    return Report(
        calls=len(outcomes),
        granted=answers["granted"],
        done=part_of(answers, lambda answer: answer in DONE.values()),
        refused=part_of(answers, lambda answer: answer not in DONE.values() and not answer.startswith("error")),
        errors=part_of(answers, lambda answer: answer.startswith("error")),
        retries=sum(outcome.retries for outcome in outcomes),
        oversold=max(0, granted - plan.supply) + len(broken.get("oversold", [])),
        duplicate_numbers=len(broken.get("duplicate numbers", [])),
        second_grants=len(broken.get("second grants", [])),
        redemptions_without_a_copy=len(broken.get("redemptions without a copy", [])),
        violations=problems,
        seconds=round(seconds, 2),
        throughput=round(len(outcomes) / seconds, 1),
        p50_ms=percentile(times, 50),
        p95_ms=percentile(times, 95),
        p99_ms=percentile(times, 99),
    )


def part_of(answers: Answers, belongs: Any) -> dict[str, int]:
    return {answer: number for answer, number in answers.most_common() if belongs(answer)}


def percentile(times: list[float], part: int) -> float:
    """The smallest time that `part` percent of the sorted `times` do not exceed."""
    return round(times[math.ceil(len(times) * part / 100) - 1], 1)


def wrong_scores(stage: Stage) -> list[str]:
    """Points once for each collectible that was minted to a person, and for each claimed mission."""
    grants = Grant.objects.filter(distribution__collection=stage.collection)
    minted = grants.values("user", "copy__collectible").distinct().count() * POINTS
    claimed = MissionProgress.objects.filter(mission__collection=stage.collection, claimed_at__isnull=False)
    missions = claimed.aggregate(points=Sum("mission__points"))["points"] or 0
    scored = User.objects.filter(cognito_sub__startswith=f"{stage.mark}-").aggregate(score=Sum("score"))["score"]
    if scored == minted + missions:
        return []
    return [f"{len(stage.people)} people have {scored} points instead of {minted + missions}"]
