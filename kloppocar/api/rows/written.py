"""A reading that is written once: its queryset is built and compiled at the first call, then only filled in.

For what every opening of the app asks, and always in the same way: building such a queryset costs several times what
the database needs to answer it.
"""

from collections.abc import Callable, Mapping
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone

from kloppocar.api.conditions import LATER, stopped_clock
from kloppocar.api.connections import read
from kloppocar.api.prepared import filled

from .clauses import clauses_of
from .read import Reading
from .statement import Asked, compile_whole, convert


class WrittenReading:
    """Rows of one serializer. `write()` gives their queryset, with a `Slot` wherever a value differs from call to call;
    `RIGHT_NOW` in it is the time of each call.
    """

    def __init__(self, serializer: type, write: Callable[[], QuerySet[Any]], limit: int) -> None:
        self.serializer, self.write, self.limit = serializer, write, limit
        self.texts: dict[tuple[str, str], tuple[QuerySet[Any], Any, Any]] = {}

    def rows(self, context: Mapping[str, Any], language: str, **values: Any) -> list[Any]:
        """JSON-ready objects, at most `limit`. `language` is that of `localized`, or ""."""
        queryset, text, parameters = self.text(language)
        reading = Reading(self.serializer, queryset, context, chosen=None, language=language)
        rows = read(queryset.db, text.sql, filled(parameters, {"now": timezone.now(), **values}))
        return reading.build(convert(rows, text.converters) if text.converters else list(rows))

    def text(self, language: str) -> tuple[QuerySet[Any], Any, Any]:
        key = (connection.vendor, language)
        if key not in self.texts:
            with stopped_clock(LATER):
                queryset = self.write()
                columns = Reading(self.serializer, queryset, {}, chosen=None, language=language).columns
                self.texts[key] = (
                    queryset,
                    *compile_whole(queryset, columns, clauses_of(queryset), Asked(limit=self.limit)),
                )
        return self.texts[key]
