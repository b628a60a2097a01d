"""The admin site: speaks the person's language, and begins with how campaigns are doing."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.http import HttpResponseBase
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from kloppocar.api.localized import spoken_language

from .dashboard import dashboard


class Site(admin.AdminSite):
    site_header = site_title = "Kloppocar"
    index_title = _("Overview")
    enable_nav_sidebar = False

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        return speaking(super().admin_view(view, cacheable))

    def login(self, request: Any, extra_context: Any = None) -> Any:
        return speaking(super().login)(request, extra_context)

    def index(self, request: Any, extra_context: Any = None) -> Any:
        """The dashboard is for whoever may see campaigns."""
        may_see = request.user.has_perm("collectibles.view_distribution")
        shown = {"dashboard": dashboard()} if may_see else {}
        return super().index(request, (extra_context or {}) | shown)


def speaking(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """The whole page in one language, templates included, which Django would fill in later."""

    @wraps(view)
    def page(request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        with translation.override(language_of(request)):
            response: Any = view(request, *args, **kwargs)
            if hasattr(response, "render") and not response.is_rendered:
                response.render()
        return response

    return page


def language_of(request: Any) -> str:
    """The person's own language when they have one, else what their browser asks for."""
    own = getattr(request.user, "language", "")
    return own if own in settings.CONTENT_LANGUAGES else spoken_language(request)
