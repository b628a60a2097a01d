"""Coverage, and the table of texts out and in: for staff."""

from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema_serializer
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import PermissionDenied
from rest_framework.parsers import BaseParser, MultiPartParser
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.response import Response
from rest_framework.settings import api_settings

from kloppocar.api.documented import extend_schema
from kloppocar.api.json import JSONRenderer
from kloppocar.api.viewsets import ViewSet

from . import table
from .coverage import coverage
from .registry import localized_models, models_for
from .taking import take


class CSVParser(BaseParser):
    """The table as the body itself."""

    media_type = "text/csv"

    def parse(self, stream, media_type=None, parser_context=None):
        return {"file": ContentFile(stream.body if hasattr(stream, "body") else stream.read(), "table.csv")}


class CSVRenderer(JSONRenderer):
    """For whoever asks for CSV and nothing else; what it renders are errors."""

    media_type = "text/csv"
    format = "csv"


class UploadSerializer(serializers.Serializer):
    file = serializers.FileField(max_length=200)


class WantedSerializer(serializers.Serializer):
    """Which texts; without any parameter all."""

    model = serializers.ChoiceField(choices=[], required=False, help_text="Only this model, like catalog.collection.")
    missing = serializers.ChoiceField(choices=[], required=False, help_text="Only texts that lack this language.")

    def get_fields(self):
        fields: Any = super().get_fields()
        fields["model"].choices = list(localized_models())
        fields["missing"].choices = list(settings.CONTENT_LANGUAGES)
        return fields


class WaySerializer(serializers.Serializer):
    dry_run = serializers.BooleanField(default=False, help_text="Only say what would happen.")


class CoverageOfModelSerializer(serializers.Serializer):
    model = serializers.CharField()
    rows = serializers.IntegerField()
    missing = serializers.DictField(child=serializers.IntegerField(), help_text="Rows that lack a language somewhere.")
    fields_ = serializers.DictField(child=serializers.DictField(child=serializers.IntegerField()))

    def get_fields(self):
        fields = super().get_fields()
        fields["fields"] = fields.pop("fields_")
        return fields


@extend_schema_serializer(many=False)
class CoverageSerializer(serializers.Serializer):
    languages = serializers.ListField(child=serializers.CharField())
    models = CoverageOfModelSerializer(many=True)


class ChangeSerializer(serializers.Serializer):
    line = serializers.IntegerField(help_text="As a spreadsheet counts: the header is 1.")
    model = serializers.CharField()
    id = serializers.IntegerField()
    field = serializers.CharField()
    languages = serializers.ListField(child=serializers.CharField())


class ProblemSerializer(serializers.Serializer):
    line = serializers.IntegerField()
    model = serializers.CharField()
    id = serializers.IntegerField()
    field = serializers.CharField()
    code = serializers.CharField()
    detail = serializers.CharField()


class ReportSerializer(serializers.Serializer):
    """`unchanged` lines say what is there already; an empty cell removes nothing."""

    dry_run = serializers.BooleanField()
    lines = serializers.IntegerField()
    changed = serializers.IntegerField()
    unchanged = serializers.IntegerField()
    changes = ChangeSerializer(many=True)
    problems = ProblemSerializer(many=True)


class StaffWithTextsOfTheirs(BasePermission):
    """Whoever may view texts of any model, or change them; of which models is asked again where it matters."""

    def has_permission(self, request, view):
        return bool(models_for(request.user, "view" if request.method in SAFE_METHODS else "change"))


class LocalisationViewSet(ViewSet):
    """What is missing in which language, model by model."""

    serializer_class = CoverageSerializer
    permission_classes = [StaffWithTextsOfTheirs]
    pagination_class = None

    @extend_schema(operation_id="localisation_coverage", responses=CoverageSerializer, filters=False)
    def list(self, request):
        """What is missing in which language, model by model. Of those models that the caller may view."""
        seen = models_for(request.user, "view")
        return Response({"languages": settings.CONTENT_LANGUAGES, "models": coverage(seen)})

    @extend_schema(
        parameters=[WantedSerializer], responses={(200, "text/csv"): OpenApiTypes.BINARY}, filters=False, request=None
    )
    @action(
        detail=False,
        url_path="csv",
        url_name="csv",
        parser_classes=[CSVParser, MultiPartParser],
        renderer_classes=[*api_settings.DEFAULT_RENDERER_CLASSES, CSVRenderer],
        extra_parameters=("model", "missing", "dry_run"),
    )
    def table(self, request):
        """All texts as CSV, a line each, to be translated. Of those models that the caller may view.

        A gateway passes on 6 MB: see `model` and `missing`.
        """
        wanted = valid(WantedSerializer(data=request.query_params.dict()))
        seen = models_for(request.user, "view")
        models = [wanted["model"]] if "model" in wanted else [*seen]
        if not set(models) <= set(seen):
            raise PermissionDenied
        lines = table.written(models, wanted.get("missing"))
        response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = 'attachment; filename="texts.csv"'
        return response

    @extend_schema(
        parameters=[WaySerializer],
        request={"text/csv": OpenApiTypes.BINARY, "multipart/form-data": UploadSerializer},
        responses={
            200: ReportSerializer,
            400: OpenApiResponse(description="Nothing was written; `extra` says why."),
        },
    )
    @table.mapping.post
    def take_table(self, request):
        """Take a filled table back, all of it or nothing; but rows that moved on are reported and stay as they are.

        A line of a model whose rows the caller may not change is wrong. A body of `text/csv` may be 1 MiB long, an
        uploaded file 4 MiB.
        """
        way = valid(WaySerializer(data=request.query_params.dict()))
        file = valid(UploadSerializer(data=request.data))["file"]
        return Response(take(file.read(table.BYTES + 1), dry_run=way["dry_run"], actor=request.user))


def valid(serializer: Any) -> Any:
    serializer.is_valid(raise_exception=True)
    return serializer.validated_data
