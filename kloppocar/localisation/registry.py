"""The localised models, found among all there are."""

from functools import cache
from typing import Any

from django.apps import apps

from kloppocar.api.localized import LocalizedField, localized_fields
from kloppocar.api.permissions import may


@cache
def localized_models() -> dict[str, Any]:
    """Every model with localised texts, by its label, like `catalog.collection`."""
    models = sorted(apps.get_models(), key=lambda model: model._meta.label_lower)
    return {model._meta.label_lower: model for model in models if localized_fields(model)}


def models_for(user: Any, action: str) -> dict[str, Any]:
    """Those of them whose rows this person may view, or change."""
    return {label: model for label, model in localized_models().items() if may(user, action, model)}


def fields_of(model: Any) -> dict[str, LocalizedField]:
    return {field.name: field for field in localized_fields(model)}
