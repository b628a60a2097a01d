"""What every serializer shares: localised texts, `fields`/`omit`, `lang`, and relations that respect visibility."""

from collections.abc import Iterable
from copy import deepcopy
from functools import cache, cached_property
from typing import Any

from django.db import models
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.utils.html import is_html_input

from .conditions import is_fresh
from .json import StrictJSONField
from .localized import LocalizedField, LocalizedSerializerField, resolve
from .media import MediaField, validate_media
from .prepared import Rows, Slot
from .times import SENTENCE, is_beyond


class MediaSerializerField(StrictJSONField):
    most = None

    def __init__(self, **kwargs: Any) -> None:
        kwargs["validators"] = [validate_media]
        super().__init__(**kwargs)


class TextSerializerField(serializers.CharField):
    """A text is a string: as a number a code would lose its leading zeros."""

    def to_internal_value(self, data):
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class FlagSerializerField(serializers.BooleanField):
    """true or false; only forms say it in other words."""

    def to_internal_value(self, data):
        if not isinstance(data, bool) and not is_html_input(getattr(self.root, "initial_data", None)):
            self.fail("invalid", input=data)
        return super().to_internal_value(data)


class TimeField(serializers.DateTimeField):
    def to_internal_value(self, value):
        moment = super().to_internal_value(value)
        if is_beyond(moment):
            raise serializers.ValidationError(SENTENCE, code="invalid")
        return moment


BIGGEST = (1 << 63) - 1
MADE: dict[type, dict[str, serializers.Field]] = {}


class RelatedKeyField(serializers.PrimaryKeyRelatedField):
    """Finds a row by key with a statement that is compiled once, where every row of the model will do."""

    def to_internal_value(self, data):
        queryset: Any = self.get_queryset()
        is_key = type(data) is int and abs(data) <= BIGGEST
        if not is_key or self.pk_field is not None or not is_fresh(queryset):
            return super().to_internal_value(data)
        found = row_of(queryset.model, data, self.context.get("at_hand"))
        if found is None:
            self.fail("does_not_exist", pk_value=data)
        return found


def row_of(model: Any, key: int, at_hand: dict[Any, Any] | None) -> Any:
    """`at_hand` remembers what was found, for whoever writes many rows in one transaction."""
    if at_hand is None:
        return by_key(model).first(pk=key)
    if (model, key) not in at_hand:
        at_hand[model, key] = by_key(model).first(pk=key)
    return at_hand[model, key]


def unbound(field: Any) -> Any:
    """A copy to be bound. DRF makes the field anew; one that holds no other can share all that binding does not set."""
    if isinstance(field, serializers.BaseSerializer) or hasattr(field, "child") or hasattr(field, "child_relation"):
        return deepcopy(field)
    copied = object.__new__(type(field))
    vars(copied).update(vars(field))
    return copied


@cache
def by_key(model: Any) -> Rows:
    return Rows(lambda: model._default_manager.filter(pk=Slot("pk")))


class ModelSerializer(serializers.ModelSerializer):
    """`?fields=`/`?omit=` narrow the outermost answer; `?lang=` adds `localized`, the resolved texts."""

    serializer_related_field = RelatedKeyField
    serializer_field_mapping = serializers.ModelSerializer.serializer_field_mapping | {
        models.BooleanField: FlagSerializerField,
        models.CharField: TextSerializerField,
        models.TextField: TextSerializerField,
        models.DateTimeField: TimeField,
        models.JSONField: StrictJSONField,
        LocalizedField: LocalizedSerializerField,
        MediaField: MediaSerializerField,
    }

    def get_fields(self):
        """Made once for a class, then copied, as DRF does with declared ones."""
        made = MADE.get(type(self))
        if made is None:
            made = MADE[type(self)] = {name: deepcopy(field) for name, field in super().get_fields().items()}
        return {name: unbound(field) for name, field in made.items()}

    def build_standard_field(self, field_name, model_field):
        field_class, kwargs = super().build_standard_field(field_name, model_field)
        if isinstance(model_field, LocalizedField):
            kwargs = {key: value for key, value in kwargs.items() if key in {"required", "read_only", "help_text"}}
            kwargs |= {"max_length": model_field.text_length, "required": not model_field.blank}
        return field_class, kwargs

    @property
    def _readable_fields(self):
        names = self.chosen
        return [field for field in super()._readable_fields if names is None or field.field_name in names]

    @cached_property
    def chosen(self) -> frozenset[str] | None:
        """The field names that the request asks for; None means all."""
        request = self.context.get("request")
        if request is None or not self.is_outermost or request.method not in {"GET", "HEAD"}:
            return None
        return chosen_of(request, {name for name, field in self.fields.items() if not field.write_only})

    @staticmethod
    def language_for(request: Any) -> str:
        """The language of `localized`; without one there is none."""
        return request.GET.get("lang", "")

    @property
    def is_outermost(self) -> bool:
        """Whether it is the view's own; one that is made for a part, but without a parent, says so in its context."""
        parent = self.parent
        if self.context.get("is_part"):
            return False
        return parent is None or (isinstance(parent, serializers.ListSerializer) and parent.parent is None)

    def to_representation(self, instance):
        data = super().to_representation(instance)
        request = self.context.get("request")
        language = self.language_for(request) if request else ""
        if language and (self.chosen is None or "localized" in self.chosen) and self.localized_names:
            data["localized"] = {name: resolve(data[name], language) for name in self.localized_names if name in data}
        return data

    @cached_property
    def localized_names(self) -> list[str]:
        return [name for name, field in self.fields.items() if isinstance(field, LocalizedSerializerField)]


def chosen_of(request: Any, names: Iterable[str]) -> frozenset[str] | None:
    """What `?fields=` and `?omit=` leave of these names; None means all."""
    known = {*names, "localized"}
    wanted = parse_names(request, "fields", known)
    unwanted = parse_names(request, "omit", known)
    return None if wanted is None and unwanted is None else frozenset((wanted or known) - (unwanted or set()))


def parse_names(request: Any, parameter: str, known: set[str]) -> set[str] | None:
    """The names in `?fields=a,b`; None when the parameter is absent. An unknown name is refused."""
    text = request.GET.get(parameter)
    if text is None:
        return None
    names = set(text.split(","))
    if unknown := names - known:
        raise ValidationError({parameter: f"Unknown: {', '.join(sorted(unknown))[:200]}."}, code="unknown_field")
    return names


class VisibleRelatedField(serializers.PrimaryKeyRelatedField):
    """A related id that the caller may not see reads as non-existent."""

    def get_queryset(self):
        rows: Any = super().get_queryset()
        return rows.visible_to(self.context["request"].user)


class RefusingUnknownFields(serializers.Serializer):
    """Protected and unknown fields are refused, not ignored."""

    def to_internal_value(self, data):
        allowed = {name for name, field in self.fields.items() if not field.read_only}
        if isinstance(data, dict) and (foreign := [name for name in data if name not in allowed]):
            detail = "This field cannot be changed here."
            raise ValidationError({name[:50]: detail for name in foreign}, code="not_writable")
        return super().to_internal_value(data)


class EmbeddedField(RelatedKeyField):
    """A related row: written by id (or by an object with one), read as a small object."""

    def __init__(self, *, serializer: type[serializers.BaseSerializer], **kwargs: Any) -> None:
        self.embedded_class = serializer
        super().__init__(**kwargs)

    @cached_property
    def embedded(self) -> serializers.BaseSerializer:
        return self.embedded_class(context={**self.context, "is_part": True})

    def use_pk_only_optimization(self):
        return False

    def get_choices(self, cutoff=None):
        rows = self.get_queryset()
        return {row.pk: self.display_value(row) for row in rows[:cutoff]} if rows is not None else {}

    def to_internal_value(self, data):
        return super().to_internal_value(data["id"] if isinstance(data, dict) and "id" in data else data)

    def to_representation(self, value):
        return self.embedded.to_representation(value)


class PartsSerializer(ModelSerializer):
    """Rows that are part of this one, written with it as a list that replaces what was there.

    `parts` names each list and the column by which its rows point back: `{"pool": "distribution"}`.
    """

    parts: dict[str, str] = {}
    replaced: dict[str, Any] = {}

    def create(self, validated_data):
        parts = self.take_parts(validated_data)
        row = super().create(validated_data)
        self.write_parts(row, parts)
        return row

    def take_parts(self, validated_data: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
        return {name: validated_data.pop(name) for name in self.parts if name in validated_data}

    def write_parts(self, row: Any, parts: dict[str, list[dict[str, Any]]]) -> None:
        self.replaced = {}  # what stood there before, for the log
        for name, entries in parts.items():
            manager = getattr(row, name)
            stood = [] if self.instance is None else list(manager.values(*entries_of(self.fields[name])))
            self.replaced[name] = (stood, [dict(entry) for entry in entries])
            manager.all().delete()
            manager.model.objects.bulk_create(manager.model(**{self.parts[name]: row}, **entry) for entry in entries)


def entries_of(field: Any) -> list[str]:
    """The columns that an entry of a list of parts is written by."""
    return [part.source for part in field.child.fields.values() if not part.read_only]


def refuse_doubles(entries: list[dict[str, Any]], name: str) -> list[dict[str, Any]]:
    """One entry a related row, in a list of parts."""
    rows = [entry[name].pk for entry in entries]
    if len(set(rows)) < len(rows):
        raise ValidationError(f"Each {name} may stand here once.", code="unique")
    return entries
