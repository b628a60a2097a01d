"""Which form an answer takes: JSON at once for whoever asks for it, or for nothing in particular."""

from rest_framework.negotiation import DefaultContentNegotiation


class ContentNegotiation(DefaultContentNegotiation):
    def select_renderer(self, request, renderers, format_suffix=None):
        first = renderers[0]
        if request.META.get("HTTP_ACCEPT", "*/*") in {"*/*", first.media_type} and not format_suffix:
            return first, first.media_type
        return super().select_renderer(request, renderers, format_suffix)
