"""Lines of the log: one INSERT, however many rows."""

import json
from collections.abc import Iterable
from typing import Any

from django.contrib.admin.models import ADDITION, CHANGE, DELETION, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import models

from kloppocar.api.permissions import is_staff

from .lines import Change
from .values import name_of

FLAGS = {"added": ADDITION, "changed": CHANGE, "deleted": DELETION}


def is_kept(user: Any, row: models.Model) -> bool:
    """Writes of staff are, but not of what is their own: their phone, their inbox, their collection."""
    if not (is_staff(user) and user.pk):
        return False
    person = type(user)
    return not any(
        getattr(row, field.attname) == user.pk
        for field in row._meta.concrete_fields
        if isinstance(field, models.ForeignKey) and issubclass(person, field.related_model)
    )


def write(user: Any, row: models.Model, changes: list[Change], *, pk: Any = None, flag: int | None = None) -> None:
    """`pk` is that of a row which is gone by now. Without changes there is nothing to say."""
    write_all(user, type(row), [(pk or row.pk, name_of(row), changes)], flag=flag)


def write_all(
    user: Any, model: Any, lines: Iterable[tuple[Any, str, list[Change]]], *, flag: int | None = None
) -> None:
    """Many rows of one model: id, name and changes of each."""
    kind = ContentType.objects.get_for_model(model, for_concrete_model=False)
    LogEntry.objects.bulk_create(
        LogEntry(
            user_id=user.pk,
            content_type=kind,
            object_id=str(pk),
            object_repr=name,
            action_flag=flag or FLAGS[next(iter(changes[0]))],
            change_message=json.dumps(changes, ensure_ascii=False, separators=(",", ":")),
        )
        for pk, name, changes in lines
        if changes
    )
