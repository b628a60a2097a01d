"""What may be copied of a row, and what may not."""

from datetime import date, datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.db import models

from kloppocar.api.models import ExactCharField

HIDDEN = "•••"
LONGEST = 2_000  # characters of a text that are kept
KEPT_BY_THE_SERVER = {"id", "created_at", "updated_at", "version", "last_login"}
PLAIN = (models.BooleanField, models.IntegerField, models.DateTimeField, models.ForeignKey, models.ManyToManyField)


def is_about_a_person(model: Any) -> bool:
    """People themselves, and rows that point to one."""
    person = get_user_model()
    return issubclass(model, person) or any(field.related_model is person for field in model._meta.concrete_fields)


def is_hidden(field: models.Field) -> bool:
    """Subjects, codes, keys, hashes and e-mails; contacts; and every free text about a person."""
    if isinstance(field, ExactCharField | models.EmailField) or field.name == "password":
        return True
    if field.name.startswith("contact_"):
        return True
    return is_about_a_person(field.model) and not (field.choices or isinstance(field, PLAIN))


def shown(field: models.Field | None, value: Any) -> Any:
    """A value as JSON; what is hidden only tells whether it is there."""
    if value in (None, "", {}, []):
        return None
    return HIDDEN if field is None or is_hidden(field) else plain(value)


def plain(value: Any) -> Any:
    if isinstance(value, models.Model):
        return value.pk
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, dict):
        return {str(key): plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple | set | models.QuerySet):
        return [plain(part) for part in value]
    if isinstance(value, str):
        return value if len(value) <= LONGEST else value[:LONGEST] + "…"
    return value if isinstance(value, bool | int | float | None) else str(value)


def name_of(row: models.Model) -> str:
    """What a row is called, unless that would tell who a person is."""
    return f"{row._meta.verbose_name} {row.pk}" if is_about_a_person(type(row)) else str(row)[:200]
