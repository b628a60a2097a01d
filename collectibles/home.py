"""What the home screen shows somebody: each part one statement, however much they own and however many there are."""

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any

from django.db.models import Exists, F, FilteredRelation, FloatField, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast, Coalesce
from django.utils import timezone

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
from kloppocar.api.rows import Reading
from users.models import Rank, User
from users.services import inbox

MISSIONS, NEWS = 10, 3


class Home:
    """The parts by name, read when asked for. `context` is a serializer's; `language` that of `localized`, or ""."""

    def __init__(self, user: User, context: Mapping[str, Any], language: str) -> None:
        self.user, self.language, self.now = user, language, timezone.now()
        self.context = {**context, "is_part": True}
        self.parts: dict[str, Callable[[], Any]] = {
            "user": self.me,
            "newest_copy": self.newest_copy,
            "missions": self.missions,
            "challenge": self.challenge,
            "news": self.news,
            "unread_count": self.unread_count,
        }

    def rows(self, serializer: type, queryset: QuerySet[Any], limit: int) -> list[Any]:
        reading = Reading(serializer, queryset, self.context, chosen=None, language=self.language)
        return reading.build(reading.fetch(queryset, limit=limit))

    def first(self, serializer: type, queryset: QuerySet[Any]) -> Any:
        return next(iter(self.rows(serializer, queryset, 1)), None)

    @cached_property
    def ladder(self) -> list[Any]:
        """The ranks; the number of unread messages is read along with them, which saves a statement."""
        return list(Rank.objects.annotate(unread=inbox.unread_total(self.user)).order_by("min_score"))

    def me(self) -> Any:
        return HomeUserSerializer(self.user, context={**self.context, "ladder": self.ladder}).data

    def unread_count(self) -> int:
        return self.ladder[0].unread if self.ladder else inbox.unread_count(self.user)

    def newest_copy(self) -> Any:
        mine = Copy.objects.visible_to(self.user).select_related("collectible")
        return self.first(CopySerializer, mine.order_by("-acquired_at", "-id"))

    def missions(self) -> list[Any]:
        """Open ones that are not claimed yet: claimable ones first, then by the share that is reached."""
        mine = FilteredRelation("progress", condition=Q(progress__user=self.user.pk))
        missions = Mission.objects.active().open_at(self.now).alias(mine=mine).filter(mine__claimed_at__isnull=True)
        missions = missions.annotate(reached=Coalesce(F("mine__progress"), Value(0)))
        share = Cast(F("reached"), FloatField()) / F("goal")
        first = [share.desc(), F("ends_at").asc(nulls_last=True), "id"]
        return self.rows(HomeMissionSerializer, missions.order_by(*first), MISSIONS)

    def challenge(self) -> Any:
        """Of those that run, one of the caller's own communities, and the one that ends first."""
        mine = FilteredRelation("contributions", condition=Q(contributions__user=self.user.pk))
        running = Challenge.objects.of_active_communities().running_at(self.now).with_progress()
        running = running.alias(mine=mine, is_ours=Exists(self.memberships.filter(community=OuterRef("community"))))
        running = running.annotate(contribution=Coalesce(F("mine__count"), Value(0)), claimed_at=F("mine__claimed_at"))
        first = ["-is_ours", F("ends_at").asc(nulls_last=True), "id"]
        return self.first(HomeChallengeSerializer, running.order_by(*first))

    def news(self) -> list[Any]:
        """For everyone, or for a community of the caller's."""
        ours = Q(community__isnull=True) | Q(community__in=self.memberships.values("community"))
        news = NewsPost.objects.published_at(RIGHT_NOW).filter(ours)
        return self.rows(HomeNewsSerializer, news.order_by("-posted_at", "-id"), NEWS)

    @property
    def memberships(self) -> Any:
        return Membership.objects.in_force_at(self.now).filter(user=self.user.pk)
