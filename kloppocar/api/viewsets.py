"""What every viewset of ours does: strict parameters, narrow SQL, locked and versioned writes, honest caching."""

from typing import Any

from django.db import models, transaction
from django.utils.cache import patch_vary_headers
from rest_framework import mixins, serializers
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from .etag import etag_of, has_etag, is_named, refuse_if_moved_on
from .filters import refuse_unknown_parameters
from .pagination import total_order
from .serializers import PartsSerializer
from .throttling import headers_of


class ViewSet(GenericViewSet):
    """Refuses unknown parameters, and says who may keep the answer for how long."""

    lookup_value_regex = r"[0-9]{1,18}"
    extra_parameters: tuple[str, ...] = ()  # of an action, beyond those that every route takes
    is_public = False  # the same answer for everybody: anonymous GETs may be cached

    def initial(self, request, *args, **kwargs):
        super().initial(request, *args, **kwargs)
        refuse_unknown_parameters(self, request)

    def filter_queryset(self, queryset):
        return queryset if self.detail else narrowed(super().filter_queryset(queryset), self)

    def finalize_response(self, request, response, *args, **kwargs):
        response = super().finalize_response(request, response, *args, **kwargs)
        for name, value in headers_of(request).items():
            response[name] = value
        patch_vary_headers(response, ["Authorization", "Cookie", "Accept-Language"])
        may_keep = self.is_public and request.method in {"GET", "HEAD"} and response.status_code < 300
        if may_keep and not getattr(request.user, "is_authenticated", False):
            response["Cache-Control"] = "public, max-age=30"
        else:
            response["Cache-Control"] = "private, no-store"
        return response


def narrowed(queryset: models.QuerySet, view: Any) -> models.QuerySet:
    """Read only the columns that `?fields=`/`?omit=` leave, where they are plain columns."""
    if not {"fields", "omit"} & set(view.request.query_params):
        return queryset
    serializer = view.get_serializer()
    chosen = serializer.chosen or set()
    sources = {field.source for name, field in serializer.fields.items() if name in chosen}
    columns = {field.name for field in queryset.model._meta.concrete_fields}
    if queryset.query.select_related or not sources <= columns:
        return queryset
    order = {column.name for column in total_order(queryset)} & columns
    return queryset.only(*sources, *order, "id")


class RetrieveMixin(mixins.RetrieveModelMixin, ViewSet):
    """One row, with its `ETag`; 304 when the caller has it already."""

    def retrieve(self, request, *args, **kwargs):
        row = self.get_object()
        response = self.answer_with(row)
        if has_etag(row) and is_named(row, request.headers.get("If-None-Match", "")):
            response.status_code, response.data = 304, None
        return response

    def answer_with(self, row: Any, status: int = 200) -> Any:
        response = Response(self.get_serializer(row).data, status=status)
        if has_etag(row):
            response["ETag"] = etag_of(row)
        return response


class CreateMixin(mixins.CreateModelMixin, ViewSet):
    def create(self, request, *args, **kwargs):
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        with transaction.atomic():
            self.perform_create(serializer)
        return answer_fresh(self, serializer.instance, status=201)


class LockedWrites(ViewSet):
    """Reads the row to write under a lock, so that of two writers one waits, and `If-Match` cannot be fooled."""

    def filter_queryset(self, queryset):
        queryset = super().filter_queryset(queryset)
        connection = transaction.get_connection()
        if self.request.method not in {"PUT", "PATCH", "DELETE"} or not connection.in_atomic_block:
            return queryset
        return queryset.select_for_update(of=("self",) if connection.features.has_select_for_update_of else ())


class UpdateMixin(mixins.UpdateModelMixin, LockedWrites):
    """Writes the columns that were sent, unless the row moved on since the caller saw it."""

    @transaction.atomic
    def update(self, request, *args, **kwargs):
        partial = kwargs.pop("partial", False)
        row = self.get_object()
        refuse_if_moved_on(self, row, request)
        serializer = self.get_serializer(row, data=request.data, partial=partial)
        serializer.is_valid(raise_exception=True)
        self.perform_update(serializer)
        return answer_fresh(self, row)

    def perform_update(self, serializer):
        save_changed(serializer)


def answer_fresh(view: Any, row: Any, status: int = 200) -> Any:
    """The row as the next reader will see it, triggers' work included."""
    fresh = type(row)._base_manager.get(pk=row.pk)
    response = Response(view.get_serializer(fresh).data, status=status)
    if has_etag(fresh):
        response["ETag"] = etag_of(fresh)
    return response


def save_changed(serializer: serializers.BaseSerializer) -> None:
    """Write the columns that were sent, and no other."""
    row: Any = serializer.instance
    data: dict[str, Any] = dict(serializer.validated_data)
    parts = serializer.take_parts(data) if isinstance(serializer, PartsSerializer) else {}
    many = {
        name: data.pop(name) for name in list(data) if isinstance(row._meta.get_field(name), models.ManyToManyField)
    }
    for name, value in data.items():
        setattr(row, name, value)
    if data or parts or many:
        stamps = [name for name in ("updated_at", "version") if hasattr(row, name)]
        row.save(update_fields=[*data, *stamps])
    for name, value in many.items():
        getattr(row, name).set(value)
    if isinstance(serializer, PartsSerializer):
        serializer.write_parts(row, parts)


class DestroyMixin(mixins.DestroyModelMixin, LockedWrites):
    """Deletes the version that the caller saw, when they say which."""

    @transaction.atomic
    def destroy(self, request, *args, **kwargs):
        row = self.get_object()
        refuse_if_moved_on(self, row, request)
        self.perform_destroy(row)
        return Response(status=204)


class CrudViewSet(RetrieveMixin, mixins.ListModelMixin, CreateMixin, UpdateMixin, DestroyMixin, ViewSet):
    """The whole of create, read, update and delete; a viewset of ours adds who, what and in which order."""
