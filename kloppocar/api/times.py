"""Times that can be said anywhere: at the ends of the calendar one cannot be turned into another zone's."""

from datetime import datetime

from django.core.exceptions import ValidationError

YEARS = range(2, 9999)
SENTENCE = "Must lie in the years 2 to 9998."


def is_beyond(moment: datetime) -> bool:
    return moment.year not in YEARS


def refuse_beyond(moment: datetime) -> None:
    if is_beyond(moment):
        raise ValidationError(SENTENCE, code="beyond")
