"""What every table shares: times, a version, and columns that compare byte for byte."""

import json
from collections.abc import Iterable
from typing import Any

from django.db import models
from django.db.models.functions import Now


class CompactEncoder(json.JSONEncoder):
    """JSON as answers are written: UTF-8 without spaces, so that a column's text can be passed on as it is."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs | {"separators": (",", ":"), "ensure_ascii": False})

    def encode(self, o: Any) -> str:
        text = super().encode(o)
        return text if text.isascii() or is_utf8(text) else json.dumps(o, separators=(",", ":"))


def is_utf8(text: str) -> bool:
    """Whether it can be stored as it is: halves of surrogate pairs cannot."""
    return not any("\ud800" <= character <= "\udfff" for character in text)


def is_storable(text: str) -> bool:
    """Whether every database keeps it and every answer says it."""
    return "\x00" not in text and is_utf8(text)


class JSONField(models.JSONField):
    """A column of JSON, written compactly."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs | {"encoder": CompactEncoder})

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        del kwargs["encoder"]
        return name, "django.db.models.JSONField" if type(self) is JSONField else path, args, kwargs


class VersionField(models.PositiveIntegerField):
    """Raised by one on every save: the row's ETag. Bulk updates and triggers raise it themselves."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs |= {"default": 1, "db_default": 1, "editable": False}
        super().__init__(**kwargs)

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        value = super().pre_save(model_instance, add)
        if add:
            return value
        setattr(model_instance, self.attname, value + 1)
        return models.F(self.attname) + 1


class ExactCharField(models.CharField):
    """Text that compares byte for byte on every database: subjects, codes, hashes, keys, e-mails.

    MySQL's usual collation calls `ana@`, `äna@` and `ANA@` the same; SQLite compares bytes anyway.
    """

    def db_parameters(self, connection: Any) -> dict[str, Any]:
        parameters = super().db_parameters(connection)
        if connection.vendor == "mysql":
            parameters["collation"] = "utf8mb4_bin"
        return parameters


class Row(models.Model):
    """Times by the server's clock, in UTC; the database fills them for plain SQL writers."""

    created_at = models.DateTimeField(auto_now_add=True, db_default=Now())
    updated_at = models.DateTimeField(auto_now=True, db_default=Now())

    class Meta:
        abstract = True


class VersionedRow(Row):
    """A row that clients may write: `version` is its ETag."""

    version = VersionField()

    class Meta:
        abstract = True


def one_of(field: str, choices: type[models.TextChoices], name: str) -> models.CheckConstraint:
    """The constraint that holds a column to its choices, whoever writes it."""
    return models.CheckConstraint(condition=models.Q(**{f"{field}__in": choices.values}), name=name)


def plain_rows(rows: models.QuerySet, *, hide: Iterable[str] = (), also: Iterable[str] = ()) -> Any:
    """The rows as dictionaries of every column, those of tomorrow included; `also` adds columns of related rows."""
    columns = [field.attname for field in rows.model._meta.concrete_fields if field.name not in set(hide)]
    return rows.order_by("pk").values(*columns, *also)
