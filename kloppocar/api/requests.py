"""Every request: an id in the answer, and one JSON line in the log. Neither holds a token, a code or an e-mail."""

import gc
import json
import logging
import re
import time
import traceback
import uuid
from collections.abc import Callable
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.db import connections
from django.http import HttpRequest, HttpResponse

from .permissions import is_staff

log = logging.getLogger("kloppocar.request")
request_id: ContextVar[str] = ContextVar("request_id", default="")
is_request_id = re.compile(r"[A-Za-z0-9_.=:-]{8,64}").fullmatch


class JSONFormatter(logging.Formatter):
    """One JSON object a line, so that nothing that a client sends can forge a second line."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            "request_id": request_id.get(),
            **getattr(record, "fields", {}),
        }
        if record.exc_info:
            line["traceback"] = "".join(traceback.format_exception(*record.exc_info))
        return json.dumps(line, ensure_ascii=True)


class QueryCounter:
    """Counts statements on every connection while a request runs, and the seconds that they were waited for."""

    def __init__(self) -> None:
        self.count, self.seconds = 0, 0.0

    def __call__(self, execute: Callable, sql: str, params: Any, many: bool, context: dict) -> Any:
        self.count += 1
        started = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            self.seconds += time.perf_counter() - started


def server_timing(counter: QueryCounter, milliseconds: float) -> str:
    """What a browser's developer tools draw beside the request, and `curl -i` shows."""
    statements = f"{counter.count} statement{'' if counter.count == 1 else 's'}"
    return f'db;dur={counter.seconds * 1000:.1f};desc="{statements}", total;dur={milliseconds:.1f}'


def show_timing(response: HttpResponse, timing: str) -> None:
    """Also to the scripts of an origin that may read the answer at all."""
    response["Server-Timing"] = timing
    if origin := response.get("Access-Control-Allow-Origin"):
        response["Timing-Allow-Origin"] = origin


def ids_on_lambda(request: HttpRequest) -> dict[str, Any]:
    """What API Gateway and Lambda call this request in their own logs; nothing elsewhere."""
    if "lambda.event" not in request.META:
        return {}
    gateway = request.META["lambda.event"].get("requestContext") or {}
    context = request.META.get("lambda.context")
    return {
        "gateway_request_id": gateway.get("requestId"),
        "lambda_request_id": getattr(context, "aws_request_id", None),
    }


def rest_while_starting() -> None:
    """Nothing that a start loads is garbage, and the collector would look at all of it several times: a sixth of a cold
    start. A process has started once it has frozen what it loaded: Zappa comes here anew for every command it runs.
    """
    if not settings.LOCAL and not gc.get_freeze_count():
        gc.disable()


def keep_what_is_loaded() -> None:
    """Modules and all that the first request has made stay anyway: the garbage collector need not walk through them
    again and again, which now and then would make one request wait for all others' sake.
    """
    if not settings.LOCAL:
        gc.freeze()
        gc.enable()


class RequestMiddleware:
    """Outermost: gives each request its id and logs its route, never its path or query."""

    is_cold = True  # until the first request of this process is answered

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        rest_while_starting()

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.META.get("HTTP_X_REQUEST_ID", "")
        token = request_id.set(given if is_request_id(given) else uuid.uuid4().hex)
        started, counter = time.perf_counter(), QueryCounter()
        wrappers = [connection.execute_wrappers for connection in connections.all()]
        for wrapper in wrappers:
            wrapper.append(counter)
        try:
            response = self.get_response(request)
            response["X-Request-ID"] = request_id.get()
            milliseconds = (time.perf_counter() - started) * 1000
            if settings.LOCAL or is_staff(getattr(request, "user", None)):  # how long others' rows took is not for all
                show_timing(response, server_timing(counter, milliseconds))
            self.log(request, response, milliseconds=milliseconds, counter=counter)
            return response
        finally:
            for wrapper in wrappers:
                wrapper.remove(counter)
            request_id.reset(token)
            if self.is_cold:
                self.is_cold = False
                keep_what_is_loaded()

    def log(self, request: HttpRequest, response: HttpResponse, *, milliseconds: float, counter: QueryCounter) -> None:
        match = request.resolver_match
        user = getattr(request, "user", None)
        fields = {
            "method": request.method,
            "route": (match.view_name or match.route) if match else None,
            "status": response.status_code,
            "ms": round(milliseconds, 1),
            "queries": counter.count,
            "db_ms": round(counter.seconds * 1000, 1),
            "user_id": getattr(user, "pk", None),
            "cold": self.is_cold,
            **ids_on_lambda(request),
        }
        log.info("%s %s %s", request.method, fields["route"], response.status_code, extra={"fields": fields})
