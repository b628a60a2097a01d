"""The API as pages, for developers: everybody locally, staff on a deployed stage."""

from django.conf import settings
from rest_framework import renderers

from .json import JSONRenderer
from .permissions import is_staff


class BrowsableAPIRenderer(renderers.BrowsableAPIRenderer):
    def render(self, data, accepted_media_type=None, renderer_context=None):
        request = renderer_context["request"]
        if settings.LOCAL or is_staff(request.user):
            return super().render(data, accepted_media_type, renderer_context)
        renderer_context["response"]["Content-Type"] = "application/json"
        return JSONRenderer().render(data, "application/json", renderer_context)
