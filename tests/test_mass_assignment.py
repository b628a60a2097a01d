"""Nobody writes what a serializer does not offer: all other columns are tried, on every route that writes rows.

Columns come from the models and offers from the serializers, so that a new column cannot escape.
"""

import datetime
from typing import Any

import pytest
from django.db import models
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.test import APIRequestFactory

from collectibles import codes
from tests.make import DAY, make_user
from tests.test_access import api_patterns, methods_of, rows, url  # noqa: F401 - `rows` is a fixture
from users.models import Notification

KEPT_BY_THE_SERVER = {"version", "updated_at"}  # every write raises them
OWNED = {"device", "copy"}  # alice writes these as their owner; staff write the others
# Services of their own, each with its own tests of what a body may say.
NOT_ROWS = {"redemption", "transfer"}
UNIQUE: dict[str, Any] = {  # what a second row needs to be another one
    "rank": lambda: {"min_score": 4},
    "user": lambda: {"username": "somebody-else"},
    "membership": lambda: {"user_id": make_user().pk},
    "code": lambda: {"code": codes.new_code()},
}


def routes(method: str) -> list[tuple[str, Any]]:
    """Resources whose rows `method` writes, each with its viewset."""
    suffix = "-detail" if method == "patch" else "-list"
    patterns = [
        pattern for pattern in api_patterns() if method in methods_of(pattern) and pattern.name.endswith(suffix)
    ]
    named = [(pattern.name.removesuffix(suffix), pattern.callback.cls) for pattern in patterns]
    return [(name, viewset) for name, viewset in named if name not in NOT_ROWS and hasattr(viewset, "retrieve")]


def serializer_of(viewset: Any, action: str, user: Any) -> Any:
    request = Request(APIRequestFactory().patch("/"))
    request.user = user
    return viewset(action=action, request=request, format_kwarg=None, kwargs={}).get_serializer()


def other_columns(serializer: Any) -> list[models.Field]:
    """The columns that no client may write through this serializer."""
    offered = {field.source for field in serializer.fields.values() if not field.read_only} | KEPT_BY_THE_SERVER
    return [field for field in serializer.Meta.model._meta.concrete_fields if field.name not in offered]


def another(field: models.Field, value: Any) -> Any:
    """A value that the column could hold, and does not."""
    if isinstance(field, models.BooleanField):
        return not value
    if isinstance(field, models.DateTimeField):
        return datetime.datetime(2001, 2, 3, tzinfo=datetime.UTC)
    if isinstance(field, models.JSONField):
        return {"en": "tampered"}
    if isinstance(field, models.CharField | models.TextField):
        return next((choice for choice, _ in field.choices or [] if choice != value), "tampered")
    return 4_711


def as_sent(tampered: dict[str, Any]) -> dict[str, Any]:
    dates = {name: value.isoformat() for name, value in tampered.items() if isinstance(value, datetime.datetime)}
    return tampered | dates


def stored(serializer: Any, pk: int) -> dict[str, Any]:
    return serializer.Meta.model._base_manager.filter(pk=pk).values().get()


@pytest.mark.parametrize(("name", "viewset"), routes("patch"))
def test_a_change_writes_no_other_column(api, cast, rows, name, viewset):  # noqa: F811
    writer = "alice" if name in OWNED else "staff"
    cast["staff"].acts_as_staff = cast["staff"].acts_as_administrator = True
    serializer = serializer_of(viewset, "partial_update", cast[writer])
    Notification.objects.update(publish_at=timezone.now() + DAY)  # what is due is published by whoever touches it
    before = stored(serializer, rows[name])
    client, path = api(writer), url(f"{name}-detail", rows)

    for field in other_columns(serializer):
        value = another(field, before[field.attname])
        client.patch(path, as_sent({field.name: value, field.attname: value}))

    after = stored(serializer, rows[name])
    assert {key: after[key] for key in after if key not in KEPT_BY_THE_SERVER} == {
        key: before[key] for key in before if key not in KEPT_BY_THE_SERVER
    }


@pytest.mark.parametrize(("name", "viewset"), routes("post"))
def test_a_new_row_takes_no_other_column(api, cast, rows, name, viewset):  # noqa: F811
    writer = "alice" if name in OWNED else "staff"
    cast["staff"].acts_as_staff = cast["staff"].acts_as_administrator = True
    serializer = serializer_of(viewset, "create", cast[writer])
    client = api(writer)
    like = client.get(url(f"{name}-detail", rows)).json()
    offers = {key for key, field in serializer.fields.items() if not field.read_only}
    body = {key: value for key, value in like.items() if key in offers} | UNIQUE.get(name, dict)()
    columns = other_columns(serializer)
    tampered = {field.attname: another(field, stored(serializer, rows[name])[field.attname]) for field in columns}

    answer = client.post(url(f"{name}-list", rows), body | as_sent(tampered))

    assert answer.status_code in {201, 400}, answer.content
    if answer.status_code == 201:
        row = stored(serializer, answer.json()["id"])
        assert [key for key, value in tampered.items() if row[key] == value] == []
    else:  # refused, and for what was not offered
        assert {error["attr"] for error in answer.json()["errors"]} <= set(tampered)
