"""What a list may be asked: filters, search, ordering; anything else in the query is refused with 400."""

import re
import types
from datetime import datetime
from functools import lru_cache
from typing import Any

import django_filters
from django import forms
from django.conf import settings
from django.db.models import F, Q, QuerySet
from django.db.models.fields.json import KT
from django.utils.translation import gettext as _
from django_filters.rest_framework import DjangoFilterBackend
from django_filters.utils import translate_validation
from rest_framework.exceptions import ValidationError
from rest_framework.filters import BaseFilterBackend

from .errors import Refusal
from .localized import LocalizedField, asked_language, lacking, localized_fields, spoken_language, text_order
from .permissions import may
from .times import SENTENCE, is_beyond

MAX_IN = 200
MAX_SEARCH = 100
MAX_QUERY = 8_192  # characters: two hundred of the longest ids, a cursor, and room
NO_NUL = r"^[^\x00]*$"
BIGGEST = (1 << 63) - 1


class BoundedNumberFilter(django_filters.NumberFilter):
    """A whole number that fits the database's integers."""

    field_class = forms.IntegerField

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, min_value=-BIGGEST, max_value=BIGGEST, **kwargs)


class NumberInFilter(django_filters.BaseInFilter, BoundedNumberFilter):
    """`?id__in=1,2,3`, at most 200 of them."""

    def filter(self, qs, value):
        if value and len(value) > MAX_IN:
            raise ValidationError({self.field_name: f"At most {MAX_IN} values."}, code="too_many")
        return super().filter(qs, value)


class FilterBackend(DjangoFilterBackend):
    """A view's `filterset_class`, of which only those filters are made whose parameters are there."""

    def filter_queryset(self, request, queryset, view):
        filterset = self.get_filterset_class(view, queryset)
        names = tuple(name for name in filterset.base_filters if name in request.query_params) if filterset else ()
        if not names:
            return queryset
        asked = only_these(filterset, names)(request.query_params, queryset=queryset, request=request)
        if not asked.is_valid():
            raise translate_validation(asked.errors)
        refuse_what_would_be_ignored(asked.filters, request.query_params)
        refuse_times_beyond(asked.form.cleaned_data)
        return asked.qs


def refuse_times_beyond(asked: dict[str, Any]) -> None:
    """At the ends of the calendar a time cannot be turned into UTC."""
    for name, value in asked.items():
        if isinstance(value, datetime) and is_beyond(value):
            raise ValidationError({name: SENTENCE}, code="invalid")


WHOLE = re.compile(r"-?[0-9]{1,19}")


def refuse_what_would_be_ignored(filters: dict[str, Any], asked: Any) -> None:
    """A flag that is neither true nor false, or half a number, is refused, rather than answered with everything.

    What is left empty, as in the form of the browsable pages, is not asked for.
    """
    for name, narrowing in filters.items():
        text = asked[name]
        if isinstance(narrowing, django_filters.BooleanFilter) and text.lower() not in {"true", "false", ""}:
            raise ValidationError({name: "Must be true or false."}, code="invalid")
        is_number = isinstance(narrowing, django_filters.NumberFilter)
        if is_number and not isinstance(narrowing, django_filters.BaseInFilter) and text and not is_whole(text):
            raise ValidationError({name: "Must be a whole number of at most 63 bits."}, code="invalid")


def is_whole(text: str) -> bool:
    return bool(WHOLE.fullmatch(text)) and abs(int(text)) <= BIGGEST


@lru_cache(maxsize=500)
def only_these(filterset: type[django_filters.FilterSet], names: tuple[str, ...]) -> type[django_filters.FilterSet]:
    """The filter set with these filters alone."""
    narrow: Any = types.new_class(filterset.__name__, (filterset,))
    narrow.base_filters = {name: filterset.base_filters[name] for name in names}
    return narrow


class SearchFilter(BaseFilterBackend):
    """`?search=`: a part of one of the view's `search_fields`, in the asked language only."""

    def filter_queryset(self, request, queryset, view):
        text = request.query_params.get("search", "")
        if not text or not getattr(view, "search_fields", None):
            return queryset
        if len(text) > MAX_SEARCH or "\x00" in text:
            raise ValidationError({"search": f"At most {MAX_SEARCH} characters, none of them NUL."}, code="invalid")
        condition = Q()
        for number, name in enumerate(view.search_fields):
            alias = f"search_{number}"
            queryset = queryset.alias(**{alias: searchable(queryset, name, asked_language(request))})
            condition |= Q(**{f"{alias}__contains_text": text})
        return queryset.filter(condition)

    def get_schema_operation_parameters(self, view):
        if not getattr(view, "search_fields", None):
            return []
        names = ", ".join(view.search_fields)
        return [
            query_parameter(
                "search", {"type": "string", "maxLength": MAX_SEARCH, "pattern": NO_NUL}, f"A part of {names}."
            )
        ]


class MissingFilter(BaseFilterBackend):
    """`?missing=de`, for staff who may view them: rows of which any text lacks that language."""

    def filter_queryset(self, request, queryset, view):
        language = request.query_params.get("missing")
        if language is None or not lists_texts(view):
            return queryset
        refuse_unknown_language("missing", language)
        return queryset.filter(lacking(queryset.model, language))

    def get_schema_operation_parameters(self, view):
        if not lists_texts(view):
            return []
        languages = {"$ref": "#/components/schemas/Language"}
        return [query_parameter("missing", languages, "For staff: rows of which any text lacks this language.")]


def lists_texts(view: Any) -> bool:
    """Whether it lists rows with localised texts that staff write."""
    return hasattr(view, "create") and bool(localized_fields(view.queryset.model))


def searchable(queryset: QuerySet, name: str, language: str) -> Any:
    if isinstance(queryset.model._meta.get_field(name), LocalizedField):
        return KT(f"{name}__{language}")
    return F(name)


class OrderingFilter(BaseFilterBackend):
    """`?ordering=-minted,id` from the view's `ordering_fields`; a localised field orders by the asked language.

    By `staff_ordering_fields` staff alone order: what others do not see would show in the order, and in its cursors.
    """

    def filter_queryset(self, request, queryset, view):
        text = request.query_params.get("ordering")
        if text is None:
            return queryset
        names = text.split(",")
        allowed = orders_of(view, request.user)
        if len(names) > 3 or not all(name.removeprefix("-") in allowed for name in names):
            known = ", ".join(sorted(allowed))
            raise ValidationError({"ordering": f"At most three of: {known}; each may begin with a hyphen."})
        for number, name in enumerate(names):
            bare = name.removeprefix("-")
            if isinstance(queryset.model._meta.get_field(bare), LocalizedField):
                order = text_order(bare, spoken_language(request))
                queryset = queryset.annotate(**order)
                names[number] = name.replace(bare, *order)
        return queryset.order_by(*names)

    def get_schema_operation_parameters(self, view):
        names = sorted({*getattr(view, "ordering_fields", []), "id"})
        one = f"-?({'|'.join(names)})"
        schema = {"type": "string", "pattern": f"^{one}(,{one}){{0,2}}$"}
        return [query_parameter("ordering", schema, f"Up to three of {', '.join(names)}; `-` turns one round.")]


def orders_of(view: Any, user: Any) -> set[str]:
    """What the caller may order a list by."""
    for_staff = getattr(view, "staff_ordering_fields", []) if may(user, "view", view.queryset.model) else []
    return {*getattr(view, "ordering_fields", []), *for_staff, "id"}


def query_parameter(name: str, schema: dict[str, Any], description: str) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "schema": schema, "description": description}


# --- No other parameter is taken --------------------------------------------------------------------------------

EVERYWHERE = {"lang", "fields", "omit", "format"}
LISTS = {"cursor", "page_size", "count", "search", "ordering"}


def refuse_unknown_parameters(view: Any, request: Any) -> None:
    """A misspelt parameter is refused, rather than answered with everything; so is one that stands twice."""
    if len(request.META.get("QUERY_STRING", "")) > MAX_QUERY:
        raise Refusal("query_too_long", _("The query is longer than 8,192 characters."), status=414)
    known = EVERYWHERE | set(getattr(view, "extra_parameters", ()))
    if view.detail is False and request.method in {"GET", "HEAD", "OPTIONS"}:
        filterset = getattr(view, "filterset_class", None)
        known |= LISTS if view.pagination_class else set()
        known |= set(filterset.base_filters if filterset else ())
        known |= {"missing"} if lists_texts(view) and may(request.user, "view", view.queryset.model) else set()
    errors = {name[:50]: "This parameter is not known here." for name in request.query_params if name not in known}
    if errors:
        raise ValidationError(errors, code="unknown_parameter")
    if twice := [name for name, values in request.query_params.lists() if len(values) > 1]:
        raise ValidationError(dict.fromkeys(twice, "This parameter stands here twice."), code="repeated_parameter")
    language = request.query_params.get("lang")
    if language is not None:
        refuse_unknown_language("lang", language)


def refuse_unknown_language(parameter: str, language: str) -> None:
    if language not in settings.CONTENT_LANGUAGES:
        known = ", ".join(settings.CONTENT_LANGUAGES)
        raise ValidationError({parameter: f"Known are {known}."}, code="unknown_language")
