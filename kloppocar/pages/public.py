"""Pages for anybody: written here, in the reader's language, readable without a script.

A view of these returns a `Page`. Whatever goes wrong has a page in the same dress: nothing there (404), too much asked
(429), a database that is away (503).
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import wraps
from typing import Any

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe
from rest_framework.exceptions import Throttled

from kloppocar.api import replica
from kloppocar.api.errors import RETRY_AFTER, TROUBLE
from kloppocar.api.links import public_address
from kloppocar.api.localized import speak, spoken_language
from kloppocar.api.throttling import GeneralBudget, headers_of

from .words import minutes

log = logging.getLogger(__name__)


@dataclass
class Page:
    """What a view shows. A page that is the same for everybody may be kept for half a minute, as the API's rows are."""

    template: str
    context: dict[str, Any] = field(default_factory=dict)
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    is_same_for_everybody: bool = False


View = Callable[..., Page]


def public_page(*, may_be_old: bool) -> Callable[[View], Callable[..., HttpResponse]]:
    """GET and HEAD of a page; `may_be_old` lets strangers read a replica, where there is one."""

    def decorate(view: View) -> Callable[..., HttpResponse]:
        @require_safe
        @wraps(view)
        def answer(request: HttpRequest, **named: Any) -> HttpResponse:
            speak(spoken_language(request))
            try:
                return written(careful(view, request, named, may_be_old=may_be_old), request)
            finally:
                translation.deactivate()
                replica.leave()

        return answer

    return decorate


def careful(view: View, request: HttpRequest, named: dict[str, Any], *, may_be_old: bool) -> Page:
    """The view's page, or the one that says what is in the way."""
    try:
        refuse_a_flood(request)
        page = read(view, request, named, may_be_old=may_be_old)
        page.is_same_for_everybody &= not request.user.is_authenticated
        return page
    except Http404:
        return Page("pages/missing.html", status=404)
    except Throttled as refusal:
        return too_much(refusal)
    except (OperationalError, InterfaceError) as error:
        number = error.args[0] if error.args else None
        log.error("the database is unavailable: %s", number, exc_info=None if number in TROUBLE else error)
        return Page("pages/away.html", status=503, headers={"Retry-After": str(RETRY_AFTER)})


def refuse_a_flood(request: HttpRequest) -> None:
    """Pages spend the same generous budget as the API's routes."""
    budget = GeneralBudget()
    if not budget.allow_request(request, None):
        raise Throttled(budget.wait())


def too_much(refusal: Throttled, template: str = "pages/too_much.html", **context: Any) -> Page:
    wait = int(getattr(refusal, "wait", None) or RETRY_AFTER)
    return Page(template, {"minutes": minutes(wait), **context}, 429, {"Retry-After": str(wait)})


def read(view: View, request: HttpRequest, named: dict[str, Any], *, may_be_old: bool) -> Page:
    """A replica that fails costs nobody a page."""
    if may_be_old and not request.user.is_authenticated:
        replica.use()
    try:
        return view(request, **named)
    except (OperationalError, InterfaceError) as error:
        if not replica.leave():
            raise
        page = view(request, **named)
        replica.note_outage(error)
        return page


@public_page(may_be_old=False)
def nothing_here(request: HttpRequest) -> Page:
    raise Http404


def astray(request: HttpRequest) -> HttpResponse:
    """What no page answers, below the first words of ours: one slash too many leads on, the rest is nothing."""
    if request.path.endswith("/") and request.path_info.count("/") > 2:
        query = request.META.get("QUERY_STRING", "")
        return HttpResponseRedirect(request.path.rstrip("/") + (f"?{query}" if query else ""))
    return nothing_here(request)


def written(page: Page, request: HttpRequest) -> HttpResponse:
    body = render_to_string(page.template, frame(request) | page.context)
    response = HttpResponse(body, status=page.status, headers=headers_of(request) | page.headers)
    response["Content-Length"] = str(len(response.content))
    response["Cache-Control"] = "public, max-age=30" if page.is_same_for_everybody else "private, no-store"
    patch_vary_headers(response, ["Accept-Language", "Cookie"])
    if page.status == 503:
        response._has_been_logged = True  # type: ignore[attr-defined] # which Django asks before it logs a 5xx
    if request.method == "HEAD":
        response.content = b""
    return response


def frame(request: HttpRequest) -> dict[str, Any]:
    """What every page knows. `lang` goes on to the pages that it links, if it was asked for."""
    language, address = spoken_language(request), public_address(request)
    return {
        "language": language,
        "languages": [(code, name_of(code)) for code in settings.CONTENT_LANGUAGES],
        "lang": f"?lang={language}" if "lang" in request.GET else "",
        "here": f"{address}{request.path_info}",
        "share_picture": f"{address}{settings.STATIC_URL}pages/share.png",
    }


def name_of(language: str) -> str:
    """What those who speak it call it."""
    try:
        return str(translation.get_language_info(language)["name_local"]).capitalize()
    except KeyError:
        return language
