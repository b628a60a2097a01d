"""The old tables' shapes, by subject."""

from . import catalog, collecting, people
from .shape import Shape

__all__ = ["Shape", "catalog", "collecting", "people"]
