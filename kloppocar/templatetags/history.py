"""What an entry of the log says, to be read by people."""

import json
from collections.abc import Iterator
from typing import Any

from django import template
from django.contrib.admin.models import LogEntry
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format

register = template.Library()


@register.filter
def changes(entry: LogEntry) -> list[dict[str, Any]]:
    """One line for each value: of which part, which field, before and after; none of what others wrote there."""
    try:
        said = json.loads(entry.change_message)
    except ValueError:
        return []
    found = []
    for change in said if isinstance(said, list) else []:
        for words in change.values():
            for name, (before, after) in words.get("values", {}).items():
                is_part = words.get("object", entry.object_repr) != entry.object_repr
                part = f"{words['name']} {words['object']}" if is_part else ""
                found += [line | {"part": part} for line in lines_of(name.replace("_", " "), before, after)]
    return found


def lines_of(name: str, before: Any, after: Any) -> Iterator[dict[str, Any]]:
    """A text has a line for each language that changed."""
    if isinstance(before or {}, dict) and isinstance(after or {}, dict) and (before or after):
        old, new = before or {}, after or {}
        for key in dict.fromkeys([*old, *new]):
            if old.get(key) != new.get(key):
                yield {"field": f"{name} ({key})", "before": readable(old.get(key)), "after": readable(new.get(key))}
    else:
        yield {"field": name, "before": readable(before), "after": readable(after)}


def readable(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "✓" if value else "✗"
    if isinstance(value, list):
        return "; ".join(readable(part) for part in value)
    if isinstance(value, dict):
        return ", ".join(f"{key} {readable(part)}" for key, part in value.items())
    moment = parse_datetime(value) if isinstance(value, str) and "T" in value else None
    return date_format(moment, "DATETIME_FORMAT") if moment else str(value)
