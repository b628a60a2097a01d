"""Whatever happens to the rows behind it, an ETag stands for one answer: random changes, and all that was answered."""

from datetime import timedelta
from random import Random

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import DatabaseError, models, transaction
from django.utils import timezone

from kloppocar.api.localized import LocalizedField
from kloppocar.api.media import MediaField
from tests.api.test_rows import GETS, world  # noqa: F401 - a fixture
from tests.test_access import rows, url  # noqa: F401 - a fixture of the fixture

OURS = {"users", "communities", "catalog", "collectibles"}
MODELS = [model for model in apps.get_models() if model.__module__.partition(".")[0] in OURS]
DETAILS = [name for name in GETS if name.endswith("-detail")]


class History:
    """Changes at random, and which answer was given under which ETag."""

    def __init__(self, api, cast, world, chance):  # noqa: F811
        self.clients = [api(person) for person in (None, "alice", "staff")]
        self.people = [person.pk for name, person in cast.items() if name in {"alice", "staff"}]
        self.paths = [url(name, world) for name in DETAILS]
        self.chance, self.answers, self.changes = chance, {}, 0

    def change(self):
        """One row is edited, copied or deleted, where the database lets it."""
        model = self.chance.choice(MODELS)
        there = [row for row in model._base_manager.order_by("pk") if not self.is_one_of_us(row)]
        kind = self.chance.choice([edit, edit, edit, copy, delete])
        if there:
            try:
                with transaction.atomic():
                    kind(self.chance.choice(there), self.chance)
                    self.changes += 1
            except (DatabaseError, ValidationError):
                pass

    def is_one_of_us(self, row):
        return row._meta.label == "users.User" and row.pk in self.people

    def look(self):
        for path in self.paths:
            for client in self.clients:
                answer = client.get(path)
                if "ETag" in answer:
                    known = self.answers.setdefault((path, answer["ETag"]), answer.content)
                    assert known == answer.content, (path, answer["ETag"])


def edit(row, chance):
    field = chance.choice([field for field in row._meta.concrete_fields if field.editable and not field.primary_key])
    setattr(row, field.attname, another(field, getattr(row, field.attname), chance))
    row.save()


def copy(row, chance):
    row.pk, row._state.adding = None, True
    edit(row, chance)


def delete(row, chance):
    row.delete()


def another(field, now, chance):
    """A value that the field may hold."""
    number = chance.randrange(1_000)
    if field.null and number % 5 == 0:
        return None
    if field.remote_field:
        return chance.choice([*field.related_model._base_manager.order_by("pk").values_list("pk", flat=True)])
    if field.choices:
        return chance.choice(field.choices)[0]
    made = {
        LocalizedField: {"en": f"New {number}"},
        MediaField: {"image": {"en": f"https://a.example/{number}.png"}},
        models.JSONField: {"number": number},
        models.BooleanField: not now,
        models.DateTimeField: timezone.now() - timedelta(seconds=number),
        models.IntegerField: number,
    }
    return next((value for kind, value in made.items() if isinstance(field, kind)), f"new-{number}")


@pytest.mark.parametrize("seed", [*range(3), *(pytest.param(seed, marks=pytest.mark.deep) for seed in range(3, 60))])
def test_no_etag_stands_for_two_answers(api, cast, world, settings, seed):  # noqa: F811
    settings.THROTTLING = False
    history = History(api, cast, world, Random(seed))

    for _ in range(15):
        history.look()
        for _ in range(4):
            history.change()

    assert history.changes > 20
