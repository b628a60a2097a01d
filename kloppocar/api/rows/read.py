"""Reading by a plan: tuples first, then the lists inside of them, then the answer."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from django.db.models import DateTimeField, QuerySet

from kloppocar.api.serializers import ModelSerializer, chosen_of

from .parts import Instances, Keys, Part, grouped
from .plan import Unplannable, plan_for, template
from .statement import Column, Rows, fetch


class Reading:
    """A serializer's plan for one request, with those of the lists inside. Raises Unplannable before it reads."""

    def __init__(
        self,
        serializer: type,
        queryset: QuerySet,
        context: Any,
        *,
        chosen: frozenset[str] | None,
        language: str,
    ) -> None:
        self.plan = plan_for(serializer, queryset, chosen, language)
        self.queryset, self.context = queryset, context
        self.parts = [PartReading(part, queryset, context) for part in self.plan.parts]
        self.columns = self.plan.columns

    def fetch(self, queryset: QuerySet, also: Iterable[Column] = (), *, in_order: bool = True) -> Rows:
        """Tuples of the plan's columns and those asked for on top; `place` says where they are."""
        self.columns = tuple(dict.fromkeys([*self.plan.columns, *also]))
        return fetch(queryset, self.columns, in_order=in_order)

    def place(self, column: Column) -> int:
        return self.columns.index(column)

    def build(self, rows: Rows) -> list[Any]:
        """The rows as JSON-ready objects."""
        lists = [part.read({row[part.part.key] for row in rows}) if rows else {} for part in self.parts]
        return self.plan.build(rows, self.context, lists)


class PartReading:
    """A list inside of rows, ready to be read."""

    def __init__(self, part: Part, whole: QuerySet, context: Any) -> None:
        self.part, self.listed = part, part.queryset(whole)
        if self.listed.query.is_sliced:
            raise Unplannable(f"{part.path} is prefetched by a slice")
        self.reading: Reading | None = None
        if part.child is Instances and not part.relation.one_to_many:
            raise Unplannable(f"{part.path} is read as rows, but has no foreign key to its owner")
        if part.child not in (Keys, Instances):
            self.reading = Reading(part.child, self.listed, context, chosen=None, language=part.language)

    def read(self, keys: set[Any]) -> dict[Any, list[Any]]:
        """What is listed, by the key of the row that it belongs to."""
        listed, owner = self.part.of(keys - {None}, self.listed), self.part.owner
        if self.reading:
            rows = self.reading.fetch(listed, [Column(owner)], in_order=False)
            place = self.reading.place(Column(owner))
            return grouped(zip((row[place] for row in rows), self.reading.build(rows), strict=True))
        if self.part.child is Keys:
            return grouped(fetch(listed, (Column(owner), Column("pk")), in_order=False))
        attribute = self.part.relation.remote_field.attname
        return grouped((getattr(row, attribute), row) for row in listed)


def chosen_names(serializer: type, request: Any) -> frozenset[str] | None:
    """The fields that `?fields=`/`?omit=` leave; None means all. Unknown names are refused."""
    if "fields" not in request.query_params and "omit" not in request.query_params:
        return None
    return chosen_of(request, readable_names(serializer))


def language_of(serializer: Any, request: Any) -> str:
    """The language of the `localized` objects; without one there are none."""
    ask = serializer.language_for if issubclass(serializer, ModelSerializer) else ModelSerializer.language_for
    return ask(request)


@lru_cache(maxsize=500)
def readable_names(serializer: type) -> frozenset[str]:
    fields = template(serializer).fields
    return frozenset(name for name, field in fields.items() if not field.write_only)


def order_column(queryset: QuerySet, name: str, *, sortable: bool = False) -> Column:
    """The column that holds what a cursor remembers of a row; `sortable`: as Python sorts it."""
    if name in queryset.query.annotations or "__" in name:
        return Column(name, "python")
    field = queryset.model._meta.get_field(name) if name != "pk" else queryset.model._meta.pk
    if field.primary_key:
        return Column("pk")
    return Column(name, "time" if isinstance(field, DateTimeField) and not sortable else "python")
