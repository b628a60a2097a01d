"""The OpenAPI description: every answer of every route, errors in our shape included, and how one signs in.

DRF's settings name `AutoSchema`; nobody imports it before somebody asks for the schema. What is the same on every route
stands here; what one route has beyond that stands at its view, in `@extend_schema`.
"""

import re
from inspect import cleandoc
from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema as SpectacularSchema
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, PolymorphicProxySerializer
from rest_framework import serializers
from rest_framework.permissions import SAFE_METHODS, AllowAny, IsAuthenticated

from . import schema_fields
from .documented import describe
from .permissions import AnyoneReadsStaffWrite
from .schema_examples import add_examples
from .schema_shared import share
from .schema_words import ERRORS, EXTRA, NOUNS, TAGS, VERBS
from .serializers import ModelSerializer, RefusingUnknownFields

JSON = "application/json"
ERROR_TYPES = ["client_error", "server_error", "validation_error"]
LANGUAGE = {"$ref": "#/components/schemas/Language"}
EMPTY = {"type": "string", "maxLength": 0}
BIGGEST_KEY = 10**18 - 1  # eighteen digits, as the routes take them
NEVER_FORBIDDEN = {AllowAny, IsAuthenticated}  # they let in, or ask to sign in


class BearerScheme(OpenApiAuthenticationExtension):
    target_class = "users.authentication.BearerAuthentication"
    name = "bearer"

    def get_security_definition(self, auto_schema):
        return {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}


class ErrorDetailSerializer(serializers.Serializer):
    code = serializers.CharField(help_text="For programs.")
    detail = serializers.CharField(help_text="For people, in their language.")
    attr = serializers.CharField(allow_null=True, help_text="The field or parameter, where it is one's fault.")


class ErrorSerializer(serializers.Serializer):
    """Every answer from 400 on."""

    type = serializers.ChoiceField(choices=ERROR_TYPES)
    errors: Any = ErrorDetailSerializer(many=True)  # a serializer's own `errors` are never asked for
    extra = serializers.DictField(required=False, help_text=EXTRA)


def header(name: str, description: str, *, codes: Any = True, kind: Any = str, required: bool = False) -> Any:
    """A header of answers, of those with these codes."""
    return OpenApiParameter(name, kind, "header", response=codes, required=required, description=description)


def asked(name: str, description: str, place: Any = "query", **more: Any) -> Any:
    """What a request may say."""
    return OpenApiParameter(name, more.pop("kind", str), place, description=description, **more)


ANSWER_HEADERS = [
    header("X-Request-ID", "What our log calls this request; an id that the request brought is kept.", required=True),
    header("RateLimit-Limit", "How many requests the tightest budget allows in its window.", kind=int),
    header("RateLimit-Remaining", "How many of them are left.", kind=int),
    header("RateLimit-Reset", "Seconds until the window begins anew.", kind=int),
    header("Retry-After", "Seconds.", codes=[429, 503], kind=int),
    header("WWW-Authenticate", "How to sign in.", codes=[401], required=True),
]
ETAG = header("ETag", "The version of the row, for `If-Match` and `If-None-Match`.", codes=[200, 201], required=True)
IF_MATCH = asked("If-Match", "The `ETag` that the writer saw: when the row moved on, nothing is written.", "header")
IF_NONE_MATCH = asked("If-None-Match", "The `ETag` that the reader has: 304 when it still holds.", "header")
FIELDS = asked("fields", "Only these fields, by comma; an answer then holds nothing else.")
OMIT = asked("omit", "All fields but these, by comma.")


class AutoSchema(SpectacularSchema):
    """One operation."""

    view: Any

    def own_words(self, thing: Any) -> str:
        """A docstring of ours; not those of base classes, which are for readers of the code."""
        own = thing.__doc__ if not isinstance(thing, type) else vars(thing).get("__doc__")
        return cleandoc(own) if own else ""

    def get_description(self) -> str:  # type: ignore[override]
        """An action's own words; of the usual reads and writes the view's, and how they behave everywhere."""
        method = getattr(type(self.view), self.view.action)
        if own := self.own_words(method):
            return own
        _, usual = VERBS.get(self.view.action, ("", ""))
        return "\n\n".join(filter(None, [self.own_words(type(self.view)), usual]))

    def get_summary(self) -> str:
        """An action's first sentence; of the usual reads and writes what they do with what."""
        if own := self.own_words(getattr(type(self.view), self.view.action)):
            return re.split(r"[.;]\s", own + " ")[0].replace("\n", " ")
        verb, _ = VERBS.get(self.view.action, (self.view.action.replace("_", " ").capitalize(), ""))
        place = "_".join(part for part in self._tokenize_path() if part != "me")
        one, many = NOUNS.get(place) or self.names_of_rows()
        return verb.format(one=one, many=many)

    def names_of_rows(self) -> tuple[Any, Any]:
        names = self.view.queryset.model._meta
        return names.verbose_name, names.verbose_name_plural

    def get_operation_id(self) -> str:
        """Routes of an action of our own are called after it: `missions_claim`, `users_change_me`."""
        if self.view.action in VERBS:
            return super().get_operation_id()
        return f"{self._tokenize_path()[0]}_{self.view.action}"

    def get_override_parameters(self):
        lang = asked("lang", "The language of sentences and of `localized`.", kind=LANGUAGE)
        return [*ANSWER_HEADERS, lang, *self.of_rows()]

    def of_rows(self) -> list[Any]:
        """What reading and writing rows with versions brings along."""
        found = [FIELDS, OMIT] if self.method == "GET" and self.is_of_rows() else []
        if self.has_version() and self.method in {"PUT", "PATCH", "DELETE"}:
            found.append(IF_MATCH)
        if self.has_version() and not self._is_list_view():
            found += [ETAG, IF_NONE_MATCH] if self.is_conditional_read() else [ETAG]
        return found

    def is_of_rows(self) -> bool:
        shown = self.shown()
        return isinstance(shown, ModelSerializer) or getattr(shown, "takes_fields", False)

    def get_auth(self):
        """Whoever reads what anybody may read need not sign in."""
        auths = super().get_auth()
        is_open = any(map(lets_anyone_read, self.view.get_permissions())) and self.method in SAFE_METHODS
        return [*auths, {}] if is_open else auths

    def get_request_serializer(self):
        return getattr(self.view, "serializer_class_of_staff", None) or super().get_request_serializer()

    def get_response_serializers(self):
        """Where staff see more than others, one of two shapes; only staff write, and read what they wrote."""
        of_staff = getattr(self.view, "serializer_class_of_staff", None)
        if of_staff is None or self.method == "DELETE":
            return super().get_response_serializers()
        if self.method not in SAFE_METHODS:
            return of_staff
        name = of_staff.Meta.model.__name__
        shapes = [of_staff, self.view.serializer_class]
        return PolymorphicProxySerializer(
            component_name=f"{name}AsSeen",
            serializers=shapes,
            resource_type_field_name=None,
            many=self.view.action == "list",
        )

    def shown(self) -> Any:
        """The serializer of a row in the answer."""
        shown = self.get_response_serializers()
        if isinstance(shown, dict):
            shown = shown.get(200, shown.get(201))
        shown = shown.response if isinstance(shown, OpenApiResponse) else shown
        shown = shown() if isinstance(shown, type) and issubclass(shown, serializers.BaseSerializer) else shown
        shown = getattr(shown, "child", shown)
        if isinstance(shown, PolymorphicProxySerializer):
            shown = shown.serializers[0]()
        return shown

    def has_version(self) -> bool:
        """Whether the answer has an `ETag`: what reads and writes a view's own rows, or says so itself."""
        is_usual = self.view.action in {"retrieve", "create", "update", "partial_update", "destroy"}
        usually = is_usual and hasattr(self.view.queryset.model, "version")
        return getattr(getattr(self.view, self.view.action), "has_etag", usually)

    def is_conditional_read(self) -> bool:
        return self.method == "GET" and self.view.action == "retrieve"

    def _get_filter_parameters(self):
        """A filter that is left empty, as forms do, is not asked for."""
        filters = getattr(getattr(self.view, "filterset_class", None), "base_filters", {})
        found = super()._get_filter_parameters()
        return [each | {"allowEmptyValue": True} if each["name"] in filters else each for each in found]

    def map_parsers(self):
        """Forms are taken where JSON is, for the browsable pages; programs send JSON."""
        taken = super().map_parsers()
        return [JSON] if JSON in taken else taken

    def _map_serializer_field(self, field, direction, bypass_extensions=False):
        schema = super()._map_serializer_field(field, direction, bypass_extensions)
        if isinstance(field, serializers.ListField) and not field.allow_empty:
            schema["minItems"] = 1
        if isinstance(field, serializers.DateTimeField) and isinstance(schema.get("type"), list):
            moment = {"type": "string", "format": schema.pop("format")}
            schema = {"anyOf": [moment, {"type": "null"}]} | {key: schema[key] for key in schema if key != "type"}
        return schema

    def _resolve_path_parameters(self, variables):
        key = {"type": "integer", "minimum": 1, "maximum": BIGGEST_KEY}
        return [
            parameter | {"schema": key} if parameter["name"] in variables else parameter
            for parameter in super()._resolve_path_parameters(variables)
        ]

    def _get_response_bodies(self, direction="response"):
        bodies = super()._get_response_bodies(direction)
        if direction != "response":
            return bodies
        if self.is_conditional_read() and self.has_version():
            bodies["304"] = self._get_response_for_code(OpenApiResponse(description="As the reader has it."), "304")
        if "204" in bodies:
            bodies["204"]["headers"] = self._get_response_headers_for_code("204")
        for status in sorted(self.error_statuses() - set(bodies)):
            bodies[status] = self.error(status, ERRORS[status])
        return dict(sorted(bodies.items()))

    def error(self, status: str, description: str) -> Any:
        answer = OpenApiResponse(ErrorSerializer, description=description)
        return self._get_response_for_code(answer, status, media_types=[JSON])

    def _get_response_for_code(self, serializer, status_code, media_types=None, direction="response"):
        """A refusal that a view describes by a sentence alone has our shape too."""
        is_bare = isinstance(serializer, OpenApiResponse) and serializer.response is None
        if is_bare and direction == "response" and status_code >= "400":
            serializer = OpenApiResponse(ErrorSerializer, description=serializer.description)
        return super()._get_response_for_code(serializer, status_code, media_types, direction)

    def error_statuses(self) -> set[str]:
        """What this operation may answer besides what it is for."""
        found = {"400", "401", "406", "429", "503"}
        is_read = self.method in SAFE_METHODS
        permissions = self.view.get_permissions()
        if not is_read or not all(type(each) in NEVER_FORBIDDEN or lets_anyone_read(each) for each in permissions):
            found.add("403")  # a write without its CSRF token, too
        if "{" in self.path:
            found.add("404")
        if not is_read:
            found.add("409")
        if any(parameter.name == "If-Match" for parameter in self.of_rows()):
            found.add("412")
        if self.method in {"POST", "PUT", "PATCH"} and self._get_request_body():
            found |= {"413", "415"}
        return found

    def _map_basic_serializer(self, serializer, direction):
        schema = super()._map_basic_serializer(serializer, direction)
        made = serializer() if isinstance(serializer, type) else serializer
        for each in schema.get("properties", {}).values():
            if EMPTY in each.get("oneOf", []):
                each["anyOf"] = each.pop("oneOf")  # whoever does not check formats takes "" for both
        if not vars(type(made)).get("__doc__"):
            schema.pop("description", None)  # its base class's words, for readers of the code
        if direction == "request":
            describe_request(schema, made)
        elif isinstance(made, serializers.ModelSerializer):
            describe_row(schema, made)
        return schema


def lets_anyone_read(permission: Any) -> bool:
    return isinstance(permission, AnyoneReadsStaffWrite)


def describe_request(schema: dict[str, Any], serializer: Any) -> None:
    """What refuses unknown fields says so."""
    for name, rules in getattr(serializer, "described", {}).items():
        schema["properties"][name] |= rules
    if isinstance(serializer, RefusingUnknownFields):
        schema["additionalProperties"] = False
    if getattr(serializer, "says_something", False):
        schema["minProperties"] = 1


def describe_row(schema: dict[str, Any], serializer: Any) -> None:
    """Rows are always answered whole; `?lang=` adds `localized`."""
    properties = schema.get("properties", {})
    for name, field in serializer.fields.items():
        if isinstance(field, serializers.URLField):
            properties.get(name, {}).pop("format", None)  # "" where there is none
    schema["required"] = sorted(properties)
    if names := getattr(serializer, "localized_names", []):
        properties["localized"] = schema_fields.resolved(names)


def finish(result: Any, generator: Any, request: Any, public: bool) -> Any:
    """What staff are shown has all that others are shown, so it is valid as either."""
    for name, component in result["components"]["schemas"].items():
        if name.endswith("AsSeen"):
            component["anyOf"] = component.pop("oneOf")
    result["components"]["schemas"] |= schema_fields.components()
    result["tags"] = [{"name": name, "description": words} for name, words in TAGS.items()]
    add_examples(result)
    share(result)
    return result


describe()
