"""Reading by a plan: tuples first, then the lists inside of them, then the answer."""

from functools import lru_cache
from typing import Any

from django.db.models import DateTimeField, QuerySet

from kloppocar.api.etag import digest
from kloppocar.api.serializers import ModelSerializer, chosen_of

from .parts import Instances, Keys, Part, grouped
from .plan import Unplannable
from .planner import plan_for, template
from .statement import After, Asked, Column, Only, Rows, fetch


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

    def also(self, *more: Column) -> list[int]:
        """Read these columns as well; where they are among the others."""
        self.columns = self.columns.also(more)
        return [self.columns.places[column] for column in more]

    def fetch(
        self,
        queryset: QuerySet,
        *,
        only: Only | None = None,
        after: After | None = None,
        limit: int | None = None,
        in_order: bool = True,
    ) -> Rows:
        """Tuples that `build` takes. `in_order`: the queryset's own table is read first, in its order."""
        return fetch(queryset, self.columns, Asked(only, after, limit, in_order))

    def shape(self) -> str | None:
        """What stands for all that is shown beside its values: by other serializers, and of lists that are narrowed."""
        lists = [f"{bool(part.listed.query.where)}{part.reading and part.reading.plan.source}" for part in self.parts]
        return digest("".join([self.plan.source, *lists]))

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
            (self.place,) = self.reading.also(Column(part.owner))

    def read(self, keys: set[Any]) -> dict[Any, list[Any]]:
        """What is listed, by the key of the row that it belongs to."""
        only = Only(self.part.owner, tuple(keys - {None}))
        if self.reading:
            rows = self.reading.fetch(self.listed, only=only, in_order=False)
            return grouped(zip([row[self.place] for row in rows], self.reading.build(rows), strict=True))
        if self.part.child is Keys:
            return grouped(fetch(self.listed, self.part.keys_and_owners, Asked(only, in_order=False)))
        attribute = self.part.relation.remote_field.attname
        return grouped((getattr(row, attribute), row) for row in only.applied(self.listed))


def chosen_names(serializer: type, request: Any) -> frozenset[str] | None:
    """The fields that `?fields=`/`?omit=` leave; None means all. Unknown names are refused."""
    if request.method not in {"GET", "HEAD"} or not {"fields", "omit"} & request.query_params.keys():
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
