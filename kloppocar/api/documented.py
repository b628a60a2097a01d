"""`extend_schema`, whose words are kept until somebody asks for the schema: importing what writes it takes long."""

from collections.abc import Callable
from typing import Any

waiting: list[tuple[Callable[..., Any], dict[str, Any]]] = []


def extend_schema(**description: Any) -> Callable[[Any], Any]:
    """As drf-spectacular's, for methods of a viewset."""

    def remember(method: Any) -> Any:
        waiting.append((method, description))
        return method

    return remember


def describe() -> None:
    """Hand all that was kept to drf-spectacular."""
    from drf_spectacular.utils import extend_schema

    while waiting:
        method, description = waiting.pop(0)
        extend_schema(**description)(method)
