"""The old tables' shapes: every old column, and where its value comes from now.

A text is a column of ours, `Made` a function of some; anything else stands as it is. What we have no more is null.
"""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple


class Made(NamedTuple):
    make: Callable[..., Any]
    columns: tuple[str, ...]


def made(make: Callable[..., Any], *columns: str) -> Made:
    return Made(make, columns)


class Shape:
    """How a row of ours looks to an old client."""

    def __init__(self, cells: dict[str, Any]) -> None:
        self.cells = cells
        used = [[cell] if isinstance(cell, str) else getattr(cell, "columns", []) for cell in cells.values()]
        self.columns = list(dict.fromkeys(column for columns in used for column in columns))

    def row(self, values: dict[str, Any]) -> dict[str, Any]:
        return {name: value_of(cell, values) for name, cell in self.cells.items()}

    def rows(self, many: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
        return [self.row(values) for values in many]


def value_of(cell: Any, values: dict[str, Any]) -> Any:
    if isinstance(cell, str):
        return values[cell]
    return cell.make(*map(values.__getitem__, cell.columns)) if isinstance(cell, Made) else cell


def texts(column: str) -> Made:
    """A localised text that may be missing."""
    return made(lambda value: value or None, column)


def media(*names: str) -> dict[str, Made]:
    """The old columns of a row's media, of which each table had some."""
    kinds = {"imageRef": "image", "imgRef": "image", "vidRef": "video", "embedRef": "model", "qrRef": "qr"}
    kinds["webRef"] = "web"
    return {name: made(lambda value, kind=kinds[name]: (value or {}).get(kind), "media") for name in names}


def is_there(value: Any) -> bool:
    return value is not None


STAMPS = {"createdDt": "created_at", "updatedDt": "updated_at"}
PICTURES = media("imageRef", "vidRef", "qrRef", "embedRef")
IMAGES = media("imgRef", "vidRef", "qrRef", "embedRef")
NOT_ON_BLOCKCHAIN = {"isOnBlockchain": False}
