"""Routes found by their first word, so that the last is found as quickly as the first; some loaded when asked for."""

from collections.abc import Callable
from functools import cache, cached_property
from typing import Any

from django.urls import URLResolver
from django.urls.resolvers import RoutePattern
from django.utils.module_loading import import_string
from django.views.decorators.csrf import csrf_exempt
from rest_framework.permissions import AllowAny
from rest_framework.routers import DefaultRouter


class Router(DefaultRouter):
    """DRF's router; its root lists the routes to anybody, and no format suffixes."""

    include_format_suffixes = False

    def get_api_root_view(self, api_urls=None):
        view: Any = super().get_api_root_view(api_urls)
        view.cls.permission_classes = [AllowAny]
        view.cls.__doc__ = "Everything that this API holds. Documentation: /api/docs/"
        return view


class LazyResolver(URLResolver):
    """Routes of a namespace that are imported when one of them is asked for first."""

    def __init__(self, prefix: str, load: Callable[[], list[Any]], name: str) -> None:
        super().__init__(RoutePattern(prefix, is_endpoint=False), [], app_name=name, namespace=name)
        self.load = load

    @cached_property
    def url_patterns(self) -> list[Any]:
        return self.load()


def lazy_view(path: str, **options: Any) -> Callable[..., Any]:
    """A view, of a class or a function, that is imported when it is asked for first."""

    @cache
    def loaded() -> Any:
        found = import_string(path)
        return found.as_view(**options) if hasattr(found, "as_view") else found

    def view(request: Any, *args: Any, **kwargs: Any) -> Any:
        return loaded()(request, *args, **kwargs)

    return csrf_exempt(view)  # as DRF's own views are


class FirstWordResolver(URLResolver):
    """What `path(prefix, include(routes))` makes, but a path is only compared with routes that begin with its word."""

    def __init__(self, prefix: str, routes: list[Any]) -> None:
        super().__init__(RoutePattern(prefix, is_endpoint=False), routes)
        self.prefix = prefix

    @cached_property
    def by_word(self) -> dict[str, URLResolver]:
        words: dict[str, list[Any]] = {}
        for route in self.url_patterns:
            words.setdefault(str(route.pattern).removeprefix("^").partition("/")[0], []).append(route)
        return {word: URLResolver(self.pattern, routes) for word, routes in words.items()}

    def resolve(self, path: str) -> Any:
        word = path.removeprefix(self.prefix).partition("/")[0]
        found = self.by_word.get(word) if path.startswith(self.prefix) else None
        return found.resolve(path) if found else super().resolve(path)
