"""Demo data that tells the product's story: a car club, its fans, and a roadshow. The same on every machine.

What staff would write is written here; copies are won through the real service, by people scanning demo codes.
"""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from . import campaigns, catalogue, missions, people, story
from .people import PEOPLE, STAFF, STAFF_PASSWORD, sub_of

__all__ = ["PEOPLE", "STAFF", "STAFF_PASSWORD", "is_loaded", "load", "play", "sub_of"]


def is_loaded() -> bool:
    return people.everybody().filter(cognito_sub=sub_of("alice")).exists() and campaigns.are_made()


def play() -> None:
    """People scan and claim; what they have done before is not done again."""
    story.play()


@transaction.atomic
def load(now: datetime | None = None) -> None:
    """Write what staff would have written; a second call does nothing. Sign-up missions come before people."""
    if is_loaded():
        return
    now = now or timezone.now()
    club, friends = catalogue.make_communities()
    collections = catalogue.make_collections(club, friends)
    catalogue.make_collectibles(collections, now)
    campaigns.make_all(collections, now)
    missions.make_all(collections, now)
    people.make_all(club, friends, now)
    missions.make_challenges(club, friends, now)
    people.make_messages(club, now)
    story.fix_number_order()
