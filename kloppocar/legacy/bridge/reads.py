"""What the old routes read: one row, or a page of rows as a bare list."""

import contextlib
import itertools
import operator
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import orjson
from django.db import connections
from django.db.models import QuerySet
from django.http import Http404
from rest_framework.response import Response

from collectibles.models import DistributionCode
from collectibles.services.redemption import parse
from kloppocar.api.rows.clauses import clauses_of
from kloppocar.api.rows.statement import is_led_by_its_table
from kloppocar.api.throttling import Guesses, counting

from . import parameters, sealed
from .call import Call
from .rows import SOURCES, Source
from .shapes.collecting import MISSION_TYPES

MOST_BYTES = 5_000_000  # a gateway passes on six


def found(call: Call, names: tuple[str, ...], table: str = "") -> QuerySet:
    """The rows of a table that the caller may see, narrowed by these parameters."""
    source = SOURCES[table or call.table]
    rows = source.rows(call.user)
    for name in names:
        rows = source.finds[name](rows, name, call.value(name), call.request)
    return rows


def shown(call: Call, rows: QuerySet, table: str = "") -> list[dict[str, Any]]:
    """These rows as an old client knows them."""
    source = SOURCES[table or call.table]
    page = source.shape.rows(rows.values(*source.shape.columns))
    if source.finish:
        source.finish(page, call.request)
    return page


def row(call: Call, rows: QuerySet, table: str = "") -> dict[str, Any]:
    """The first of them."""
    order = SOURCES[table or call.table].order
    if not (page := shown(call, rows.order_by(*order)[:1], table)):
        raise Http404
    return page[0]


def read_one(call: Call, *names: str) -> Response:
    return Response(row(call, found(call, names)))


def read_many(call: Call, *names: str) -> Response:
    """A page; `Link: rel="next"` where there is more. It ends early before it grows too large for the gateway."""
    skip, limit = parameters.page(call.request.query_params)
    source = SOURCES[call.table]
    read = page_of(source, found(call, names), skip, skip + limit + 1)
    page = read[:limit]
    if source.finish:
        source.finish(page, call.request)
    given = bounded(page)
    response = Response(given)
    if given and len(given) < len(read):
        response.next_skip = skip + len(given)  # type: ignore[attr-defined]
    return response


def page_of(source: Source, rows: QuerySet, start: int, end: int) -> list[dict[str, Any]]:
    """These of the rows in the list's order, a statement a part: each part has an index that the whole has not."""
    columns = list(dict.fromkeys([*source.shape.columns, *(name.removeprefix("-") for name in source.order)]))
    parts = source.parts(rows)
    if len(parts) == 1:
        with led(rows):
            return source.shape.rows(rows.values(*columns).order_by(*source.order)[start:end])
    read = [row for part in parts for row in part.values(*columns).order_by(*source.order)[:end]]
    for name in reversed(source.order):
        read.sort(key=operator.itemgetter(name.removeprefix("-")), reverse=name.startswith("-"))
    return source.shape.rows(read[start:end])


def led(rows: QuerySet) -> AbstractContextManager[Any]:
    """The list's own table is read first, in its order, as on the fast read path: see `is_led_by_its_table`."""
    connection = connections[rows.db]
    if connection.vendor != "mysql" or not is_led_by_its_table(rows, clauses_of(rows)):
        return contextlib.nullcontext()
    return connection.execute_wrapper(lead)


def lead(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
    return execute(sql.replace("SELECT ", "SELECT STRAIGHT_JOIN ", 1), params, many, context)


def bounded(page: list[dict[str, Any]]) -> list[Any]:
    """As many of the rows as an answer has room for, but at least one."""
    pieces = [orjson.Fragment(orjson.dumps(each, option=orjson.OPT_UTC_Z)) for each in page]
    sizes = itertools.accumulate(len(orjson.dumps(piece)) + 1 for piece in pieces)
    return [
        piece for place, (piece, size) in enumerate(zip(pieces, sizes, strict=True)) if size <= MOST_BYTES or not place
    ]


def read_code(call: Call) -> Response:
    """A code by what was scanned. One that nobody knows is a wrong guess, as in a redemption."""
    typed, guesses = str(call.value("code")), Guesses("code", call.request)
    code = parse(typed)
    with counting(guesses):
        guesses.refuse_when_spent()
        page = shown(call, DistributionCode.objects.filter(code=code))
        if not page:
            raise sealed.unknown()
    return Response(page[0])


NAMES = {1: "collect a set", 2: "sign up", 3: "collect many"}


def mission_type(pk: int) -> dict[str, Any]:
    return {"missionTypeId": pk, "name": NAMES[pk], "description": None, "createdDt": None, "updatedDt": None}


def read_mission_type(call: Call) -> Response:
    if (pk := call.number("missionTypeId")) not in NAMES:
        raise Http404
    return Response(mission_type(pk))


def read_mission_types(call: Call) -> Response:
    skip, limit = parameters.page(call.request.query_params)
    return Response([mission_type(pk) for pk in sorted(MISSION_TYPES.values())[skip : skip + limit]])
