"""Lists inside of rows, such as a collectible's sponsors: read for a whole page by one more statement."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

from django.db import models

from .statement import Column, Columns


class Keys:
    """Stands for a list that shows nothing but keys."""


class Instances:
    """Stands for a list that a serializer's own method reads: of model instances, not of JSON."""


@dataclass(frozen=True)
class Part:
    """One such list."""

    path: str  # where the rows' queryset may bring a Prefetch with a narrower one
    key: int  # place of the column that the list belongs to
    key_path: str
    relation: Any
    child: type  # the serializer of its rows, or Keys, or Instances
    language: str

    @property
    def owner(self) -> str:
        """How the listed rows point back."""
        return self.relation.remote_field.name

    def queryset(self, whole: models.QuerySet) -> models.QuerySet:
        """All rows that may be listed: of the Prefetch that `whole` brings, or of the model's manager."""
        for lookup in whole._prefetch_related_lookups:  # type: ignore[attr-defined]
            if not isinstance(lookup, str) and lookup.prefetch_to == self.path and lookup.queryset is not None:
                return lookup.queryset
        return all_rows(self.relation.related_model, whole.db)

    def versions(self, joined: Iterable[Column]) -> Column:
        """What says whether the list changed, where these are the versions of what is joined to its rows."""
        return Column(self.path, "digest", VersionsOfList(self, ("pk", "version", *(column.path for column in joined))))

    @cached_property
    def keys_and_owners(self) -> Columns:
        return Columns((Column(self.owner), Column("pk")))


class VersionsOfList:
    """Of every listed row the key, its version and those of what is joined to it, side by side as one text.

    Of a sum, another change could bring back what it was: a row that is deleted, and another one that is raised.
    """

    def __init__(self, part: Part, paths: tuple[str, ...]) -> None:
        self.part, self.paths = part, paths

    def expression(self) -> Any:
        mine = all_rows(self.part.relation.related_model, None).filter(
            **{self.part.owner: models.OuterRef(self.part.key_path)}
        )
        texts = mine.order_by().values(self.part.owner).annotate(text=SideBySide(*self.paths)).values("text")
        return models.Subquery(texts, output_field=models.TextField())


class SideBySide(models.Aggregate):
    """These columns of every row, as one JSON text."""

    output_field = models.TextField()

    def as_sqlite(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        return self.as_sql(compiler, connection, template="JSON_GROUP_ARRAY(JSON_ARRAY(%(expressions)s))", **extra)

    def as_mysql(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        return self.as_sql(compiler, connection, template="JSON_ARRAYAGG(JSON_ARRAY(%(expressions)s))", **extra)


@cache
def all_rows(model: Any, db: str | None) -> models.QuerySet:
    return model._default_manager.using(db)


def grouped(pairs: Iterable[tuple[Any, Any]]) -> dict[Any, list[Any]]:
    groups: dict[Any, list[Any]] = {}
    for key, value in pairs:
        groups.setdefault(key, []).append(value)
    return groups
