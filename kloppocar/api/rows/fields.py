"""How a serializer's field reads its column: the fast ways we know to be equal, and the field's own for all others."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db import models
from rest_framework import serializers
from rest_framework.settings import api_settings

TEXTS = (models.CharField, models.TextField)
NUMBERS = (models.IntegerField, models.AutoField)


def reads(*names: str) -> Callable[[Any], Any]:
    """Declares what a serializer's method reads of a row: columns, annotations, or lists prefetched with `to_attr`."""

    def declare(method: Any) -> Any:
        method.reads = names
        return method

    return declare


def keeps(field: Any, *kinds: type[serializers.Field]) -> bool:
    """Whether a field represents values just as one of these kinds does."""
    return any(type(field).to_representation is kind.to_representation for kind in kinds)


def is_plain(field: Any, column: models.Field) -> bool:
    """Texts and whole numbers: the driver gives what is answered."""
    if keeps(field, serializers.BigIntegerField) and getattr(
        field, "coerce_to_string", api_settings.COERCE_BIGINT_TO_STRING
    ):
        return False
    if keeps(field, serializers.IntegerField, serializers.BigIntegerField):
        return isinstance(column, NUMBERS)
    if keeps(field, serializers.ChoiceField):
        return isinstance(column, (*TEXTS, *NUMBERS))
    return keeps(field, serializers.CharField) and isinstance(column, TEXTS)


def is_flag(field: Any, column: models.Field) -> bool:
    return keeps(field, serializers.BooleanField) and isinstance(column, models.BooleanField)


def is_json(field: Any, column: models.Field) -> bool:
    """JSON goes through as the text that the database holds."""
    is_ours = keeps(field, serializers.JSONField) and not field.binary
    return is_ours and isinstance(column, models.JSONField) and column.decoder is None


def is_iso_time(field: Any, column: models.Field) -> bool:
    """A time in UTC and ISO 8601."""
    if not keeps(field, serializers.DateTimeField) or not isinstance(column, models.DateTimeField):
        return False
    form = getattr(field, "format", api_settings.DATETIME_FORMAT)
    return form == "iso-8601" and settings.USE_TZ and settings.TIME_ZONE == "UTC" and not hasattr(field, "timezone")


def own_way(field: serializers.Field) -> Callable[[Any], Any]:
    """The field's own representation, for whatever we know no faster way."""
    represent = field.to_representation
    return lambda value: None if value is None else represent(value)


def reader_of(field: Any, context: Any) -> Callable[[Any], Any]:
    """The declared reader of a field whose value depends on the request."""
    read = field.reader(context)
    return lambda value: None if value is None else read(value)
