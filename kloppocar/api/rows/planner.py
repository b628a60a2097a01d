"""From a serializer's fields to the columns to read and one generated function that builds the answer from them."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import orjson
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from rest_framework import serializers

from kloppocar.api.serializers import EmbeddedField, ModelSerializer

from . import fields as known
from .parts import Instances, Keys, Part
from .plan import Facts, Plan, Unplannable, bare, has_version, keeps_keys, label, resolver
from .statement import Column, Columns

UNDERSTOOD = {"rest_framework.serializers", "rest_framework.fields", "kloppocar.api.serializers"}


def plan_for(serializer: Any, queryset: models.QuerySet, chosen: frozenset[str] | None, language: str) -> Plan:
    """The plan of a serializer for rows of this queryset; raises Unplannable."""
    plan = remembered(serializer, facts_of(queryset), chosen, language)
    if isinstance(plan, Unplannable):
        raise plan
    return plan


def facts_of(queryset: models.QuerySet) -> Facts:
    lookups = [
        lookup
        for lookup in queryset._prefetch_related_lookups  # type: ignore[attr-defined]
        if not isinstance(lookup, str) and lookup.queryset is not None
    ]
    prefetched = tuple((lookup.prefetch_to, lookup.prefetch_through) for lookup in lookups)
    narrowed = tuple(lookup.prefetch_to for lookup in lookups if hasattr(lookup, "is_narrowed"))
    return Facts(queryset.model, tuple(queryset.query.annotations), prefetched, narrowed)


@lru_cache(maxsize=250)
def remembered(serializer: type, facts: Facts, chosen: frozenset[str] | None, language: str) -> Plan | Unplannable:
    try:
        return Planner(facts, language).plan(template(serializer), chosen)
    except Unplannable as reason:
        return reason


@lru_cache(maxsize=500)
def template(serializer: Any) -> Any:
    """An instance of the class to read its fields from; it belongs to no request."""
    for name in ("__init__", "get_fields", "to_representation"):
        definer = next(base for base in serializer.__mro__ if name in vars(base))
        if definer.__module__ not in UNDERSTOOD:
            raise Unplannable(f"{serializer.__name__} has a {name} of its own")
    return serializer()


def plan_of_rows(serializer: Any, model: Any) -> Plan:
    """The plan of all rows of a model, as they are listed inside of others."""
    plan = remembered(serializer, Facts(model, (), ()), None, "")
    if isinstance(plan, Unplannable):
        raise plan
    return plan


class Planner:
    """Walks the fields and writes the builder's source as it goes."""

    def __init__(self, facts: Facts, language: str, prefix: str = "") -> None:
        self.facts, self.language = facts, language
        self.columns: dict[Column, int] = {}
        self.names: dict[str, Any] = {"JSON": orjson.Fragment}
        self.preparations: list[str] = []  # lines that run once an answer
        self.parts: list[Part] = []
        self.versions: list[Column] | None = []

    # --- The whole ---------------------------------------------------------------------------------------------

    def plan(self, serializer: Any, chosen: frozenset[str] | None) -> Plan:
        self.column("pk")
        return self.finish(self.object(serializer, self.facts.model, "", chosen))

    def ids(self) -> Plan:
        """A list of keys instead of objects."""
        return self.finish(self.column("pk"))

    def finish(self, expression: str) -> Plan:
        source = "\n".join(
            [
                "def build(rows, context, lists):",
                *(f"    {line}" for line in self.preparations),
                f"    return [{expression} for r in rows]",
            ]
        )
        versions = None if self.versions is None else tuple(self.versions)
        exec(compile(source, "<rows>", "exec"), self.names)  # noqa: S102 - field names and numbers, by repr()
        return Plan(Columns(tuple(self.columns)), tuple(self.parts), self.names["build"], source, versions)

    def column(self, path: str, kind: str = "raw") -> str:
        """The expression that gives a column of the row."""
        return f"r[{self.columns.setdefault(Column(path, kind), len(self.columns))}]"

    def name(self, value: Any) -> str:
        name = f"v{len(self.names)}"
        self.names[name] = value
        return name

    def prepare(self, expression: str) -> str:
        name = f"p{len(self.preparations)}"
        self.preparations.append(f"{name} = {expression}")
        return name

    # --- Objects -----------------------------------------------------------------------------------------------

    def object(self, serializer: Any, model: type[models.Model], prefix: str, chosen: frozenset[str] | None) -> str:
        members = {}
        for name, field in serializer.fields.items():
            if not field.write_only and (chosen is None or name in chosen):
                members[name] = self.member(serializer, field, model, prefix)
        if self.language and isinstance(serializer, ModelSerializer) and (chosen is None or "localized" in chosen):
            members |= self.localized(serializer, members, prefix)
        return "{" + ", ".join(f"{name!r}: {expression}" for name, expression in members.items()) + "}"

    def localized(self, serializer: Any, members: dict[str, str], prefix: str) -> dict[str, str]:
        """The sibling object of resolved texts."""
        names = serializer.localized_names
        resolved = self.name(resolver(self.language))
        texts = [
            f"{name!r}: {resolved}({self.column(prefix + serializer.fields[name].source.replace('.', '__'))})"
            for name in names
            if name in members
        ]
        return {"localized": "{" + ", ".join(texts) + "}"} if names else {}

    def member(self, serializer: Any, field: Any, model: type[models.Model], prefix: str) -> str:
        if isinstance(field, serializers.SerializerMethodField):
            return self.computed(serializer, field, model, prefix)
        *way, last = field.source_attrs or [""]
        if not last:
            raise Unplannable(f"{label(serializer, field)} reads the whole row")
        for step in way:
            relation = self.relation(model, step, serializer, field)
            if not (relation.many_to_one or relation.one_to_one) or not relation.concrete or relation.null:
                raise Unplannable(f"{label(serializer, field)} goes through {step}")
            model, prefix = relation.related_model, f"{prefix}{step}__"
            self.joined(model, prefix)
        if isinstance(field, serializers.ListSerializer | serializers.ManyRelatedField):
            return self.many(serializer, field, model, prefix, last)
        if isinstance(field, serializers.BaseSerializer | EmbeddedField):
            return self.embedded(serializer, field, model, prefix, last)
        return self.leaf(serializer, field, model, prefix, last)

    # --- One value ---------------------------------------------------------------------------------------------

    def leaf(self, serializer: Any, field: Any, model: type[models.Model], prefix: str, name: str) -> str:
        path = prefix + name
        if hasattr(field, "reader"):
            self.versions = None
            self.column_of(model, name, serializer, field)
            reader = self.prepare(f"{self.name(known.reader_of)}({self.name(field)}, context)")
            return f"{reader}({self.column(path, 'python')})"
        if isinstance(field, serializers.PrimaryKeyRelatedField) and keeps_keys(field):
            relation = self.relation(model, name, serializer, field)
            if relation.concrete and not relation.many_to_many:
                return self.column(path)
        if type(field).get_attribute is not serializers.Field.get_attribute:
            raise Unplannable(f"{label(serializer, field)} has a get_attribute of its own")
        if not prefix and name in self.facts.annotations:
            self.versions = None
            return f"{self.name(known.own_way(field))}({self.column(path, 'python')})"
        return self.plain(field, self.column_of(model, name, serializer, field), path)

    def plain(self, field: Any, column: models.Field, path: str) -> str:
        """The quickest equal way to read this column."""
        if column.primary_key:
            path = path.rpartition("__")[0] or "pk"  # the foreign key that leads there holds it too
        if known.is_plain(field, column):
            return self.column(path)
        if known.is_flag(field, column):
            return self.unless_null(self.column(path), "{} == 1", column.null)
        if known.is_json(field, column):
            return self.unless_null(self.column(path), "JSON({})", column.null)
        if known.is_iso_time(field, column):
            return self.column(path, "time")
        return f"{self.name(known.own_way(field))}({self.column(path, 'python')})"

    @staticmethod
    def unless_null(value: str, expression: str, is_nullable: bool) -> str:
        applied = expression.format(value)
        return f"(None if {value} is None else {applied})" if is_nullable else f"({applied})"

    def column_of(self, model: type[models.Model], name: str, serializer: Any, field: Any) -> models.Field:
        found = next((each for each in model._meta.concrete_fields if name in (each.name, each.attname)), None)
        if found is None:
            raise Unplannable(f"{label(serializer, field)} reads {name}, which is no column")
        return found

    def relation(self, model: type[models.Model], name: str, serializer: Any, field: Any) -> Any:
        try:
            found: Any = model._meta.get_field(name)
        except FieldDoesNotExist:
            found = None
        if found is None or not found.is_relation:
            raise Unplannable(f"{label(serializer, field)} reads {name}, which is no relation")
        return found

    # --- Rows inside of rows -----------------------------------------------------------------------------------

    def embedded(self, serializer: Any, field: Any, model: type[models.Model], prefix: str, name: str) -> str:
        """A related row as an object: joined."""
        relation = self.relation(model, name, serializer, field)
        if not relation.concrete or not (relation.many_to_one or relation.one_to_one):
            raise Unplannable(f"{label(serializer, field)} is not a foreign key")
        if any(to == f"{prefix}{name}" for to, _ in self.facts.prefetched):
            raise Unplannable(f"{label(serializer, field)} is prefetched with a queryset of its own")
        inner_class: Any = field.embedded_class if isinstance(field, EmbeddedField) else type(field)
        key = self.column(f"{prefix}{name}")
        self.joined(relation.related_model, f"{prefix}{name}__")
        related = self.object(template(inner_class), relation.related_model, f"{prefix}{name}__", None)
        is_optional = relation.null or "__" in prefix
        return f"(None if {key} is None else {related})" if is_optional else related

    def many(self, serializer: Any, field: Any, model: type[models.Model], prefix: str, name: str) -> str:
        """A list of related rows: read by one more statement."""
        path = f"{prefix}{name}"
        through = dict(self.facts.prefetched).get(path, path)
        relation = self.relation(model, through.rpartition("__")[2], serializer, field)
        if isinstance(field, serializers.ManyRelatedField):
            if not keeps_keys(field.child_relation):
                raise Unplannable(f"{label(serializer, field)} does not list plain keys")
            return self.part(path, relation, Keys, prefix)
        return self.part(path, relation, type(field.child), prefix)

    def joined(self, model: type[models.Model], prefix: str) -> None:
        """The answer depends on the version of a joined row, too."""
        if self.versions is not None and has_version(model):
            column = Column(f"{prefix}version")
            self.versions += [column] if column not in self.versions else []
        else:
            self.versions = None

    def part(self, path: str, relation: Any, child: type, prefix: str) -> str:
        if not (relation.one_to_many or relation.many_to_many):
            raise Unplannable(f"{path} is no list of related rows")
        if any(to.startswith(f"{path}__") for to, _ in self.facts.prefetched):
            raise Unplannable(f"below {path} something is prefetched with a queryset of its own")
        key = self.column(prefix.removesuffix("__") or "pk")
        part = Part(path, int(key[2:-1]), prefix.removesuffix("__") or "pk", relation, child, self.language)
        if part not in self.parts:  # two fields may read the same list
            self.parts.append(part)
        is_own = path in dict(self.facts.prefetched) and path not in self.facts.narrowed
        self.listed(part, None if is_own or child in (Keys, Instances) else child)
        return f"lists[{self.parts.index(part)}].get({key}, ())"

    def listed(self, part: Part, child: Any) -> None:
        """The answer depends on the versions of listed rows, too; without a child they do not say everything."""
        model = part.relation.related_model
        inside = plan_of_rows(child, model) if child and has_version(model) else None
        if self.versions is None or inside is None or inside.versions is None or inside.parts:
            self.versions = None
        else:
            self.versions.append(part.versions(inside.versions))

    def computed(self, serializer: Any, field: Any, model: type[models.Model], prefix: str) -> str:
        """What a method of the serializer says of a row that holds what it declared to read."""
        self.versions = None
        method = getattr(type(serializer), field.method_name)
        names: Iterable[str] | None = getattr(method, "reads", None)
        if names is None:
            raise Unplannable(f"{label(serializer, field)} does not declare what it reads (@reads)")
        values = [f"{name!r}: {self.read(model, prefix, name, serializer, field)}" for name in names]
        bound = self.prepare(f"{self.name(type(serializer))}(context=context).{field.method_name}")
        return f"{bound}({self.name(bare)}({self.name(model)}, {{{', '.join(values)}}}))"

    def read(self, model: type[models.Model], prefix: str, name: str, serializer: Any, field: Any) -> str:
        """One attribute of such a row, as a model instance would hold it."""
        path = prefix + name
        if (through := dict(self.facts.prefetched).get(path, path)) != path:
            return self.part(
                path, self.relation(model, through.rpartition("__")[2], serializer, field), Instances, prefix
            )
        if prefix or name not in self.facts.annotations:
            self.column_of(model, name, serializer, field)
        return self.column(path, "python")
