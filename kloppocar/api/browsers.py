"""Middleware that only browsers need. A request to the API that brings no cookie and wants no page passes it by."""

from typing import Any

from corsheaders.middleware import CorsMiddleware as Cors
from django.contrib.auth import middleware as auth
from django.contrib.messages import middleware as messages
from django.contrib.sessions import middleware as sessions
from django.http import HttpRequest
from django.middleware import clickjacking, csrf, security
from django.utils.cache import patch_vary_headers


def is_of_an_app(request: HttpRequest) -> bool:
    """A phone's, not a browser's: without a cookie there is no session, and nothing that could be forged or framed."""
    meta = request.META
    is_api = request.path_info.startswith("/api/v1/")
    return is_api and "HTTP_COOKIE" not in meta and "text/html" not in meta.get("HTTP_ACCEPT", "")


class ForBrowsers:
    """Put in front of one of Django's middleware classes."""

    get_response: Any

    def __call__(self, request: HttpRequest) -> Any:
        if is_of_an_app(request):
            return self.get_response(request)
        return super().__call__(request)  # type: ignore[misc]


# Scripts come from us alone, and none stands inside a page; pictures may come from wherever media are kept.
POLICY = (
    "default-src 'self'; img-src 'self' https: data:; style-src 'self' 'unsafe-inline'; object-src 'none';"
    " base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)


class SecurityMiddleware(security.SecurityMiddleware):
    """To an app: the whole of HTTPS, and no guessing of types. What else there is speaks of pages."""

    def process_response(self, request, response):
        if not is_of_an_app(request):
            response.headers.setdefault("Content-Security-Policy", POLICY)
            return super().process_response(request, response)
        if self.sts_seconds and request.is_secure():
            response["Strict-Transport-Security"] = f"max-age={self.sts_seconds}; includeSubDomains; preload"
        response["X-Content-Type-Options"] = "nosniff"
        return response


class SessionMiddleware(ForBrowsers, sessions.SessionMiddleware):
    pass


class CsrfViewMiddleware(ForBrowsers, csrf.CsrfViewMiddleware):
    def process_view(self, request, callback, callback_args, callback_kwargs):
        if is_of_an_app(request):
            return None
        return super().process_view(request, callback, callback_args, callback_kwargs)


class AuthenticationMiddleware(ForBrowsers, auth.AuthenticationMiddleware):
    pass


class MessageMiddleware(ForBrowsers, messages.MessageMiddleware):
    pass


class XFrameOptionsMiddleware(ForBrowsers, clickjacking.XFrameOptionsMiddleware):
    pass


class CorsMiddleware(Cors):
    """Without an `Origin` there is nothing to decide, but caches are still told that answers differ by it."""

    def __call__(self, request: HttpRequest) -> Any:
        if "HTTP_ORIGIN" in request.META:
            return super().__call__(request)
        response = self.get_response(request)
        patch_vary_headers(response, ("origin",))  # type: ignore[arg-type]
        return response
