"""Answers by the fast read path: a page or a row, or None where the ordinary path has to make them."""

import logging
from functools import cache
from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from rest_framework.permissions import BasePermission
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from .etag import digest_of, etag, is_named
from .pagination import beyond, field_of, ordered
from .rows import After, Column, Only, Reading, Unplannable, chosen_names, has_version, language_of, order_column

log = logging.getLogger(__name__)


def page(view: Any, queryset: QuerySet) -> Response | None:
    """One page of these rows, in the view's serializer."""
    reading = reading_of(view, queryset)
    if reading is None:
        return None
    paginator: Any = view.paginator
    wanted = paginator.parts(paginator.look_at(queryset, view.request))
    order = [order_column(queryset, column.name, sortable=len(wanted) > 1) for column in paginator.order]
    places = reading.also(*order)
    after, limit = after_of(paginator, queryset), paginator.size + 1
    rows = [reading.fetch(ordered(part, paginator.way), after=after, limit=limit) for part in wanted]
    here = paginator.close(rows, lambda row: [row[place] for place in places])
    return view.get_paginated_response(reading.build(here))


def row(view: Any, queryset: QuerySet, key: Any, *, status: int = 200) -> Response | None:
    """One of these rows, with its `ETag`; 304 when the caller has it already.

    The versions of what is shown, and which of its columns are, make the `ETag` before anything is built; where they
    do not say everything, the body itself does.
    """
    reading = None if asks_for_the_row(view) else reading_of(view, queryset)
    if reading is None:
        return None
    versions = [Column("version"), *(reading.plan.versions or ())] if has_version(queryset.model) else []
    places = reading.also(Column("pk"), *versions)
    rows = reading.fetch(queryset, only=Only("pk", (int(key),)))
    if not rows:
        raise Http404
    if not versions:
        return Response(reading.build(rows)[0], status=status)
    shown = [rows[0][place] for place in places]
    answer = None
    if reading.plan.versions is None:
        answer = reading.build(rows)[0]
    tag = etag(*shown, digest_of(answer) if answer else reading.shape())
    if view.request.method in {"GET", "HEAD"} and is_named(tag, view.request.META.get("HTTP_IF_NONE_MATCH", "")):
        return Response(status=304, headers={"ETag": tag})
    return Response(answer or reading.build(rows)[0], status=status, headers={"ETag": tag})


def fresh(view: Any, key: Any, status: int) -> Response | None:
    """A row that was just written, where the writer still sees it."""
    try:
        return row(view, view.get_queryset(), key, status=status)
    except Http404:
        return None


def reading_of(view: Any, queryset: QuerySet) -> Reading | None:
    """How the fast read path reads these rows; None where the ordinary path has to, which the log says once."""
    request = view.request
    if request.accepted_renderer.format != "json":
        return None
    serializer = view.get_serializer_class()
    try:
        refuse_own_hooks(view)
        chosen, language = chosen_names(serializer, request), language_of(serializer, request)
        return Reading(serializer, queryset, view.get_serializer_context(), chosen=chosen, language=language)
    except Unplannable as reason:
        if request.method in {"GET", "HEAD"}:
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


def after_of(paginator: Any, queryset: QuerySet) -> After | None:
    """What the cursor asks for, as the fast read path takes it."""
    if not paginator.cursor:
        return None
    fields = tuple(field_of(queryset, column.name) for column in paginator.way)
    return After(tuple(paginator.way), tuple(paginator.cursor), fields, beyond)


def asks_for_the_row(view: Any) -> bool:
    """Whether a permission wants to look at the row itself, so that it has to be read as an instance."""
    return any(
        getattr(type(permission), "asks_for_rows_to_read", True)
        and getattr(type(permission), "has_object_permission", None) is not BasePermission.has_object_permission
        for permission in view.get_permissions()
    )
