"""What changed, as Django's log keeps it: its own words, and beside them the values before and after.

`[{"changed": {"fields": ["Name"], "values": {"name": [{"en": "Door"}, {"en": "Gate"}]}}}]`; what is new or gone, and a
part of the row, like an entry of a pool, brings its `name` and `object` along.
"""

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db import models

from .values import HIDDEN, KEPT_BY_THE_SERVER, name_of, plain, shown

Change = dict[str, Any]
Snapshot = dict[str, Any]


def snapshot(row: models.Model) -> Snapshot:
    """The row's columns as they are in memory: what was not read is not asked for."""
    fields = [field for field in row._meta.concrete_fields if field.name not in KEPT_BY_THE_SERVER]
    held = vars(row)
    return {field.name: held[field.attname] for field in fields if field.attname in held and not field.generated}


def added(row: models.Model, lists: dict[str, Any] | None = None) -> list[Change]:
    values = {name: [None, value] for name, value in snapshot(row).items()}
    return [named({"added": {"values": pairs(type(row), values) | of_lists(lists)}}, row)]


def changed(before: Snapshot, row: models.Model, lists: dict[str, Any] | None = None) -> list[Change]:
    """Nothing at all where the row is as it was."""
    after = snapshot(row)
    moved = {name: [old, after[name]] for name, old in before.items() if name in after and after[name] != old}
    values = pairs(type(row), moved) | of_lists(lists)
    return [{"changed": {"fields": labels(type(row), values), "values": values}}] if values else []


def deleted(row: models.Model) -> list[Change]:
    values = {name: [value, None] for name, value in snapshot(row).items()}
    return [named({"deleted": {"values": pairs(type(row), values)}}, row)]


def of_lists(lists: dict[str, Any] | None) -> dict[str, list[Any]]:
    """Rows that are part of this one, before and after."""
    sides = {name: [plain(old) or None, plain(new) or None] for name, (old, new) in (lists or {}).items()}
    return {name: both for name, both in sides.items() if both[0] != both[1]}


def pairs(model: Any, values: dict[str, list[Any]]) -> dict[str, list[Any]]:
    """Each field's value before and after, as it may be shown; what was and is nothing is left out."""
    found = {name: [shown(field_of(model, name), side) for side in both] for name, both in values.items()}
    return {name: both for name, both in found.items() if both != [None, None]}


def field_of(model: Any, name: str) -> Any:
    try:
        return model._meta.get_field(name)
    except FieldDoesNotExist:
        return None


def labels(model: Any, names: Iterable[str]) -> list[str]:
    """As Django's own log says them."""
    fields = [(name, field_of(model, name)) for name in names]
    return [str(getattr(field, "verbose_name", name)).capitalize() for name, field in fields]


# --- The admin's forms -------------------------------------------------------------------------------------------


def of_forms(form: Any, formsets: Any, *, add: bool) -> list[Change]:
    """What a page of the admin changed: the row, then each of its parts."""
    found = []
    if add:
        found = [named(of_form(form, "added"), form.instance)]
    elif form.changed_data:
        found = [of_form(form, "changed")]
    for formset in formsets or []:
        if not hasattr(formset, "new_objects"):
            continue  # it was only shown
        gone = {part.pk for part in formset.deleted_objects}
        new = {id(part) for part in formset.new_objects}
        written = [part for part in formset.forms if part.has_changed() and part.instance.pk not in {None, *gone}]
        for part in written:
            change = of_form(part, "added" if id(part.instance) in new else "changed")
            found += [named(change, part.instance)]
        found += [line for part in formset.deleted_objects for line in deleted(part)]
    return found


def of_form(form: Any, action: str) -> Change:
    if not hasattr(form, "_meta"):
        return {action: {"fields": ["Password"], "values": {"password": [HIDDEN, HIDDEN]}}}
    model, given = form._meta.model, form.cleaned_data
    before = {} if action == "added" else getattr(form, "initial", {})
    both = {name: [before.get(name), given.get(name)] for name in form.changed_data if name != "id"}
    values = pairs(model, both)
    words = {} if action == "added" else {"fields": labels(model, values)}
    return {action: words | {"values": values}}


def named(change: Change, row: models.Model) -> Change:
    ((action, words),) = change.items()
    name = str(row._meta.verbose_name)
    return {action: {"name": name, "object": name_of(row)} | words}
