"""What the home screen shows somebody: each part one statement, however much they own and however many there are."""

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any

from django.db.models import Exists, F, FilteredRelation, FloatField, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast, Coalesce

from collectibles.models import Copy, Mission
from collectibles.serializers import CopySerializer
from collectibles.serializers.home import (
    HomeChallengeSerializer,
    HomeMissionSerializer,
    HomeNewsSerializer,
    HomeUserSerializer,
)
from communities.models import Challenge, Membership, NewsPost
from kloppocar.api.conditions import RIGHT_NOW
from kloppocar.api.prepared import Rows, Slot, Somebody
from kloppocar.api.rows import WrittenReading
from users.models import Rank, User
from users.services import inbox

WHO = Slot("user")


def newest_copies() -> QuerySet[Copy]:
    return Copy.objects.visible_to(Somebody()).select_related("collectible").order_by("-acquired_at", "-id")


def open_missions() -> QuerySet[Mission]:
    """Those that are not claimed yet: claimable ones first, then by the share that is reached."""
    mine = FilteredRelation("progress", condition=Q(progress__user=WHO))
    missions = Mission.objects.active().open_at(RIGHT_NOW).alias(mine=mine).filter(mine__claimed_at__isnull=True)
    missions = missions.annotate(reached=Coalesce(F("mine__progress"), Value(0)))
    share = Cast(F("reached"), FloatField()) / F("goal")
    return missions.order_by(share.desc(), F("ends_at").asc(nulls_last=True), "id")


def running_challenges() -> QuerySet[Challenge]:
    """Those of the caller's own communities first, then by their end."""
    mine = FilteredRelation("contributions", condition=Q(contributions__user=WHO))
    running = Challenge.objects.of_active_communities().running_at(RIGHT_NOW).with_progress()
    running = running.alias(mine=mine, is_ours=Exists(my_communities().filter(community=OuterRef("community"))))
    running = running.annotate(contribution=Coalesce(F("mine__count"), Value(0)), claimed_at=F("mine__claimed_at"))
    return running.order_by("-is_ours", F("ends_at").asc(nulls_last=True), "id")


def my_news() -> QuerySet[NewsPost]:
    """For everyone, or for a community of the caller's."""
    ours = Q(community__isnull=True) | Q(community__in=my_communities())
    return NewsPost.objects.published_at(RIGHT_NOW).filter(ours).order_by("-posted_at", "-id")


def my_communities() -> QuerySet[Membership, Any]:
    return Membership.objects.in_force_at(RIGHT_NOW).filter(user=WHO).values("community")


LADDER = Rows(lambda: Rank.objects.annotate(unread=inbox.unread_total(Somebody())).order_by("min_score"))
NEWEST_COPY = WrittenReading(CopySerializer, newest_copies, limit=1)
MISSIONS = WrittenReading(HomeMissionSerializer, open_missions, limit=10)
CHALLENGE = WrittenReading(HomeChallengeSerializer, running_challenges, limit=1)
NEWS = WrittenReading(HomeNewsSerializer, my_news, limit=3)


class Home:
    """The parts by name, read when asked for. `context` is a serializer's; `language` that of `localized`, or ""."""

    def __init__(self, user: User, context: Mapping[str, Any], language: str) -> None:
        self.user, self.language = user, language
        self.context = {**context, "is_part": True}
        self.parts: dict[str, Callable[[], Any]] = {
            "user": self.me,
            "newest_copy": lambda: self.first(NEWEST_COPY),
            "missions": lambda: self.rows(MISSIONS),
            "challenge": lambda: self.first(CHALLENGE),
            "news": lambda: self.rows(NEWS),
            "unread_count": self.unread_count,
        }

    def rows(self, reading: WrittenReading) -> list[Any]:
        return reading.rows(self.context, self.language, user=self.user.pk)

    def first(self, reading: WrittenReading) -> Any:
        return next(iter(self.rows(reading)), None)

    @cached_property
    def ladder(self) -> list[Any]:
        """The ranks; the number of unread messages is read along with them, which saves a statement."""
        return LADDER.all(user=self.user.pk, joined=self.user.created_at)

    def me(self) -> Any:
        return HomeUserSerializer(self.user, context={**self.context, "ladder": self.ladder}).data

    def unread_count(self) -> int:
        return self.ladder[0].unread if self.ladder else inbox.unread_count(self.user)
