"""What an old table is to the import, and what its rows' builders may ask for."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.db import models

from .scratch import Scratch
from .source import Source
from .values import Row


@dataclass
class Context:
    """Of one run. `is_reporting`: the first phase, which writes nothing. `found` is what `Table.find` found there
    already for the rows at hand.
    """

    source: Source
    scratch: Scratch
    language: str = "en"
    is_reporting: bool = True
    found: dict[Any, Any] = field(default_factory=dict)
    shifts: dict[str, int] = field(default_factory=dict)


def nothing(rows: list[Row], context: Context) -> dict[Any, Any]:
    return {}


@dataclass(frozen=True)
class Table:
    """`columns` begin with the key. `needs`: column -> old table without whose row this one cannot come; `may_name`:
    the same where it can. `build` gives the new rows of one old row, the main one first; none when it does not come.
    """

    name: str
    model: type[models.Model]
    columns: str
    build: Callable[[Row, Context], list[Any]]
    needs: dict[str, str] = field(default_factory=dict)
    may_name: dict[str, str] = field(default_factory=dict)
    after: tuple[str, ...] = ()  # tables that have to be there although no column names them
    orphans: str = "orphan"
    find: Callable[[list[Row], Context], dict[Any, Any]] = nothing

    @property
    def key(self) -> str:
        return self.columns.split()[0]

    @property
    def read_from(self) -> str:
        """The old table: of `Project.copies`, what is made for each project, it is *Project*."""
        return self.name.partition(".")[0]

    def prerequisites(self) -> set[str]:
        return {*self.needs.values(), *self.may_name.values(), *self.after} - {self.name}
