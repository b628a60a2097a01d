"""Routes that answer with a file: whoever asks for its type alone gets it, and errors as JSON under its name."""

from typing import Any

from rest_framework.settings import api_settings

from .json import JSONRenderer


class CSVRenderer(JSONRenderer):
    media_type, format = "text/csv", "csv"


class PDFRenderer(JSONRenderer):
    media_type, format = "application/pdf", "pdf"


def renderers(*of_files: type[JSONRenderer]) -> list[Any]:
    return [*api_settings.DEFAULT_RENDERER_CLASSES, *of_files]
