"""What every viewset of ours does: strict parameters, narrow SQL, locked and versioned writes, honest caching."""

from typing import Any

from django.db import DatabaseError, InterfaceError, models, transaction
from django.utils import translation
from django.utils.translation import gettext as _
from rest_framework import mixins, serializers
from rest_framework.decorators import MethodMapper
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from . import answers, history, replica
from .errors import Refusal
from .etag import digest_of, etag_of, has_etag, is_named, refuse_if_moved_on
from .filters import refuse_unknown_parameters
from .localized import asked_language, speak
from .pagination import total_order
from .serializers import PartsSerializer
from .throttling import headers_of
from .transactions import atomically


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
        if self.action is not None:  # there is such a method
            refuse_unknown_parameters(self, request)
            refuse_packed_body(request)
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
        return answers.page(self, queryset) or self.answer_ordinary_page(queryset)

    def answer_ordinary_page(self, queryset: models.QuerySet) -> Response:
        page = self.paginate_queryset(narrowed(queryset, self))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

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


def refuse_packed_body(request: Any) -> None:
    """A small body could unpack to a huge one, so none is unpacked."""
    if request.META.get("HTTP_CONTENT_ENCODING", "").strip().lower() not in {"", "identity"}:
        raise Refusal("packed_body", _("Please send the body as it is: no Content-Encoding is taken."), status=415)


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


class ListMixin(mixins.ListModelMixin, ViewSet):
    """Pages of rows."""

    def list(self, request, *args, **kwargs):
        return self.answer_page(self.filter_queryset(self.get_queryset()))


class RetrieveMixin(mixins.RetrieveModelMixin, ViewSet):
    """One row, with its `ETag`; 304 when the caller has it already."""

    def retrieve(self, request, *args, **kwargs):
        queryset = self.filter_queryset(self.get_queryset())
        key = self.kwargs[self.lookup_url_kwarg or self.lookup_field]
        return answers.row(self, queryset, key) or self.retrieve_row()

    def retrieve_row(self) -> Response:
        """By DRF's ordinary path."""
        request, row = self.request, self.get_object()
        response = self.answer_with(row)
        if has_etag(row) and is_named(response["ETag"], request.META.get("HTTP_IF_NONE_MATCH", "")):
            response.status_code, response.data = 304, None
        return response

    def answer_with(self, row: Any, status: int = 200) -> Any:
        return answer_whole(self, row, status)


def answer_whole(view: Any, row: Any, status: int) -> Response:
    """The row, with an `ETag` that says of all that is shown whether it changed."""
    response = Response(view.get_serializer(row).data, status=status)
    if has_etag(row):
        response["ETag"] = etag_of(row, digest_of(response.data))
    return response


class CreateMixin(mixins.CreateModelMixin, ViewSet):
    def create(self, request, *args, **kwargs):
        return atomically(self.create_once)

    def create_once(self) -> Response:
        """Answered before the commit: after it, the row may be gone again."""
        serializer = self.get_serializer(data=self.request.data)
        serializer.is_valid(raise_exception=True)
        self.perform_create(serializer)
        row: Any = serializer.instance
        if history.is_kept(self.request.user, row):
            history.write(self.request.user, row, history.added(row, parts_of(serializer)))
        return answer_fresh(self, row, status=201)


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
        is_kept = history.is_kept(self.request.user, row)
        before = history.snapshot(row) if is_kept else {}
        self.perform_update(serializer)
        if is_kept:
            history.write(self.request.user, row, history.changed(before, row, parts_of(serializer)))
        return answer_fresh(self, row)

    def perform_update(self, serializer):
        save_changed(serializer)


def answer_fresh(view: Any, row: Any, status: int = 200) -> Any:
    """The row as its next reader will see it, triggers' work included; also where the writer sees it no longer."""
    return answers.fresh(view, row.pk, status) or write_fresh(view, row, status)


def write_fresh(view: Any, row: Any, status: int) -> Response:
    """By DRF's ordinary path."""
    return answer_whole(view, type(row)._base_manager.get(pk=row.pk), status)


def parts_of(serializer: serializers.BaseSerializer) -> dict[str, Any]:
    """Lists that were written with the row, as they were and are."""
    return getattr(serializer, "replaced", {})


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
    if many:
        replaced = {name: list(getattr(row, name).values_list("pk", flat=True)) for name in many}
        vars(serializer)["replaced"] = {name: (replaced[name], value) for name, value in many.items()}
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
        if history.is_kept(self.request.user, row):
            history.write(self.request.user, row, history.deleted(row))
        self.perform_destroy(row)
        return Response(status=204)


class CrudViewSet(RetrieveMixin, ListMixin, CreateMixin, UpdateMixin, DestroyMixin, ViewSet):
    """The whole of create, read, update and delete; a viewset of ours adds who, what and in which order."""
