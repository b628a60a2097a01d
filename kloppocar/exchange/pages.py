"""Buttons "Export" and "Import" in the admin: a list as a file, and a file tried, looked at, then taken."""

import base64
import binascii
import io
import zlib
from functools import partial
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _

from kloppocar.api.errors import Refusal

from .columns import columns_of
from .export import FORMATS, Export
from .registry import ALL, Resource
from .report import Report
from .source import Source
from .taking import Taking

TYPES = {"csv": "text/csv; charset=utf-8", "json": "application/json"}
MOST_ROWS = 2_000  # are tried and taken within the half minute that a gateway waits


def routes(site: Any) -> list[Any]:
    """To stand in front of the admin's own."""
    found = []
    for resource in ALL:
        if table := site._registry.get(resource.model):
            name = f"{resource.model._meta.app_label}_{resource.model._meta.model_name}"
            place = name.replace("_", "/")
            for action, view in {"export": export, "import": take}.items():
                shown = site.admin_view(partial(view, resource=resource, table=table))
                found.append(path(f"{place}/{action}/", shown, name=f"{name}_{action}"))
    return found


# --- Out ---------------------------------------------------------------------------------------------------------


def export(request: HttpRequest, *, resource: Resource, table: Any) -> HttpResponse | StreamingHttpResponse:
    """What the list shows, with its filters and search, whatever page it stands on."""
    if not table.has_view_permission(request):
        raise PermissionDenied
    wanted = request.GET.copy()
    form = wanted.pop("format", ["csv"])[-1]
    request.GET = wanted  # type: ignore[assignment]
    try:
        rows = table.get_changelist_instance(request).queryset
    except IncorrectLookupParameters:
        return HttpResponseRedirect(list_of(resource))
    form = form if form in FORMATS else FORMATS[0]
    response = StreamingHttpResponse(Export(resource, rows).written(form), content_type=TYPES[form])
    response["Content-Disposition"] = f'attachment; filename="{resource.name}.{form}"'
    return response


def list_of(resource: Resource) -> str:
    return reverse(f"admin:{resource.model._meta.app_label}_{resource.model._meta.model_name}_changelist")


# --- In ----------------------------------------------------------------------------------------------------------


class UploadForm(forms.Form):
    file = forms.FileField(max_length=200, help_text="CSV UTF-8 as an export gives it, or a .json file.")
    force = forms.BooleanField(required=False, label="Overwrite rows that were changed since the export")

    def clean_file(self) -> Any:
        if self.cleaned_data["file"].size > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            raise forms.ValidationError(too_large().detail)
        return self.cleaned_data["file"]


class ConfirmForm(forms.Form):
    """The file once more, as it was tried: nothing is kept on the server in between."""

    packed = forms.CharField(widget=forms.HiddenInput)
    name = forms.CharField(widget=forms.HiddenInput, max_length=200)
    force = forms.BooleanField(required=False, widget=forms.HiddenInput)


def take(request: HttpRequest, *, resource: Resource, table: Any) -> HttpResponse:
    if not (table.has_add_permission(request) and table.has_change_permission(request)):
        raise PermissionDenied
    context: dict[str, Any] = {"form": UploadForm()}
    try:
        if "packed" in request.POST:
            context |= confirmed(request, resource)
        elif request.method == "POST":
            context |= tried(request, resource)
    except Refusal as refusal:
        messages.error(request, str(refusal.detail))
    return page(request, resource, table, context)


def tried(request: HttpRequest, resource: Resource) -> dict[str, Any]:
    form = UploadForm(request.POST, request.FILES)
    if not form.is_valid():
        return {"form": form}
    file, force = form.cleaned_data["file"], form.cleaned_data["force"]
    content = file.read()
    report = run(request, resource, content, file.name, force=force, dry_run=True)
    again = ConfirmForm(initial={"packed": packed(content), "name": file.name, "force": force})
    return {"report": report, "confirm": None if report.refused else again, "name": file.name}


def confirmed(request: HttpRequest, resource: Resource) -> dict[str, Any]:
    form = ConfirmForm(request.POST)
    if not form.is_valid():
        raise broken()
    sent = form.cleaned_data
    report = run(request, resource, unpacked(sent["packed"]), sent["name"], force=sent["force"], dry_run=False)
    say = messages.warning if report.left_alone else messages.success
    say(request, report.words() + (". Nothing was written." if report.refused else "."))
    return {"report": report, "name": sent["name"]}


def run(request: HttpRequest, resource: Resource, content: bytes, name: str, *, force: bool, dry_run: bool) -> Report:
    taking = Taking(resource, request.user, force=force)
    form = "json" if name.lower().endswith(".json") else "csv"
    source = Source(io.BytesIO(content), taking.columns, form, needs_version=not force, most=MOST_ROWS)
    return taking.take(source, Report(), dry_run=dry_run)


def page(request: HttpRequest, resource: Resource, table: Any, context: dict[str, Any]) -> HttpResponse:
    options = resource.model._meta
    context = {
        **table.admin_site.each_context(request),
        "opts": options,
        "title": f"Import {options.verbose_name_plural}",
        "list_url": list_of(resource),
        "headers": writable_headers(resource, request.user),
        "most_rows": MOST_ROWS,
        "most_mib": settings.DATA_UPLOAD_MAX_MEMORY_SIZE >> 20,
        **context,
    }
    return TemplateResponse(request, "admin/import_rows.html", context)


def writable_headers(resource: Resource, user: Any) -> list[str]:
    columns = columns_of(resource, resource.view(user).get_serializer())
    return [name for column in columns if column.is_writable for name in column.headers if name not in column.to_read]


def packed(content: bytes) -> str:
    text = base64.b64encode(zlib.compress(content, 9)).decode()
    if len(text) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE * 0.9:
        raise too_large()
    return text


def unpacked(text: str) -> bytes:
    """No more than was packed may come out of it."""
    most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    try:
        content = zlib.decompressobj().decompress(base64.b64decode(text, validate=True), most + 1)
    except (zlib.error, binascii.Error, ValueError):
        raise broken() from None
    if len(content) > most:
        raise too_large()
    return content


def too_large() -> Refusal:
    size = f"{settings.DATA_UPLOAD_MAX_MEMORY_SIZE >> 20} MiB"
    detail = _("At most {size} at once: take larger files by manage.py import_rows.").format(size=size)
    return Refusal("too_large", detail, status=413)


def broken() -> Refusal:
    return Refusal("broken", _("The file did not arrive as it was tried: please choose it again."), status=400)
