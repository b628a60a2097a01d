"""Demo data that tells the product's story: a club, its garage, and a roadshow. The same on every machine.

Everything that exists is written here; copies are won through the real service, by people scanning demo codes.
"""

from datetime import datetime, timedelta
from random import Random
from typing import Any

from django.db import transaction
from django.utils import timezone

from catalog.models import Category, Collection, Project, Sponsor
from collectibles import codes
from collectibles.models import (
    Collectible,
    CollectibleSponsor,
    CollectibleStatus,
    Distribution,
    DistributionCode,
    DistributionCollectible,
    DistributionKind,
    Draw,
    Mission,
    MissionCollectible,
    MissionKind,
)
from collectibles.services import redeem
from communities.models import Challenge, Community, Membership, NewsKind, NewsPost, Role
from users.models import Notification, Rank, User, UserStatus

STAFF_PASSWORD = "demo-garage-1"  # noqa: S105 - of a local demo only
PEOPLE = ["alice", "bob", "carol", "dora", "emil", "fritz", "greta", "hugo"]
DAY = timedelta(days=1)
EDITIONS: list[int | None] = [1, 50, 5_000, None]
PARTS = [
    ("Door", "Tür"),
    ("Steering wheel", "Lenkrad"),
    ("Gear knob", "Schaltknauf"),
    ("Headlight", "Scheinwerfer"),
    ("Hubcap", "Radkappe"),
    ("Speedometer", "Tachometer"),
    ("Bonnet", "Motorhaube"),
    ("Rear mirror", "Rückspiegel"),
    ("Piston", "Kolben"),
    ("Number plate", "Nummernschild"),
]
COLLECTIONS = [
    ("First Drive", "Erste Fahrt"),
    ("Garage Finds", "Garagenfunde"),
    ("Night Race", "Nachtrennen"),
    ("Alpine Tour", "Alpentour"),
    ("Coast Road", "Küstenstraße"),
    ("Winter Camp", "Wintercamp"),
    ("Workshop", "Werkstatt"),
    ("Blueprints", "Blaupausen"),
    ("Test Track", "Teststrecke"),
    ("Paint Shop", "Lackiererei"),
    ("Rally Days", "Rallyetage"),
    ("Summer Show", "Sommerschau"),
]


def texts(english: str, german: str) -> dict[str, str]:
    return {"en": english, "de": german}


def is_loaded() -> bool:
    return User.objects.filter(username="alice", cognito_sub="demo-alice").exists()


@transaction.atomic
def load(now: datetime | None = None) -> None:
    """Write what staff would have written; a second call does nothing."""
    if is_loaded():
        return
    now, rng = now or timezone.now(), Random(2026)  # noqa: S311 - repeatable, not secret
    people = make_people()
    club, friends = make_communities(people)
    collections = make_catalogue(club, friends)
    collectibles = make_collectibles(collections, now)
    make_campaigns(collections, collectibles, now, rng)
    make_missions(collections, collectibles, now)
    make_messages(club, now)


def make_people() -> list[User]:
    for level, (score, english, german) in enumerate(
        [
            (0, "Passenger", "Beifahrer"),
            (50, "Driver", "Fahrer"),
            (200, "Racer", "Rennfahrer"),
            (1_000, "Legend", "Legende"),
        ]
    ):
        Rank.objects.create(title=texts(english, german), level=level + 1, min_score=score)
    User.objects.create_superuser("staff", STAFF_PASSWORD, cognito_sub="demo-staff", language="en")
    return [
        User.objects.create_user(
            username=name,
            cognito_sub=f"demo-{name}",
            email=f"{name}@example.org",
            status=UserStatus.ACTIVE,
            language="de" if name in {"dora", "emil", "greta"} else "en",
        )
        for name in PEOPLE
    ]


def make_communities(people: list[User]) -> tuple[Community, Community]:
    club = Community.objects.create(
        title=texts("Wheel Club", "Radclub"),
        description=texts("For everyone who likes to drive.", "Für alle, die fahren."),
    )
    friends = Community.objects.create(title=texts("Garage Friends", "Garagenfreunde"))
    for place, person in enumerate(people):
        role = [Role.OWNER, Role.MEMBER, Role.MODERATOR][place] if place < 3 else Role.MEMBER
        Membership.objects.create(user=person, community=friends if place == 2 else club, role=role)
    return club, friends


def make_catalogue(club: Community, friends: Community) -> list[Collection]:
    projects = [
        Project.objects.create(name=texts(english, german), location=place)
        for english, german, place in [
            ("Roadshow", "Roadshow", "On tour"),
            ("Museum", "Museum", "Old hall"),
            ("Race series", "Rennserie", "Test track"),
        ]
    ]
    return [
        Collection.objects.create(
            community=friends if place % 4 == 3 else club,
            project=projects[place % 3],
            name=texts(english, german),
            description=texts(f"Everything about {english}.", f"Alles über {german}."),
        )
        for place, (english, german) in enumerate(COLLECTIONS)
    ]


def make_collectibles(collections: list[Collection], now: datetime) -> dict[int, list[Collectible]]:
    """Ten in each collection, with editions of 1, 50, 5,000 and without end; by collection id."""
    categories = [
        Category.objects.create(name=texts(*names))
        for names in [("Car part", "Autoteil"), ("Accessory", "Zubehör"), ("Memorabilia", "Erinnerungsstück")]
    ]
    sponsor = Sponsor.objects.create(
        name=texts("Old Hall Museum", "Museum Alte Halle"), organization={"type": "charity"}, city="Old hall"
    )
    made: dict[int, list[Collectible]] = {}
    for collection in collections:
        for place, (english, german) in enumerate(PARTS):
            collectible = Collectible.objects.create(
                collection=collection,
                category=categories[place % 3],
                label=texts(f"No. {place + 1}", f"Nr. {place + 1}"),
                name=texts(f"{english} {collection.name['en']}", f"{german} {collection.name['de']}"),
                description=texts(f"A {english.lower()}, as it was.", f"{german}, wie damals."),
                media={"image": {"load": f"https://media.example.org/{collection.id}/{place}.png"}},
                circulation=EDITIONS[place % 4],
                status=CollectibleStatus.AVAILABLE if place < 9 else CollectibleStatus.DRAFT,
                published_at=now - DAY if place < 9 else None,
                points=[50, 10, 5, 1][place % 4],
            )
            made.setdefault(collection.id, []).append(collectible)
        message = texts("Keep it running.", "Haltet ihn am Laufen.")
        CollectibleSponsor.objects.create(collectible=made[collection.id][0], sponsor=sponsor, message=message)
    return made


CAMPAIGNS: list[tuple[str, str, str, dict[str, Any], dict[str, Any]]] = [
    # code prefix, English, German, campaign, code
    ("open", "Roadshow scan", "Roadshow-Scan", {}, {"max_uses": None}),
    ("single", "Ticket codes", "Ticketcodes", {}, {"max_uses": 1}),
    ("limited", "First hundred", "Die ersten hundert", {"limit": 100}, {"max_uses": None}),
    ("last", "Nearly gone", "Fast vergriffen", {"limit": 8}, {"max_uses": None}),
    ("future", "Summer party", "Sommerfest", {"start": 30, "end": 40}, {"max_uses": None}),
    ("closed", "Spring party", "Frühlingsfest", {"start": -40, "end": -30}, {"max_uses": None}),
    ("revoked", "Misprint", "Fehldruck", {}, {"revoked": True}),
    ("new", "Welcome gift", "Willkommensgeschenk", {"new_users_only": True}, {"max_uses": None}),
]


def make_campaigns(
    collections: list[Collection], collectibles: dict[int, list[Collectible]], now: datetime, rng: Random
) -> None:
    for place, (word, english, german, campaign, code) in enumerate(CAMPAIGNS):
        collection = collections[place]
        distribution = Distribution.objects.create(
            project=collection.project,
            collection=collection,
            name=texts(english, german),
            description={"en": word},
            kind=DistributionKind.SCAN,
            draw=Draw.RANDOM_FROM_COLLECTION,
            starts_at=now + campaign.get("start", -1) * DAY,
            ends_at=now + campaign.get("end", 365) * DAY,
            limit=campaign.get("limit"),
            new_users_only=campaign.get("new_users_only", False),
        )
        for _ in range(3):
            DistributionCode.objects.create(
                distribution=distribution,
                code=codes.new_code(rng),
                max_uses=code.get("max_uses"),
                revoked_at=now if code.get("revoked") else None,
            )
    starter = campaign_of(collections[0], "Starter", "Start", DistributionKind.STARTER, now)
    DistributionCollectible.objects.create(distribution=starter, collectible=collectibles[collections[0].id][3])


def campaign_of(collection: Collection, english: str, german: str, kind: str, now: datetime) -> Distribution:
    return Distribution.objects.create(
        project=collection.project,
        name=texts(english, german),
        kind=kind,
        draw=Draw.FROM_POOL,
        starts_at=now - DAY,
        ends_at=now + 365 * DAY,
    )


def make_missions(collections: list[Collection], collectibles: dict[int, list[Collectible]], now: datetime) -> None:
    for collection in collections[:4]:
        reward = campaign_of(collection, "Reward", "Belohnung", DistributionKind.REWARD, now)
        pool = collectibles[collection.id]
        DistributionCollectible.objects.create(distribution=reward, collectible=pool[3])
        common = {"collection": collection, "starts_at": now - DAY, "reward": reward, "points": 20}
        mission = Mission.objects.create(
            title=texts("Complete the front", "Die Front komplett"), kind=MissionKind.COLLECT_SET, goal=3, **common
        )
        for collectible in pool[1:4]:
            MissionCollectible.objects.create(mission=mission, collectible=collectible)
        Mission.objects.create(
            title=texts("Any two parts", "Zwei beliebige Teile"), kind=MissionKind.COLLECT_COUNT, goal=2, **common
        )
    Mission.objects.create(
        collection=collections[0],
        title=texts("Welcome aboard", "Willkommen an Bord"),
        kind=MissionKind.SIGN_UP,
        goal=1,
        points=5,
        starts_at=now - DAY,
    )


def make_messages(club: Community, now: datetime) -> None:
    Challenge.objects.create(
        community=club,
        title=texts("A hundred parts together", "Gemeinsam hundert Teile"),
        goal=100,
        starts_at=now - DAY,
        ends_at=now + 30 * DAY,
    )
    for place, kind in enumerate(NewsKind):
        NewsPost.objects.create(
            community=club if place else None,
            kind=kind,
            header=texts(f"News of day {place + 1}", f"Neues von Tag {place + 1}"),
            short_body=texts("The roadshow rolls on.", "Die Roadshow rollt weiter."),
            posted_at=now - (place + 1) * DAY,
        )
    Notification.objects.create(
        header=texts("Welcome!", "Willkommen!"),
        body=texts("Scan your first code.", "Scanne deinen ersten Code."),
        is_welcome=True,
        publish_at=now - DAY,
        published_at=now - DAY,
    )


def play() -> None:
    """People scan: bob much, carol a little, alice not yet, and seven of eight places of one campaign are taken."""
    people = {user.username: user for user in User.objects.filter(username__in=PEOPLE)}
    for word in ("open", "limited", "single"):
        for code in codes_of(word):
            redeem(user=people["bob"], code=code)
    redeem(user=people["carol"], code=codes_of("open")[1])
    for name in PEOPLE[1:]:
        redeem(user=people[name], code=codes_of("last")[0])


def codes_of(word: str) -> list[str]:
    """The codes of the campaign whose description says `word`, oldest first."""
    rows = DistributionCode.objects.filter(distribution__description__en=word).order_by("id")
    return list(rows.values_list("code", flat=True))
