"""`extend_schema`, whose words are kept until somebody asks for the schema: importing what writes it takes long."""

from collections.abc import Callable
from typing import Any

waiting: list[tuple[Callable[..., Any], dict[str, Any]]] = []


def extend_schema(*, etag: bool | None = None, **description: Any) -> Callable[[Any], Any]:
    """As drf-spectacular's, for methods of a viewset; `etag` says whether they answer with one, where they are not
    the usual reads and writes of its rows, or differ from them.
    """

    def remember(method: Any) -> Any:
        if etag is not None:
            method.has_etag = etag
        waiting.append((method, description))
        return method

    return remember


def describe() -> None:
    """Hand all that was kept to drf-spectacular."""
    from drf_spectacular.utils import extend_schema

    while waiting:
        method, description = waiting.pop(0)
        extend_schema(**description)(method)
