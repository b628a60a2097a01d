"""How many texts lack each language."""

from typing import Any

from django.conf import settings
from django.db.models import Count

from kloppocar.api.localized import lacking, lacks

from .registry import fields_of


def coverage(models: dict[str, Any]) -> list[dict[str, Any]]:
    """Of each model the rows, and how many lack each language, in any field and field by field; a statement each."""
    return [coverage_of(label, model) for label, model in models.items()]


def coverage_of(label: str, model: Any) -> dict[str, Any]:
    languages, fields = settings.CONTENT_LANGUAGES, fields_of(model)
    counts = {f"any_{code}": Count("pk", filter=lacking(model, code)) for code in languages}
    for name, field in fields.items():
        counts |= {f"{name}_{code}": Count("pk", filter=lacks(field, code)) for code in languages}
    found = model._base_manager.aggregate(total=Count("pk"), **counts)
    return {
        "model": label,
        "rows": found["total"],
        "missing": {code: found[f"any_{code}"] for code in languages},
        "fields": {name: {code: found[f"{name}_{code}"] for code in languages} for name in fields},
    }
