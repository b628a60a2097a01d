"""What a plan is, and the small words that its making and its running share."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import orjson
from django.db import models
from rest_framework import serializers

from kloppocar.api.localized import resolve

from . import fields as known
from .parts import Part
from .statement import Column, Columns, Rows

Builder = Callable[[Rows, Any, list[dict[Any, list[Any]]]], list[Any]]


class Unplannable(Exception):
    """Why the ordinary path has to serve this."""


@dataclass(frozen=True)
class Plan:
    """What to read for one serializer, and how to build its answer.

    `build(rows, context, lists)` takes tuples that begin with `columns`, and for each of `parts` what was read for it.
    """

    columns: Columns
    parts: tuple[Part, ...]
    build: Builder
    source: str
    versions: tuple[Column, ...] | None  # with the row's own they say whether the answer changed; None: nothing does


class Facts(NamedTuple):
    """What a plan takes for granted of its queryset."""

    model: type[models.Model]
    annotations: tuple[str, ...]
    prefetched: tuple[tuple[str, str], ...]  # (`to_attr` or relation, relation) of each Prefetch with a queryset
    narrowed: tuple[str, ...] = ()  # those of them that are made by `narrowed`


def narrowed(path: str, queryset: models.QuerySet) -> Any:
    """A Prefetch of fewer rows, left out by nothing but columns whose every change raises a row's version.

    So the versions of all its rows, shown or not, still say whether the answer changed.
    """
    lookup: Any = models.Prefetch(path, queryset=queryset)
    lookup.is_narrowed = True
    return lookup


def has_version(model: Any) -> bool:
    return any(field.name == "version" for field in model._meta.concrete_fields)


def keeps_keys(field: Any) -> bool:
    """Whether a related field answers the key as it is."""
    return known.keeps(field, serializers.PrimaryKeyRelatedField) and field.pk_field is None


def bare(model: type[models.Model], values: dict[str, Any]) -> Any:
    """A row with these attributes and its model's methods; reading another column of it is an error."""
    row = model.__new__(model)
    vars(row).update(values)
    return row


def resolver(language: str) -> Callable[[str | None], str]:
    """From a localised column's text to the one that is shown."""
    return lambda text: resolve(orjson.loads(text) if text else None, language)


def label(serializer: Any, field: Any) -> str:
    return f"{type(serializer).__name__}.{field.field_name}"
