"""What our own serializer fields look like in the OpenAPI description."""

from typing import Any

from django.conf import settings
from django_filters import NumberFilter
from drf_spectacular.extensions import OpenApiSerializerFieldExtension
from drf_spectacular.utils import extend_schema_field

from .filters import BIGGEST
from .media import KINDS
from .serializers import EmbeddedField

URLS = {
    "type": "object",
    "additionalProperties": {"type": "string", "format": "uri", "maxLength": 1000, "pattern": "^https://"},
    "propertyNames": {"maxLength": 40},
}


def components() -> dict[str, Any]:
    """Shapes that fields of many serializers have."""
    texts = {"type": "object", "additionalProperties": {"type": "string"}, "description": "Texts by language."}
    media = {"type": "object", "properties": dict.fromkeys(KINDS, URLS), "additionalProperties": False}
    return {
        "Language": {"type": "string", "enum": [*settings.CONTENT_LANGUAGES]},
        "Media": media | {"description": "URLs by kind and name."},
        "Texts": texts,
    }


def resolved(names: list[str]) -> dict[str, Any]:
    """The object that `?lang=` adds."""
    return {
        "type": "object",
        "readOnly": True,
        "description": "With `?lang=`: each text in that language, or in the one that stands in for it.",
        "properties": {name: {"type": "string"} for name in names},
    }


class LocalizedSchema(OpenApiSerializerFieldExtension):
    target_class = "kloppocar.api.localized.LocalizedSerializerField"

    def map_serializer_field(self, auto_schema, direction):
        if direction == "response":
            return {"$ref": "#/components/schemas/Texts"}
        field: Any = self.target
        is_change = auto_schema.method == "PATCH"
        text = {"type": ["string", "null"], "maxLength": field.text_length, "pattern": r"\S"}
        schema: dict[str, Any] = {
            "type": "object",
            "properties": dict.fromkeys(settings.CONTENT_LANGUAGES, text),
            "additionalProperties": False,
            "description": "Texts by language." + (" null removes one; what is left out stays." if is_change else ""),
        }
        return schema | ({} if is_change or not field.required else {"minProperties": 1})


class MediaSchema(OpenApiSerializerFieldExtension):
    target_class = "kloppocar.api.serializers.MediaSerializerField"

    def map_serializer_field(self, auto_schema, direction):
        return {"$ref": "#/components/schemas/Media"}


class JSONSchema(OpenApiSerializerFieldExtension):
    target_class = "kloppocar.api.json.StrictJSONField"

    def map_serializer_field(self, auto_schema, direction):
        return {"type": ["object", "array", "string", "number", "boolean"], "items": {}}


class EmbeddedSchema(OpenApiSerializerFieldExtension):
    target_class = EmbeddedField

    def map_serializer_field(self, auto_schema, direction):
        field: Any = self.target
        if direction == "response":
            return auto_schema.resolve_serializer(field.embedded_class, direction).ref
        by_object = {"type": "object", "properties": {"id": {"type": "integer"}}, "required": ["id"]}
        return {"oneOf": [{"type": "integer"}, by_object], "description": "Its id, or an object that holds it."}


extend_schema_field({"type": "integer", "minimum": -BIGGEST, "maximum": BIGGEST})(NumberFilter)
