"""Every error in one shape: `{"type", "errors": [{"code", "detail", "attr"}]}`, and `extra` where it helps."""

import logging
import sys
from typing import Any

from django.core.exceptions import BadRequest, RequestDataTooBig, SuspiciousOperation
from django.db import IntegrityError, InterfaceError, OperationalError
from django.db.models import ProtectedError, RestrictedError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views import defaults
from django.views.csrf import csrf_failure as django_csrf_failure
from drf_standardized_errors import formatter, handler
from rest_framework.exceptions import APIException, ErrorDetail

log = logging.getLogger(__name__)

SIGNALLED = 1644  # MySQL: a trigger refused
# What a server in trouble says, by its and the client's numbers: no connection or room left, going down or gone, killed
# or interrupted, read-only while another takes over, waited too long.
TROUBLE = {0, 1021, 1040, 1053, 1114, 1203, 1205, 1213, 1226, 1290, 1317, 1836, 1927, 1969, 3024}
TROUBLE |= {2002, 2003, 2006, 2013, 2055}
RETRY_AFTER = 2  # seconds; what a 503 of the database asks for


class Refusal(APIException):
    """A flow says no: a code that a program can act on, a sentence for a person, and what would help."""

    def __init__(
        self, code: str, detail: str, *, status: int, extra: dict[str, Any] | None = None, wait: int | None = None
    ) -> None:
        self.status_code = status
        self.detail = ErrorDetail(detail, code)
        self.code = code
        self.extra = extra
        self.about: Any = None  # what a flow counts it by
        if wait is not None:
            self.wait = wait


def unavailable() -> Refusal:
    """The database cannot be reached, or cannot do this right now."""
    return Refusal("database_unavailable", _("Please try again in a moment."), status=503, wait=RETRY_AFTER)


KNOWN: list[tuple[type[Exception] | tuple[type[Exception], ...], Any]] = [
    (RequestDataTooBig, lambda: Refusal("too_large", _("The body is larger than 1 MiB."), status=413)),
    ((SuspiciousOperation, BadRequest), lambda: Refusal("bad_request", _("This request is malformed."), status=400)),
    (
        (ProtectedError, RestrictedError),
        lambda: Refusal("in_use", _("Other rows stand on this one, so it cannot be deleted."), status=409),
    ),
    (
        IntegrityError,
        lambda: Refusal("conflict", _("This breaks a rule of the database, or somebody was quicker."), status=409),
    ),
    ((OperationalError, InterfaceError), unavailable),
]


class ExceptionHandler(handler.ExceptionHandler):
    """Gives the database's and Django's own errors a status and a code."""

    def convert_known_exceptions(self, exc):
        if isinstance(exc, OperationalError) and exc.args[:1] == (SIGNALLED,):
            exc = IntegrityError(*exc.args)
        for kinds, refusal in KNOWN:
            if isinstance(exc, kinds):
                return refusal()
        return super().convert_known_exceptions(exc)

    def report_exception(self, exc, response):
        """A database in trouble is a line in the log, not a traceback for every request."""
        number = self.exc.args[0] if self.exc.args else None
        if isinstance(self.exc, (OperationalError, InterfaceError)) and number in TROUBLE:
            log.error("the database is unavailable: %s", number, extra={"fields": {"number": number}})
            response._has_been_logged = True  # which Django asks before it logs a 5xx
        else:
            super().report_exception(exc, response)


def exception_handler(exc, context):
    """What DRF calls."""
    return ExceptionHandler(exc, context).run()


class ExceptionFormatter(formatter.ExceptionFormatter):
    """drf-standardized-errors' shape, with a refusal's `extra` beside it."""

    def format_error_response(self, error_response):
        body = super().format_error_response(error_response)
        extra = getattr(self.exc, "extra", None)
        return body | {"extra": extra} if extra else body


# --- Answers outside the API's views: middleware, routing, a crash ----------------------------------------------


def wants_json(request: HttpRequest) -> bool:
    """Under /api/ and /health/ always; elsewhere when HTML is not asked for."""
    return request.path.startswith(("/api/", "/health/")) or "text/html" not in request.headers.get("Accept", "")


def answer(status: int, code: str, detail: str) -> JsonResponse:
    """An error in the API's shape."""
    kind = "client_error" if status < 500 else "server_error"
    response = JsonResponse({"type": kind, "errors": [{"code": code, "detail": detail, "attr": None}]}, status=status)
    if status == 503:
        response["Retry-After"] = str(RETRY_AFTER)
    return response


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if isinstance(exception, RequestDataTooBig):
        return answer(413, "too_large", "The body is larger than 1 MiB.")
    if wants_json(request):
        return answer(400, "bad_request", "This request is malformed.")
    return defaults.bad_request(request, exception)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    if wants_json(request):
        return answer(403, "permission_denied", "You may not do this.")
    return defaults.permission_denied(request, exception)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    if wants_json(request):
        return answer(404, "not_found", "There is nothing here.")
    return defaults.page_not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    if isinstance(sys.exception(), (OperationalError, InterfaceError)):
        return database_unavailable(request)
    if wants_json(request):
        return answer(500, "error", "Something broke on our side.")
    return defaults.server_error(request)


def database_unavailable(request: HttpRequest) -> HttpResponse:
    if wants_json(request):
        return answer(503, "database_unavailable", _("Please try again in a moment."))
    text, headers = _("Please try again in a moment."), {"Retry-After": str(RETRY_AFTER)}
    return HttpResponse(text, status=503, content_type="text/plain", headers=headers)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    if wants_json(request):
        return answer(403, "csrf_failed", "The CSRF token is missing or wrong.")
    return django_csrf_failure(request, reason=reason)
