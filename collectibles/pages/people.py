"""People on pages, by their public part."""

from collections.abc import Iterable
from typing import Any

from django.urls import reverse

from users.models import User


class Known:
    """Those of these people whom the reader may see, read at once. Whoever has left has neither name nor page."""

    def __init__(self, reader: Any, ids: Iterable[int]) -> None:
        self.people = {person.pk: person for person in User.objects.visible_to(reader).filter(pk__in=set(ids))}

    def of(self, pk: int | None) -> dict[str, str]:
        person = self.people.get(pk) if pk is not None else None
        if person is None or not person.username:
            return {"name": "", "url": "", "picture": "", "initial": "?"}
        return {
            "name": person.username,
            "url": reverse("person-page", args=[address_of(person)]),
            "picture": person.picture_small,
            "initial": person.username[0].upper(),
        }


def address_of(person: User) -> str:
    """By name; digits alone are always an id, so whoever is called `1017` is found by their own."""
    name = person.username or ""
    return name if name and not name.isdecimal() else str(person.pk)
