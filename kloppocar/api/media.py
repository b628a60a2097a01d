"""Media of a row: one JSON object of named https URLs by kind, `{"image": {"load": "https://..."}}`."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator

from .models import JSONField, is_storable

KINDS = ["image", "video", "model", "qr", "web"]
MOST_URLS = 20  # of each kind
is_https_url = URLValidator(schemes=["https"])


def validate_media(value: Any) -> None:
    """Refuse kinds we do not know and anything that is not an https URL."""
    if not isinstance(value, dict):
        raise ValidationError('Must be an object like {"image": {"load": "https://..."}}.', code="not_media")
    for kind, urls in value.items():
        if kind not in KINDS:
            raise ValidationError(
                f"Unknown kind {str(kind)[:20]!r}: known are {', '.join(KINDS)}.", code="unknown_kind"
            )
        if not isinstance(urls, dict) or not all(isinstance(name, str) and len(name) <= 40 for name in urls):
            raise ValidationError(f"{kind} must be an object of named URLs.", code="not_media")
        if len(urls) > MOST_URLS:
            raise ValidationError(f"{kind} may hold {MOST_URLS} URLs.", code="too_many")
        for name, url in urls.items():
            if not is_storable(name):
                raise ValidationError(f"A name in {kind} holds a forbidden character.", code="forbidden_character")
            if not isinstance(url, str) or len(url) > 1000 or not is_storable(url):
                raise ValidationError(f"{kind}.{name} must be a URL.", code="invalid")
            is_https_url(url)


class MediaField(JSONField):
    """A column of media; empty by default."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs |= {"default": dict, "blank": True, "validators": [validate_media]}
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {k: v for k, v in kwargs.items() if k not in {"default", "blank", "validators"}}
