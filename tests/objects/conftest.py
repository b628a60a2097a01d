"""A world with a hidden side: behind every route rows that carol may not know of, all of them with one word in them."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from catalog.models import Category, Sponsor
from collectibles.models import (
    Collectible,
    CollectibleSponsor,
    Copy,
    Distribution,
    DistributionCode,
    Grant,
    GrantSource,
    Transfer,
)
from communities.models import ModerationAction, ModerationEntry
from tests import make
from tests.make import DAY
from tests.test_access import rows  # noqa: F401 - a fixture of the fixture
from users.models import NotificationReceipt, Rank, User, UserStatus

WORD = "geheimnis"
TEXT = {"en": WORD, "de": WORD}
NOBODYS = 10**15  # an id that no row has
# Of these every row is everybody's to see.
OPEN = {Rank, Category}


@dataclass
class World:
    """`seen`: of each route a row that alice sees. `hidden`: of each model ids that carol may not know of."""

    seen: dict[str, int]
    hidden: dict[Any, list[int]] = field(default_factory=dict)
    draft_copy: int = 0

    def hide(self, *new: Any) -> Any:
        for row in new:
            self.hidden.setdefault(type(row), []).append(row.pk)
        return new[0]


@pytest.fixture
def world(rows, cast):  # noqa: F811
    world = World(rows)
    hide_catalogue(world)
    hide_people(world, cast)
    hide_what_was_won(world, cast["alice"])
    show_enough(world, cast)
    return world


def hide_catalogue(world: World) -> None:
    club = world.hide(make.make_community(title=TEXT, active=False))
    show = world.hide(make.make_project(name=TEXT, active=False))
    sets = [make.make_collection(name=TEXT, active=False), make.make_collection(name=TEXT, community=club)]
    world.hide(*sets)
    drafts = [
        make.make_collectible(name=TEXT, status="draft"),
        make.make_collectible(name=TEXT, published_at=timezone.now() + DAY),
        make.make_collectible(name=TEXT, published_at=None),
        *(make.make_collectible(name=TEXT, collection=each) for each in sets),
    ]
    world.hide(*drafts)
    world.hide(
        make.make_mission(title=TEXT, active=False),
        *(make.make_mission(title=TEXT, collection=each) for each in sets),
    )
    make.make_mission(*drafts, Collectible.objects.get(pk=world.seen["collectible"]))
    later = timezone.now() + DAY
    world.hide(
        make.make_news(header=TEXT, active=False),
        make.make_news(header=TEXT, posted_at=later),
        make.make_news(header=TEXT, community=club),
    )
    world.hide(make.make_challenge(title=TEXT, community=club))
    sponsor = world.hide(make.make_sponsor(name=TEXT, contact_email=f"{WORD}@example.org", active=False))
    CollectibleSponsor.objects.create(collectible_id=world.seen["collectible"], sponsor=sponsor, message=TEXT)
    Sponsor.objects.filter(active=True).update(contact_name=WORD, contact_email=f"{WORD}@example.org", city=WORD)
    campaign = world.hide(make.make_distribution(*drafts[:1], name=TEXT, project=show))
    world.hide(make.make_code(campaign))


def hide_people(world: World, cast: dict[str, User]) -> None:
    gone = make.make_user(WORD, status=UserStatus.DELETED, is_active=False)
    world.hide(gone)
    User.objects.filter(pk=cast["alice"].pk).update(email=f"{WORD}@example.org", country="XK", score=4_711)
    world.hide(*(cast[f"membership of {name}"] for name in ("alice", "bob", "mod")))
    line = ModerationEntry.objects.create(
        community_id=world.seen["community"],
        actor=cast["mod"],
        subject=cast["bob"],
        action=ModerationAction.BANNED,
        reason=WORD,
    )
    world.hide(line)
    world.hide(make.make_device(cast["alice"], token=WORD))
    world.hide(make.make_message(cast["alice"], header=TEXT), make.make_notification(header=TEXT))
    world.hide(*NotificationReceipt.objects.filter(user=cast["alice"]))


def hide_what_was_won(world: World, alice: User) -> None:
    """Copies of what is published are everybody's to see, though not what their owners did with them."""
    draft = Collectible.objects.get(pk=world.hidden[Collectible][0])
    copy = Copy.objects.create(collectible=draft, owner=alice, mint=1)
    campaign = Distribution.objects.get(pk=world.hidden[Distribution][0])
    code = DistributionCode.objects.get(pk=world.hidden[DistributionCode][0])
    world.hide(
        Grant.objects.create(user=alice, distribution=campaign, copy=copy, source=GrantSource.CODE, code=code),
        Grant.objects.get(pk=world.seen["redemption"]),
    )
    soon = timezone.now() + timedelta(minutes=15)
    world.hide(
        Transfer.objects.create(copy=copy, giver=alice, secret_hash=WORD, expires_at=soon, open_copy=copy),
        Transfer.objects.get(pk=world.seen["transfer"]),
    )
    world.hidden[Copy] = list(Copy.objects.values_list("pk", flat=True))
    world.draft_copy = copy.pk


def show_enough(world: World, cast: dict[str, User]) -> None:
    """Of everything that carol may see there are more rows than one, and some are her own."""
    carol = cast["carol"]
    collectible = Collectible.objects.get(pk=world.seen["collectible"])
    club = make.make_community()
    make.make_membership(carol, club)
    make.make_membership(make.make_user(), club)
    world.seen["user-copies"] = carol.pk
    for mint in (901, 902):
        copy = Copy.objects.create(collectible=collectible, owner=carol, mint=mint)
        code = make.make_code(make.make_distribution())
        Grant.objects.create(user=carol, distribution=code.distribution, copy=copy, source=GrantSource.CODE, code=code)
        make.make_device(carol)
        soon = timezone.now() + timedelta(minutes=15)
        Transfer.objects.create(copy=copy, giver=carol, secret_hash=str(mint), expires_at=soon)
        make.make_collectible(collection=collectible.collection)
        make.make_rank(min_score=mint)
        make.make_category(), make.make_project(), make.make_sponsor(), make.make_news(), make.make_mission()
        make.make_community(), make.make_challenge(), make.make_message(carol), make.make_message()
        ModerationEntry.objects.create(
            community=club, actor=cast["mod"], subject=carol, action=ModerationAction.BANNED, reason="spam"
        )
