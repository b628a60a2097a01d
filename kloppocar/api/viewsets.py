"""What every viewset of ours does: strict parameters, narrow SQL, locked and versioned writes, honest caching."""

import logging
from functools import cache
from hashlib import blake2b
from typing import Any

from django.db import DatabaseError, InterfaceError, models, transaction
from django.http import Http404
from django.utils import translation
from orjson import Fragment
from rest_framework import mixins, serializers
from rest_framework.decorators import MethodMapper
from rest_framework.permissions import BasePermission
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from . import replica
from .etag import etag, etag_of, has_etag, is_named, refuse_if_moved_on
from .filters import refuse_unknown_parameters
from .json import JSONRenderer
from .localized import asked_language, speak
from .pagination import beyond, field_of, ordered, total_order
from .rows import After, Column, Only, Reading, Unplannable, chosen_names, has_version, language_of, order_column
from .serializers import PartsSerializer
from .throttling import headers_of
from .transactions import atomically

log = logging.getLogger(__name__)


class ViewSet(GenericViewSet):
    """Refuses unknown parameters, and says who may keep the answer for how long."""

    lookup_value_regex = r"[0-9]{1,18}"
    extra_parameters: tuple[str, ...] = ()  # of an action, beyond those that every route takes
    is_public = False  # the same answer for everybody: anonymous GETs may be cached

    @classmethod
    def get_extra_actions(cls):
        """DRF's own looks at every attribute, `schema` among them, which imports all that writes the schema."""
        found = {name: value for base in reversed(cls.__mro__) for name, value in vars(base).items()}
        return [
            found[name] for name in sorted(found) if isinstance(getattr(found[name], "mapping", None), MethodMapper)
        ]

    def dispatch(self, request, *args, **kwargs):
        try:
            return super().dispatch(request, *args, **kwargs)
        finally:
            translation.deactivate()
            replica.leave()

    def initial(self, request, *args, **kwargs):
        speak(asked_language(request))
        super().initial(request, *args, **kwargs)
        speak(asked_language(request))  # a person who asks for none is known by now, and their language with them
        refuse_unknown_parameters(self, request)
        if self.is_same_for_everybody():
            replica.use()

    def handle_exception(self, exc):
        """A replica that fails costs nobody an answer."""
        if isinstance(exc, (DatabaseError, InterfaceError)) and replica.leave():
            try:
                response = getattr(self, self.action)(self.request, *self.args, **self.kwargs)
            except Exception as error:  # noqa: BLE001 - DRF's own edge
                exc = error
            else:
                replica.note_outage(exc)
                return response
        return super().handle_exception(exc)

    def is_same_for_everybody(self) -> bool:
        """Whether this is an anonymous reader of public rows."""
        is_read = self.is_public and self.request.method in {"GET", "HEAD"}
        return is_read and not getattr(self.request.user, "is_authenticated", False)

    def filter_queryset(self, queryset):
        return queryset if self.detail else super().filter_queryset(queryset)

    def answer_page(self, queryset: models.QuerySet) -> Response:
        """One page of these rows in the view's serializer: by the fast read path where it can serve them."""
        reading = reading_of(self, queryset)
        if reading is None:
            page = self.paginate_queryset(narrowed(queryset, self))
            return self.get_paginated_response(self.get_serializer(page, many=True).data)
        paginator: Any = self.paginator
        wanted = paginator.parts(paginator.look_at(queryset, self.request))
        order = [order_column(queryset, column.name, sortable=len(wanted) > 1) for column in paginator.order]
        places = reading.also(*order)
        after, limit = after_of(paginator, queryset), paginator.size + 1
        rows = [reading.fetch(ordered(part, paginator.way), after=after, limit=limit) for part in wanted]
        page = paginator.close(rows, lambda row: [row[place] for place in places])
        return self.get_paginated_response(reading.build(page))

    @property
    def default_response_headers(self):
        """`Allow` and `Vary` are set at the end."""
        return {}

    def finalize_response(self, request, response, *args, **kwargs):
        response = super().finalize_response(request, response, *args, **kwargs)
        for name, value in headers_of(request).items():
            response[name] = value
        response["Vary"] = "Accept, Authorization, Cookie, Accept-Language"
        if response.status_code == 405 or request.method == "OPTIONS":
            response["Allow"] = ", ".join(self.allowed_methods)
        if (response.status_code < 300 or response.status_code == 304) and self.is_same_for_everybody():
            response["Cache-Control"] = "public, max-age=30"
        else:
            response["Cache-Control"] = "private, no-store"
        return response


def reading_of(view: Any, queryset: models.QuerySet) -> Reading | None:
    """How the fast read path reads these rows; None where the ordinary path has to, which the log says once."""
    request = view.request
    if request.accepted_renderer.format != "json":
        return None
    serializer = view.get_serializer_class()
    try:
        refuse_own_hooks(view)
        chosen = chosen_names(serializer, request) if request.method in {"GET", "HEAD"} else None
        language = language_of(serializer, request)
        return Reading(serializer, queryset, view.get_serializer_context(), chosen=chosen, language=language)
    except Unplannable as reason:
        say_once(type(view).__name__, str(reason))
        return None


def refuse_own_hooks(view: Any) -> None:
    """What a view does to model instances on their way needs model instances."""
    if view.lookup_field != "pk":
        raise Unplannable(f"it looks rows up by {view.lookup_field}")
    hooks = ("paginate_queryset", "get_serializer") + (("get_object",) if view.detail else ())
    for name in hooks:
        if getattr(type(view), name) is not getattr(GenericViewSet, name):
            raise Unplannable(f"it has a {name} of its own")


@cache
def say_once(view: str, reason: str) -> None:
    log.warning("%s is served by the ordinary path: %s", view, reason)


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


def after_of(paginator: Any, queryset: models.QuerySet) -> After | None:
    """What the cursor asks for, as the fast read path takes it."""
    if not paginator.cursor:
        return None
    fields = tuple(field_of(queryset, column.name) for column in paginator.way)
    return After(tuple(paginator.way), tuple(paginator.cursor), fields, beyond)


class ListMixin(mixins.ListModelMixin, ViewSet):
    """Pages of rows."""

    def list(self, request, *args, **kwargs):
        return self.answer_page(self.filter_queryset(self.get_queryset()))


class RetrieveMixin(mixins.RetrieveModelMixin, ViewSet):
    """One row, with its `ETag`; 304 when the caller has it already."""

    def retrieve(self, request, *args, **kwargs):
        queryset = self.filter_queryset(self.get_queryset())
        reading = None if asks_for_the_row(self) else reading_of(self, queryset)
        return self.retrieve_row() if reading is None else self.read_row(queryset, reading)

    def read_row(self, queryset: models.QuerySet, reading: Reading) -> Response:
        """By the fast read path. The versions of what is shown make the `ETag` before anything is built; where they do
        not say everything, the body itself does.
        """
        key = self.kwargs[self.lookup_url_kwarg or "pk"]
        versions = [Column("version"), *(reading.plan.versions or ())] if has_version(queryset.model) else []
        places = reading.also(Column("pk"), *versions)
        rows = reading.fetch(queryset, only=Only("pk", (int(key),)))
        if not rows:
            raise Http404
        if not versions:
            return Response(reading.build(rows)[0])
        tag, body = etag(*(rows[0][place] for place in places)), None
        if reading.plan.versions is None:
            body = JSONRenderer().render(reading.build(rows)[0])
            tag = etag(*(rows[0][place] for place in places), blake2b(body, digest_size=8).hexdigest())
        if is_named(tag, self.request.META.get("HTTP_IF_NONE_MATCH", "")):
            return Response(status=304, headers={"ETag": tag})
        return Response(Fragment(body) if body else reading.build(rows)[0], headers={"ETag": tag})

    def retrieve_row(self) -> Response:
        """By DRF's ordinary path."""
        request, row = self.request, self.get_object()
        response = self.answer_with(row)
        if has_etag(row) and is_named(etag_of(row), request.META.get("HTTP_IF_NONE_MATCH", "")):
            response.status_code, response.data = 304, None
        return response

    def answer_with(self, row: Any, status: int = 200) -> Any:
        response = Response(self.get_serializer(row).data, status=status)
        if has_etag(row):
            response["ETag"] = etag_of(row)
        return response


def asks_for_the_row(view: Any) -> bool:
    """Whether a permission wants to look at the row itself, so that it has to be read as an instance."""
    return any(
        getattr(type(permission), "asks_for_rows_to_read", True)
        and getattr(type(permission), "has_object_permission", None) is not BasePermission.has_object_permission
        for permission in view.get_permissions()
    )


class CreateMixin(mixins.CreateModelMixin, ViewSet):
    def create(self, request, *args, **kwargs):
        return answer_fresh(self, atomically(self.create_once), status=201)

    def create_once(self) -> Any:
        serializer = self.get_serializer(data=self.request.data)
        serializer.is_valid(raise_exception=True)
        self.perform_create(serializer)
        return serializer.instance


class LockedWrites(ViewSet):
    """Reads the row to write under a lock, so that of two writers one waits, and `If-Match` cannot be fooled."""

    def filter_queryset(self, queryset):
        queryset = super().filter_queryset(queryset)
        connection = transaction.get_connection()
        if self.request.method not in {"PUT", "PATCH", "DELETE"} or not connection.in_atomic_block:
            return queryset
        return queryset.select_related(None).prefetch_related(None).select_for_update()  # its own row, and no other


class UpdateMixin(mixins.UpdateModelMixin, LockedWrites):
    """Writes the columns that were sent, unless the row moved on since the caller saw it."""

    def update(self, request, *args, partial=False, **kwargs):
        return atomically(lambda: self.update_once(partial=partial))

    def update_once(self, *, partial: bool) -> Response:
        row = self.get_object()
        refuse_if_moved_on(self, row, self.request)
        serializer = self.get_serializer(row, data=self.request.data, partial=partial)
        serializer.is_valid(raise_exception=True)
        self.perform_update(serializer)
        return answer_fresh(self, row)

    def perform_update(self, serializer):
        save_changed(serializer)


def answer_fresh(view: Any, row: Any, status: int = 200) -> Any:
    """The row as its next reader will see it, triggers' work included; also where the writer sees it no longer."""
    return read_fresh(view, row, status) or write_fresh(view, row, status)


def read_fresh(view: Any, row: Any, status: int) -> Response | None:
    """By the fast read path, where that can serve it and the row is still visible."""
    queryset = view.get_queryset()
    reading = reading_of(view, queryset)
    if reading is None:
        return None
    place, *version = reading.also(Column("pk"), *([Column("version")] if has_etag(row) else []))
    rows = reading.fetch(queryset, only=Only("pk", (row.pk,)))
    if not rows:
        return None
    headers = {"ETag": etag(rows[0][place], rows[0][version[0]])} if version else None
    return Response(reading.build(rows)[0], status=status, headers=headers)


def write_fresh(view: Any, row: Any, status: int) -> Response:
    """By DRF's ordinary path."""
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

    def destroy(self, request, *args, **kwargs):
        return atomically(self.destroy_once)

    def destroy_once(self) -> Response:
        row = self.get_object()
        refuse_if_moved_on(self, row, self.request)
        self.perform_destroy(row)
        return Response(status=204)


class CrudViewSet(RetrieveMixin, ListMixin, CreateMixin, UpdateMixin, DestroyMixin, ViewSet):
    """The whole of create, read, update and delete; a viewset of ours adds who, what and in which order."""
