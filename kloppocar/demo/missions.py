"""Missions of every kind, and what communities reach together."""

from datetime import datetime, timedelta
from typing import Any

from catalog.models import Collection
from collectibles.models import Collectible, Distribution, DistributionKind, Mission, MissionCollectible, MissionKind
from communities.models import Challenge, Community

from .campaigns import make_gift
from .words import texts

DAY = timedelta(days=1)
REWARD_PART = 7  # without end, and on no sticker


def make_all(collections: list[Collection], now: datetime) -> None:
    for collection in collections[:4]:
        make_pair(collection, now)
    make_sign_up(collections[0], now)
    common = {"kind": MissionKind.COLLECT_COUNT, "goal": 3}
    past = texts("Three parts in spring", "Drei Teile im Frühling")
    make_mission(collections[5], past, starts_at=now - 60 * DAY, ends_at=now - 20 * DAY, **common)
    make_mission(
        collections[4], texts("Three parts in summer", "Drei Teile im Sommer"), starts_at=now + 30 * DAY, **common
    )


def make_pair(collection: Collection, now: datetime) -> None:
    """A set of three to complete, and any two parts."""
    reward = make_reward(collection, now)
    mission = make_mission(
        collection,
        texts("Complete the front", "Die Front komplett"),
        kind=MissionKind.COLLECT_SET,
        goal=3,
        points=20,
        starts_at=now - 30 * DAY,
        reward=reward,
    )
    for collectible in Collectible.objects.filter(collection=collection).order_by("id")[1:4]:
        MissionCollectible.objects.create(mission=mission, collectible=collectible)
    make_mission(
        collection,
        texts("Any two parts", "Zwei beliebige Teile"),
        kind=MissionKind.COLLECT_COUNT,
        goal=2,
        points=10,
        starts_at=now - 30 * DAY,
        ends_at=now + 365 * DAY,
        reward=reward,
    )


def make_sign_up(collection: Collection, now: datetime) -> None:
    make_mission(
        collection,
        texts("Welcome aboard", "Willkommen an Bord"),
        kind=MissionKind.SIGN_UP,
        goal=1,
        points=5,
        starts_at=now - 30 * DAY,
        reward=make_reward(collection, now),
    )


def make_mission(collection: Collection, title: dict[str, str], **fields: Any) -> Mission:
    return Mission.objects.create(
        collection=collection,
        title=title,
        description=texts(f"For fans of {collection}.", f"Für Fans von {collection.name['de']}."),
        reward_text=texts("A part that no code gives.", "Ein Teil, das kein Code gibt."),
        **fields,
    )


def make_reward(collection: Collection, now: datetime) -> Distribution:
    name = texts(f"Reward, {collection}", f"Belohnung, {collection.name['de']}")
    return make_gift(collection, name, DistributionKind.REWARD, now, REWARD_PART)


def make_challenges(club: Community, friends: Community, now: datetime) -> None:
    """One that runs, and one that is over."""
    reward = make_reward(Collection.objects.filter(community=club).order_by("id")[0], now)
    Challenge.objects.create(
        community=club,
        title=texts("A hundred parts together", "Gemeinsam hundert Teile"),
        description=texts("Every new part counts.", "Jedes neue Teil zählt."),
        goal=100,
        starts_at=now - 7 * DAY,
        ends_at=now + 30 * DAY,
        reward=reward,
    )
    Challenge.objects.create(
        community=friends,
        title=texts("Fifty parts before spring", "Fünfzig Teile vor dem Frühling"),
        goal=50,
        starts_at=now - 90 * DAY,
        ends_at=now - 60 * DAY,
    )
