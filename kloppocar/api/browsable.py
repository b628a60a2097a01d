"""The API as pages, for developers: everybody locally, staff on a deployed stage."""

from django.conf import settings
from rest_framework import renderers
from rest_framework.metadata import SimpleMetadata

from .json import JSONRenderer
from .permissions import is_staff


class BrowsableAPIRenderer(renderers.BrowsableAPIRenderer):
    def render(self, data, accepted_media_type=None, renderer_context=None):
        request = renderer_context["request"]
        if settings.LOCAL or is_staff(request.user):
            return super().render(data, accepted_media_type, renderer_context)
        renderer_context["response"]["Content-Type"] = "application/json"
        return JSONRenderer().render(data, "application/json", renderer_context)


class Metadata(SimpleMetadata):
    """What OPTIONS answers."""

    def determine_actions(self, request, view):
        """DRF looks a row up wherever PUT is offered; `users/me/picture/` has none with a key."""
        is_keyless = (view.lookup_url_kwarg or view.lookup_field) not in view.kwargs
        return {} if "PUT" in view.allowed_methods and is_keyless else super().determine_actions(request, view)
