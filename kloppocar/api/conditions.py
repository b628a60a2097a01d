"""Conditions that are the same each time: built once, and their SQL compiled once.

A queryset's method that is `@constant`, called with nothing but constants, gives the same conditions each time.
`RIGHT_NOW` is a constant, though its value is not: it stands where `timezone.now()` would. So is one `Given(number)`.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from copy import copy
from datetime import datetime
from functools import wraps
from typing import Any

from django.db.models import BigIntegerField, DateTimeField, Expression, QuerySet
from django.db.models.sql.where import WhereNode
from django.utils import timezone

from .prepared import Slot


class RightNow(Expression):
    """The time at which a statement runs, by our clock; in a filter it stands where `timezone.now()` would."""

    output_field = DateTimeField()

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        return "%s", [self.value(connection)]

    def value(self, connection: Any) -> Any:
        now = stopped_at.get() or timezone.now()
        return now if now is LATER else connection.ops.adapt_datetimefield_value(now)


RIGHT_NOW = RightNow()
LATER = Slot("now")  # the time of a statement that is compiled now and runs later


class Given(Expression):
    """A number that differs from call to call, such as whose rows are asked for, in conditions that do not."""

    output_field = BigIntegerField()

    def __init__(self, number: int | None) -> None:
        super().__init__()
        self.number = number

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        return "%s", [self.number]

    def value(self, connection: Any) -> int | None:
        return self.number


stopped_at: ContextVar[datetime | Slot | None] = ContextVar("stopped_at", default=None)


@contextmanager
def stopped_clock(at: datetime | Slot | None = None) -> Iterator[None]:
    """While two statements are compared, it is the same time in both; LATER leaves it open."""
    token = stopped_at.set(at or timezone.now())
    try:
        yield
    finally:
        stopped_at.reset(token)


def constant(method: Callable[..., Any]) -> Any:
    """A queryset's method whose conditions depend on its arguments alone, and on no other row or setting."""
    built: dict[Any, QuerySet] = {}

    @wraps(method)
    def remembering(self: Any, *arguments: Any) -> Any:
        if not (is_fresh(self) and all(isinstance(each, RightNow | Given | str | bool) for each in arguments)):
            return method(self, *arguments)
        given = [each for each in arguments if isinstance(each, Given)]
        if len(given) > 1:
            return method(self, *arguments)
        key = (self.model, self._db, *(Given if isinstance(each, Given) else each for each in arguments))
        if key not in built:
            built[key] = method(self, *arguments)
            for leaf in leaves(built[key].query.where):
                leaf.is_constant = True
        queryset = built[key].all()
        if given:
            fill_in(queryset.query.where, given[0])
        return queryset

    return remembering


def is_fresh(queryset: Any) -> bool:
    """Whether nothing has been asked of it yet."""
    query = queryset.query
    asked = query.alias_map or query.annotations or query.order_by or query.is_sliced or query.distinct
    return not (asked or query.select_related or queryset._prefetch_related_lookups or queryset._hints)


def fill_in(node: Any, given: Given) -> None:
    """Put another number where the first one was; `node` is a copy, but its leaves are not."""
    for place, child in enumerate(node.children):
        if isinstance(child, WhereNode):
            fill_in(child, given)
        elif isinstance(child.rhs, Given):
            node.children[place] = copy(child)
            node.children[place].rhs = given


def leaves(node: Any) -> Any:
    for child in node.children:
        yield from leaves(child) if isinstance(child, WhereNode) else [child]
