"""Rows for tests: each helper takes what matters to the test and fills in the rest."""

import itertools
from datetime import timedelta
from typing import Any

from django.utils import timezone

from catalog.models import Category, Collection, Project, Sponsor
from collectibles import codes
from collectibles.models import (
    Collectible,
    CollectibleStatus,
    Distribution,
    DistributionCode,
    DistributionCollectible,
    DistributionKind,
    Draw,
    Mission,
    MissionKind,
)
from communities.models import Challenge, Community, Membership, NewsPost
from users.models import Audience, Notification, NotificationReceipt, PushDevice, Rank, User, UserStatus

numbers = itertools.count(1)
DAY = timedelta(days=1)


def make_user(username: str | None = None, **fields: Any) -> User:
    sub = fields.pop("cognito_sub", f"sub-{username or next(numbers)}")
    return User.objects.create_user(username=username, cognito_sub=sub, **{"status": UserStatus.ACTIVE, **fields})


def make_community(**fields: Any) -> Community:
    return Community.objects.create(**{"title": {"en": "Friends", "de": "Freunde"}, **fields})


def make_membership(user: User, community: Community, **fields: Any) -> Membership:
    return Membership.objects.create(user=user, community=community, **fields)


def make_challenge(**fields: Any) -> Challenge:
    fields.setdefault("community", make_community())
    return Challenge.objects.create(
        **{"title": {"en": "Together"}, "goal": 10, "starts_at": timezone.now() - DAY, **fields}
    )


def make_reward(*collectibles: Collectible, **fields: Any) -> Distribution:
    """The campaign behind a mission or challenge."""
    return make_distribution(*collectibles or [make_collectible()], **{"kind": DistributionKind.REWARD, **fields})


def make_news(**fields: Any) -> NewsPost:
    return NewsPost.objects.create(**{"header": {"en": "News"}, "posted_at": timezone.now() - DAY, **fields})


def make_category(**fields: Any) -> Category:
    return Category.objects.create(**{"name": {"en": "Part", "de": "Teil"}, **fields})


def make_project(**fields: Any) -> Project:
    return Project.objects.create(**{"name": {"en": "Roadshow"}, **fields})


def make_sponsor(**fields: Any) -> Sponsor:
    return Sponsor.objects.create(**{"name": {"en": "Sponsor"}, **fields})


def make_collection(**fields: Any) -> Collection:
    if "community" not in fields:
        fields["community"] = make_community()
    if "project" not in fields:
        fields["project"] = make_project()
    return Collection.objects.create(**{"name": {"en": "Classics", "de": "Klassiker"}, **fields})


def make_collectible(**fields: Any) -> Collectible:
    if "collection" not in fields:
        fields["collection"] = make_collection()
    if "category" not in fields:
        fields["category"] = make_category()
    usual = {"name": {"en": "Door", "de": "Tür"}, "status": CollectibleStatus.AVAILABLE}
    return Collectible.objects.create(**usual | {"published_at": timezone.now() - DAY} | fields)


def make_distribution(*collectibles: Collectible, **fields: Any) -> Distribution:
    if "project" not in fields:
        fields["project"] = make_project()
    now = timezone.now()
    usual = {"name": {"en": "Campaign"}, "kind": DistributionKind.SCAN, "draw": Draw.FROM_POOL}
    campaign = Distribution.objects.create(**usual | {"starts_at": now - DAY, "ends_at": now + DAY} | fields)
    for collectible in collectibles:
        DistributionCollectible.objects.create(distribution=campaign, collectible=collectible)
    return campaign


def make_code(distribution: Distribution | None = None, **fields: Any) -> DistributionCode:
    distribution = distribution or make_distribution(make_collectible())
    return DistributionCode.objects.create(**{"distribution": distribution, "code": codes.new_code(), **fields})


def make_mission(*collectibles: Collectible, **fields: Any) -> Mission:
    if "collection" not in fields:
        fields["collection"] = collectibles[0].collection if collectibles else make_collection()
    usual = {"title": {"en": "Set"}, "kind": MissionKind.COLLECT_SET, "goal": 1, "starts_at": timezone.now() - DAY}
    mission = Mission.objects.create(**usual | fields)
    mission.collectibles.set(collectibles)
    return mission


def make_rank(**fields: Any) -> Rank:
    return Rank.objects.create(**{"title": {"en": "Novice"}, "level": 1, "min_score": 0, **fields})


def make_device(user: User, **fields: Any) -> PushDevice:
    return PushDevice.objects.create(**{"user": user, "token": f"device-{next(numbers)}", "platform": "ios", **fields})


def make_notification(**fields: Any) -> Notification:
    return Notification.objects.create(**{"header": {"en": "Hello"}, "publish_at": timezone.now(), **fields})


def make_message(*people: User, **fields: Any) -> Notification:
    """A published message, to these people alone or to everyone."""
    fields.setdefault("published_at", timezone.now())
    message = make_notification(audience=Audience.SELECTED if people else Audience.EVERYONE, **fields)
    for person in people:
        NotificationReceipt.objects.create(notification=message, user=person)
    return message
