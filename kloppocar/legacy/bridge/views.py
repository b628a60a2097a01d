"""The one view behind every old route: who may, what the query may hold, and what every answer says beside the rows."""

from datetime import UTC, datetime, time
from typing import Any

from django.conf import settings
from django.http import Http404
from django.urls import get_script_prefix
from django.utils.http import http_date, urlencode
from django.utils.translation import gettext as _
from rest_framework.exceptions import MethodNotAllowed

from kloppocar.api.json import JSONParser, JSONRenderer
from kloppocar.api.viewsets import ViewSet
from users.authentication import BearerAuthentication

from . import parameters
from .call import Call
from .route import ANY
from .table import ROUTES

DEPRECATED_AT = datetime(2026, 11, 25, tzinfo=UTC)  # since /api/v1/ is there


class BridgeView(ViewSet):
    """A token counts and no session, so nothing can be forged from another site."""

    schema = None
    authentication_classes = [BearerAuthentication]
    parser_classes = [JSONParser]
    renderer_classes = [JSONRenderer]
    route: Any = None

    def initialize_request(self, request, *args, **kwargs):
        self.route = ROUTES.get(kwargs["name"])
        if self.route:
            request.resolver_match.view_name = f"legacy:{self.route.name}"  # for the log
        return super().initialize_request(request, *args, **kwargs)

    def perform_content_negotiation(self, request, force=False):
        """JSON, whatever is asked for."""
        renderer = self.get_renderers()[0]
        return renderer, renderer.media_type

    def get_permissions(self):
        return [self.route.who()] if self.route else []

    def initial(self, request, *args, **kwargs):
        if self.route is None:
            raise Http404
        if request.method not in self.allowed_methods:
            raise MethodNotAllowed(request.method)
        is_any = self.route.query == ANY
        self.extra_parameters = tuple(request.query_params) if is_any else tuple(self.route.query)
        super().initial(request, *args, **kwargs)
        for name in () if is_any else ("fields", "omit", "format"):  # which the new API knows
            if name in request.query_params:
                raise parameters.refuse(name, _("This parameter is not known here."), "unknown_parameter")

    @property
    def allowed_methods(self):
        method = self.route.method if self.route else ""
        return ["GET", "HEAD", "OPTIONS"] if method == "GET" else [method, "OPTIONS"]

    def answer(self, request, name):
        return self.route.do(Call(request, self.route.table))

    def options(self, request, *args, **kwargs):
        raise MethodNotAllowed(request.method)

    def handle_exception(self, exc):
        """The usual shape, and the sentence once more where an old client looks for a text."""
        response = super().handle_exception(exc)
        if isinstance(response.data, dict) and response.data.get("errors"):
            response.data = {"message": response.data["errors"][0]["detail"], **response.data}
        return response

    def finalize_response(self, request, response, *args, **kwargs):
        response = super().finalize_response(request, response, *args, **kwargs)
        if self.route is None:
            return response
        links = [f'<{get_script_prefix()}api/v1/{self.route.now}>; rel="successor-version"']
        if (skip := getattr(response, "next_skip", None)) is not None:
            query = request.GET.dict() | {"skip": skip}
            links.append(f'<{get_script_prefix()}{self.route.name}?{urlencode(query)}>; rel="next"')
        response["Link"] = ", ".join(links)
        response["Deprecation"] = f"@{int(DEPRECATED_AT.timestamp())}"
        if settings.LEGACY_SUNSET:
            end = datetime.combine(settings.LEGACY_SUNSET, time.max, UTC)
            response["Sunset"] = http_date(end.timestamp())
        return response
