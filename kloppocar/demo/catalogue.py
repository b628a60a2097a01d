"""Communities, projects, collections, and some hundred collectibles."""

from datetime import datetime, timedelta

from catalog.models import Category, Collection, Project, Sponsor
from collectibles.models import Collectible, CollectibleSponsor, CollectibleStatus
from communities.models import Community

from .words import COLLECTIONS, PARTS, PROJECTS, SPONSORS, texts

EDITIONS = [1, 50, 5_000, None]
POINTS = [50, 10, 5, 1]
MEDIA = "https://media.example.org"


def make_communities() -> tuple[Community, Community]:
    club = Community.objects.create(
        title=texts("Kloppo Club", "Kloppo-Club"),
        description=texts("For everyone who drives one, or would like to.", "Für alle, die einen fahren oder wollen."),
        media={"image": {"load": f"{MEDIA}/club.png"}},
    )
    friends = Community.objects.create(
        title=texts("Garage Friends", "Garagenfreunde"),
        description=texts("We mend what others throw away.", "Wir reparieren, was andere wegwerfen."),
        media={"image": {"load": f"{MEDIA}/friends.png"}},
    )
    return club, friends


def make_collections(club: Community, friends: Community) -> list[Collection]:
    """A dozen; every fourth belongs to the friends, the others to the club."""
    projects = [
        Project.objects.create(name=texts(english, german), location=place) for english, german, place in PROJECTS
    ]
    return [
        Collection.objects.create(
            community=friends if place % 4 == 3 else club,
            project=projects[place % 3],
            name=texts(english, german),
            description=texts(f"Everything about the {car}.", f"Alles über den {car}."),
            media={"image": {"load": f"{MEDIA}/collections/{place}.png"}},
        )
        for place, (english, german, car) in enumerate(COLLECTIONS)
    ]


def make_categories() -> list[Category]:
    part = Category.objects.create(name=texts("Car part", "Autoteil"))
    inside = Category.objects.create(name=texts("Interior", "Innenraum"), parent=part)
    outside = Category.objects.create(name=texts("Bodywork", "Karosserie"), parent=part)
    return [outside, inside, Category.objects.create(name=texts("Memorabilia", "Erinnerungsstück"))]


def make_collectibles(collections: list[Collection], now: datetime) -> None:
    """Ten of each collection, the last a draft; editions of 1, 50, 5,000 and without end take turns."""
    categories = make_categories()
    for number, collection in enumerate(collections):
        for place in range(len(PARTS)):
            make_collectible(collection, number, place, categories[place % 3], now)
    make_sponsorships(collections)


def make_collectible(collection: Collection, number: int, place: int, category: Category, now: datetime) -> None:
    (english, german), car = PARTS[place], COLLECTIONS[number][2]
    is_draft = place == len(PARTS) - 1
    Collectible.objects.create(
        collection=collection,
        category=category,
        label=texts(f"No. {place + 1}", f"Nr. {place + 1}"),
        name=texts(f"{car} {english}", f"{german}, {car}"),
        description=texts(f"The {english} of the {car}, as it left the works.", f"{german} des {car}, wie ab Werk."),
        media={
            "image": {"load": f"{MEDIA}/parts/{number}-{place}.png"},
            "model": {"url": f"{MEDIA}/parts/{place}.glb"},
        },
        circulation=EDITIONS[place % 4],
        status=CollectibleStatus.DRAFT if is_draft else CollectibleStatus.AVAILABLE,
        published_at=None if is_draft else now - timedelta(days=30 - number),
        points=POINTS[place % 4],
    )


def make_sponsorships(collections: list[Collection]) -> None:
    kinds = ["museum", "charity", "voices"]
    for number, (english, german, word, wort) in enumerate(SPONSORS):
        sponsor = Sponsor.objects.create(
            name=texts(english, german),
            organization={"type": kinds[number]},
            contact_email=f"{kinds[number]}@example.org",
        )
        for collectible in Collectible.objects.filter(collection__in=collections[number::3], label__en="No. 1"):
            CollectibleSponsor.objects.create(collectible=collectible, sponsor=sponsor, message=texts(word, wort))
