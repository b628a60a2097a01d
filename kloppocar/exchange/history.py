"""Rows that were imported stand in the admin's history as if they had been written one by one."""

import json
from typing import Any

from django.contrib.admin.models import ADDITION, CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType

from .report import Entry, Outcome

LONGEST_NAME = 200  # as the admin cuts it


def remember(user: Any, model: Any, entries: list[Entry]) -> None:
    """In the transaction that writes them. Whoever runs a command without a name has no history."""
    if user.pk is None:
        return
    kind = ContentType.objects.get_for_model(model, for_concrete_model=False)
    LogEntry.objects.bulk_create(
        LogEntry(
            user_id=user.pk,
            content_type=kind,
            object_id=str(entry.pk),
            object_repr=entry.name[:LONGEST_NAME],
            action_flag=ADDITION if entry.outcome == Outcome.CREATED else CHANGE,
            change_message=json.dumps([message_of(entry)]),
        )
        for entry in entries
    )


def message_of(entry: Entry) -> dict[str, Any]:
    return {"added": {}} if entry.outcome == Outcome.CREATED else {"changed": {"fields": entry.fields}}
