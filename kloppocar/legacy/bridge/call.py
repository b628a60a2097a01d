"""One call of an old route: who asks, and what was sent."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from . import parameters


@dataclass(frozen=True)
class Call:
    request: Any
    table: str

    @property
    def user(self) -> Any:
        return self.request.user

    @property
    def body(self) -> dict[str, Any]:
        if not isinstance(self.request.data, dict):
            raise parameters.refuse("non_field_errors", _("The body must be an object."))
        return self.request.data

    @property
    def sent(self) -> Any:
        """Where an old client puts parameters: in the query to read and to delete, in the body to write."""
        return self.request.query_params if self.request.method in {"GET", "HEAD", "DELETE"} else self.body

    def value(self, name: str) -> Any:
        if (value := self.sent.get(name)) is None:
            raise parameters.refuse(name, _("This is missing."), "required")
        return value

    def number(self, name: str) -> int:
        return parameters.number(name, self.value(name))
