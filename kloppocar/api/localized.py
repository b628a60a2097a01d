"""Texts in several languages: one JSON object `{"en": "Door", "de": "Tür"}` in one column.

Reading falls back: the asked language, then `en`, then the first present in CONTENT_LANGUAGES' order, then "".
"""

import re
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.fields.json import KT
from django.db.models.functions import Coalesce
from django.utils import translation

from .json import StrictJSONField
from .models import JSONField, is_storable

MAIN_LANGUAGE = "en"
COLLATIONS = {"mysql": "utf8mb4_unicode_ci", "sqlite": "NOCASE"}


def resolve(texts: dict[str, str] | None, language: str) -> str:
    """The text to show somebody who asks for `language`."""
    texts = texts or {}
    for code in [language, MAIN_LANGUAGE, *settings.CONTENT_LANGUAGES]:
        if text := texts.get(code):
            return text
    return next(iter(texts.values()), "")


def merge(old: dict[str, str] | None, new: dict[str, str | None]) -> dict[str, str]:
    """`old` with the languages of `new` written over it; None removes a language."""
    merged: dict[str, str | None] = {**(old or {}), **new}
    return {code: text for code, text in merged.items() if text is not None}


def asked_language(request: Any) -> str:
    """`?lang=`, else the first language of Accept-Language that we have, else the signed-in person's own, else `en`."""
    if language := request.GET.get("lang"):
        return language
    header = request.META.get("HTTP_ACCEPT_LANGUAGE", "")[:200].lower()
    wanted = [part.split(";")[0].strip().split("-")[0] for part in header.split(",")] if header else []
    own = getattr(getattr(request, "_user", None), "language", "")  # of whoever is already known, and nobody else
    return next((code for code in (*wanted, own) if code in settings.CONTENT_LANGUAGES), MAIN_LANGUAGE)


def spoken_language(request: Any) -> str:
    """The same, if it is one that we have: every other name would be kept in memory once it was spoken."""
    asked = asked_language(request)
    return asked if asked in settings.CONTENT_LANGUAGES else MAIN_LANGUAGE


def speak(language: str) -> None:
    """Say our own sentences in this language until `translation.deactivate()`; English needs nothing to be loaded."""
    if language != MAIN_LANGUAGE and language in settings.CONTENT_LANGUAGES:
        translation.activate(language)


def validate_texts(value: Any, *, max_length: int) -> None:
    """Refuse anything but an object of known languages and non-empty texts of bounded length."""
    if not isinstance(value, dict):
        raise ValidationError('Must be an object of texts by language, like {"en": "Door"}.', code="not_localized")
    for code, text in value.items():
        if code not in settings.CONTENT_LANGUAGES:
            known = ", ".join(settings.CONTENT_LANGUAGES)
            raise ValidationError(f"Unknown language {str(code)[:20]!r}: known are {known}.", code="unknown_language")
        if not isinstance(text, str):
            raise ValidationError(f"The text for {code} must be a string.", code="invalid")
        if not text.strip():
            raise ValidationError(f"The text for {code} is empty: null removes a language.", code="blank")
        if len(text) > max_length:
            raise ValidationError(f"The text for {code} is longer than {max_length}.", code="max_length")
        if not is_storable(text):
            raise ValidationError(f"The text for {code} holds a forbidden character.", code="forbidden_character")


class LocalizedField(JSONField):
    """A column of texts by language. `max_length` bounds each text, in characters."""

    def __init__(self, *args: Any, max_length: int = 200, **kwargs: Any) -> None:
        kwargs.setdefault("default", dict)
        super().__init__(*args, **kwargs)
        self.text_length = max_length

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        if self.text_length != 200:
            kwargs["max_length"] = self.text_length
        return name, path, args, kwargs

    def validate(self, value: Any, model_instance: models.Model | None) -> None:
        super().validate(value, model_instance)
        validate_texts(value, max_length=self.text_length)


def localized_fields(model: Any) -> list[LocalizedField]:
    return [field for field in model._meta.concrete_fields if isinstance(field, LocalizedField)]


def lacks(field: LocalizedField, language: str) -> models.Q:
    """Rows whose text is not there in `language`; a text that may be left out lacks nothing while it is nowhere."""
    name = field.name
    absent = models.Q(**{f"{name}__{language}__isnull": True}) | models.Q(**{f"{name}__{language}": ""})
    others = [code for code in settings.CONTENT_LANGUAGES if code != language]
    return absent & models.Q(**{f"{name}__has_any_keys": others}) if field.blank else absent


def lacks_text(field: LocalizedField, texts: dict[str, str], language: str) -> bool:
    """The same of a text in memory."""
    others = any(code in texts for code in settings.CONTENT_LANGUAGES if code != language)
    return not texts.get(language) and (others or not field.blank)


def lacking(model: Any, language: str) -> models.Q:
    """Rows of which any text lacks `language`."""
    condition = models.Q(pk__in=[])
    for field in localized_fields(model):
        condition |= lacks(field, language)
    return condition


class Sortable(models.Func):
    """A text in an order that ignores case (and accents, where the database can)."""

    template = "%(expressions)s COLLATE %(collation)s"
    output_field = models.TextField()

    def as_sql(self, compiler, connection, *args, **extra):
        return super().as_sql(compiler, connection, *args, **extra | {"collation": COLLATIONS[connection.vendor]})


def text_in(field: str, language: str) -> Coalesce:
    """The SQL expression of `field` as a reader of `language` sees it, to order by."""
    codes = dict.fromkeys([language, MAIN_LANGUAGE, *settings.CONTENT_LANGUAGES])
    return Coalesce(*(KT(f"{field}__{code}") for code in codes), models.Value(""), output_field=models.TextField())


def text_order(field: str, language: str) -> dict[str, Sortable]:
    """The annotation to order by. Its name says field and language, so that a cursor is good for no other order."""
    return {f"{field}_{language}": Sortable(text_in(field, language))}


@models.CharField.register_lookup
@models.TextField.register_lookup
class ContainsText(models.Lookup):
    """`contains_text`: a part of a text, ignoring case also beyond ASCII, with no wildcards."""

    lookup_name = "contains_text"
    prepare_rhs = False

    def as_mysql(self, compiler: Any, connection: Any) -> Any:
        sql, params = self.process_lhs(compiler, connection)
        escaped = re.sub(r"([\\%_])", r"\\\1", self.rhs)
        return f"{sql} COLLATE utf8mb4_unicode_ci LIKE %s", [*params, f"%{escaped}%"]

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        sql, params = self.process_lhs(compiler, connection)
        return f"{sql} REGEXP %s", [*params, f"(?is){re.escape(self.rhs)}"]


class LocalizedSerializerField(StrictJSONField):
    """Reads the whole object; on PATCH merges languages, and null removes one."""

    most = None
    default_error_messages = {"main_language": "English may not be removed while other languages stay."}

    def __init__(self, *, max_length: int = 200, **kwargs: Any) -> None:
        self.text_length = max_length
        super().__init__(**kwargs)

    def to_internal_value(self, data: Any) -> dict[str, str]:
        new: Any = super().to_internal_value(data)
        if not isinstance(new, dict):
            validate_texts(new, max_length=self.text_length)
        instance = getattr(self.parent, "instance", None)
        old = getattr(instance, self.source or "", None) if isinstance(instance, models.Model) else None
        merged = merge(old if self.root.partial else None, new)
        validate_texts(merged, max_length=self.text_length)
        if old and MAIN_LANGUAGE in old and merged and MAIN_LANGUAGE not in merged:
            self.fail("main_language")
        if not merged and self.required:
            self.fail("required")
        return merged
