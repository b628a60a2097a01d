"""What an old client sends: words in the query, or a body; each read strictly, with a sentence when it is none."""

import re
from datetime import UTC, datetime
from typing import Any

from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError

from kloppocar.api.filters import MAX_SEARCH

is_number = re.compile(r"[0-9]{1,18}").fullmatch
MOST, USUAL = 500, 100  # rows of one answer
DEEPEST = 100_000  # rows that may be skipped


def refuse(name: str, sentence: str, code: str = "invalid") -> ValidationError:
    return ValidationError({name: sentence}, code=code)


def number(name: str, value: Any) -> int:
    """An id or a count, as a number or its digits."""
    if isinstance(value, bool) or not is_number(str(value)):
        raise refuse(name, _("This must be a whole number."))
    return int(value)


def text(name: str, value: Any, most: int = MAX_SEARCH) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= most or "\x00" in value:
        raise refuse(name, _("This must be a text, and not that long."))
    return value


def moment(name: str, value: Any) -> datetime:
    """A time; without a zone it is in UTC, as the old database's were."""
    try:
        found = datetime.fromisoformat(value.replace(" ", "+") if "T" in value else value)
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, AttributeError, OverflowError):
        raise refuse(name, _("This must be a time like 2026-01-31T12:00:00Z.")) from None


def yes_or_no(name: str, value: Any) -> bool:
    words = {"true": True, "1": True, "false": False, "0": False}
    if (word := str(value).lower()) not in words:
        raise refuse(name, _("This must be true or false."))
    return words[word]


def page(query: Any) -> tuple[int, int]:
    """`skip` and `limit`. More than MOST are not given at once, however many are asked for."""
    skip, limit = number("skip", query.get("skip", 0)), number("limit", query.get("limit", USUAL))
    if skip > DEEPEST:
        raise refuse("skip", _("This is too far: the new API goes on where a page ended."))
    return skip, min(limit, MOST)
