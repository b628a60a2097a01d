"""One old route, and the words in which the table says what it does now."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from rest_framework.permissions import AllowAny, BasePermission, IsAuthenticated

from kloppocar.api.errors import Refusal
from kloppocar.api.permissions import OnlyStaff

from . import reads
from .call import Call
from .writes import server_decides

ANYONE, SIGNED_IN, STAFF = AllowAny, IsAuthenticated, OnlyStaff
PAGE = frozenset({"skip", "limit"})


@dataclass(frozen=True)
class Route:
    """`now` is where the same is to be had today, below /api/v1/; `query` is what its query may hold."""

    name: str
    method: str
    do: Callable[[Call], Any]
    now: str
    who: type[BasePermission] = ANYONE
    query: frozenset[str] = frozenset()

    @property
    def table(self) -> str:
        return self.name.partition("/")[0]


def one(name: str, *parameters: str, now: str, who: type[BasePermission] = ANYONE) -> Route:
    """Reads one row."""
    return Route(name, "GET", lambda call: reads.read_one(call, *parameters), now, who, frozenset(parameters))


def many(name: str, *parameters: str, now: str, who: type[BasePermission] = ANYONE) -> Route:
    """Reads a page of rows."""
    return Route(name, "GET", lambda call: reads.read_many(call, *parameters), now, who, PAGE | set(parameters))


def asks(name: str, do: Callable[[Call], Any], *parameters: str, now: str, who: type[BasePermission]) -> Route:
    """Reads what takes more than rows."""
    return Route(name, "GET", do, now, who, frozenset(parameters))


def does(name: str, do: Callable[[Call], Any], *parameters: str, now: str) -> Route:
    """Writes, by a flow of today; `parameters` are those of the query, which only deletions have."""
    return Route(name, method_of(name), do, now, SIGNED_IN, frozenset(parameters))


def decided(name: str, now: str) -> Route:
    """What the phone decided and now the server does: refused with 403."""

    def refuse(call: Call) -> Any:
        raise server_decides(now)

    return Route(name, method_of(name), refuse, now, SIGNED_IN, ANY)


def gone(name: str, now: str) -> Route:
    """What staff write elsewhere now: 410 for everybody, and where that is."""

    def refuse(call: Call) -> Any:
        extra = {"successor": f"/api/v1/{now}"}
        raise Refusal("gone", _("This old route is gone. The answer names its successor."), status=410, extra=extra)

    return Route(name, method_of(name), refuse, now, ANYONE, ANY)


ANY = frozenset({"*"})  # whatever the query holds is of no account
METHODS = {"create": "POST", "update": "PATCH", "delete": "DELETE", "get": "GET"}


def method_of(name: str) -> str:
    function = name.partition("/")[2]
    return next(method for word, method in METHODS.items() if function.startswith(word))


def staff_writes(table: str, now: str, *, deletes: bool = True) -> list[Route]:
    """The three writes that each table of the catalogue had."""
    names = [f"create{table}", f"update{table}By{table}Id", f"delete{table}By{table}Id"]
    return [gone(f"{table}/{name}", now) for name in (names if deletes else names[:2])]
