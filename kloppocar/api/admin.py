"""Admin for rows with localised texts and media: one input a language, one line a URL, never raw JSON for a text."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.widgets import AdminTextareaWidget, AdminTextInputWidget
from django.core.exceptions import ValidationError
from django.db import IntegrityError, OperationalError, models, transaction
from django.db.models.fields.json import KT
from django.http import HttpResponseRedirect
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext

from .errors import SIGNALLED, Refusal
from .forms import JSONFormField
from .history.admin import Recorded
from .localized import MAIN_LANGUAGE, ContainsText, LocalizedField, Sortable, resolve, text_in, validate_texts
from .media import MediaField, validate_media
from .times import refuse_beyond

LONG, WORDS = 200, 10  # characters that get a textarea; words of a search
PICTURES = 6  # that a form shows


class LocalizedWidget(forms.MultiWidget):
    """One labelled input for each language."""

    template_name = "admin/localized.html"

    def __init__(self, *, long: bool) -> None:
        kind = AdminTextareaWidget if long else AdminTextInputWidget
        rows = {"rows": 4} if long else {}
        super().__init__({code: kind(attrs={"lang": code, **rows}) for code in settings.CONTENT_LANGUAGES})

    def decompress(self, value: dict[str, str] | None) -> list[str]:
        return [(value or {}).get(code, "") for code in settings.CONTENT_LANGUAGES]

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        for code, part in zip(settings.CONTENT_LANGUAGES, context["widget"]["subwidgets"], strict=True):
            part["language"] = code
        given = context["widget"]["subwidgets"]
        for part in given:
            part["is_missing"] = not part["value"] and any(other["value"] for other in given)
        return context


class LocalizedFormField(forms.MultiValueField):
    """Texts by language; an empty input means that the language is not there."""

    def __init__(self, *, max_length: int, required: bool = True, **kwargs: Any) -> None:
        self.text_length = max_length
        parts = tuple(forms.CharField(required=False, max_length=max_length) for _ in settings.CONTENT_LANGUAGES)
        widget = LocalizedWidget(long=max_length > LONG)
        kwargs = {key: kwargs[key] for key in ("label", "help_text") if key in kwargs}
        super().__init__(fields=parts, required=required, require_all_fields=False, widget=widget, **kwargs)

    def compress(self, data_list: list[str]) -> dict[str, str]:
        lines = (text.replace("\r\n", "\n") for text in data_list)  # browsers send CRLF
        texts = {code: text for code, text in zip(settings.CONTENT_LANGUAGES, lines, strict=False) if text}
        validate_texts(texts, max_length=self.text_length)
        if texts and MAIN_LANGUAGE not in texts:
            raise ValidationError("English is needed where another language stands.", code="main_language")
        return texts

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(initial or {}, data)


class MediaWidget(AdminTextareaWidget):
    """The lines, and above them what pictures they name."""

    template_name = "admin/media.html"

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        lines = [line.partition("=") for line in (value or "").splitlines() if line.strip().startswith("image.")]
        context["pictures"] = [url.strip() for _, _, url in lines if url.strip().startswith("https://")][:PICTURES]
        return context


class MediaFormField(forms.Field):
    """One `kind.name = https://...` a line."""

    widget = MediaWidget

    def __init__(self, **kwargs: Any) -> None:
        help_text = "One URL a line: image.load = https://..., model.url = https://..."
        super().__init__(required=False, help_text=help_text, label=kwargs.get("label"))

    def prepare_value(self, value: Any) -> str:
        if not isinstance(value, dict):
            return value or ""
        return "\n".join(f"{kind}.{name} = {url}" for kind, urls in value.items() for name, url in urls.items())

    def to_python(self, value: Any) -> dict[str, dict[str, str]]:
        media: dict[str, dict[str, str]] = {}
        for line in filter(None, map(str.strip, (value or "").splitlines())):
            place, found, url = line.partition("=")
            kind, dot, name = place.strip().partition(".")
            if not found or not dot:
                raise ValidationError(f"Not a line like image.load = https://...: {line[:60]}")
            media.setdefault(kind, {})[name] = url.strip()
        validate_media(media)
        return media

    def has_changed(self, initial: Any, data: Any) -> bool:
        return self.prepare_value(initial) != (data or "")


class LocalizedForms:
    """What every form of ours does: texts by language, media by line, JSON and times as strict as the API's."""

    def formfield_for_dbfield(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        if isinstance(db_field, models.URLField):
            kwargs["assume_scheme"] = "https"
        elif isinstance(db_field, models.DateTimeField):
            kwargs["validators"] = [refuse_beyond]
        elif isinstance(db_field, models.JSONField):
            kwargs["form_class"] = JSONFormField
        return localized_formfield(db_field) or super().formfield_for_dbfield(db_field, request, **kwargs)  # type: ignore[misc]


class RowAdmin(LocalizedForms, Recorded):
    """What every table of ours shows: what the server keeps is read-only, texts are searched in every language."""

    list_per_page = 50
    show_full_result_count = False

    def get_readonly_fields(self, request: Any, obj: Any = None) -> list[str]:
        """Also stamps, version and counters: columns that no form may write."""
        kept = [field.name for field in self.model._meta.fields if not field.editable and not field.generated]
        return [*dict.fromkeys([*super().get_readonly_fields(request, obj), *kept])]

    def get_object(self, request: Any, object_id: str, from_field: str | None = None) -> Any:
        row = super().get_object(request, object_id, from_field)
        is_written = request.method == "POST" and transaction.get_connection().in_atomic_block
        return self.locked(row) if row is not None and is_written else row

    def locked(self, row: Any) -> Any:
        """The row to write, read under a lock: what is counted in it meanwhile is not written over."""
        return self.model._base_manager.select_for_update().filter(pk=row.pk).first()

    def get_search_results(self, request: Any, queryset: Any, search_term: str) -> tuple[Any, bool]:
        """Each word is part of one of the `search_fields`, a text in any of its languages."""
        for word in search_term.replace("\x00", "").split()[:WORDS]:
            queryset = queryset.filter(self.holding(word))
        return queryset, False

    def holding(self, word: str) -> models.Q:
        condition = models.Q()
        for name in self.search_fields:
            if "__" not in name and isinstance(self.model._meta.get_field(name), LocalizedField):
                for code in settings.CONTENT_LANGUAGES:
                    condition |= models.Q(ContainsText(KT(f"{name}__{code}"), word))
            else:
                condition |= models.Q(**{f"{name}__icontains": word})
        return condition

    def changeform_view(
        self, request: Any, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> Any:
        view = super().changeform_view
        return self.said_if_refused(request, lambda: view(request, object_id, form_url, extra_context))

    def delete_view(self, request: Any, object_id: str, extra_context: Any = None) -> Any:
        view = super().delete_view
        return self.said_if_refused(request, lambda: view(request, object_id, extra_context))

    def changelist_view(self, request: Any, extra_context: Any = None) -> Any:
        view = super().changelist_view
        return self.said_if_refused(request, lambda: view(request, extra_context))

    def said_if_refused(self, request: Any, view: Callable[[], Any]) -> Any:
        """What a service refuses, or a rule that only the database knows, is said on the page, and nothing is saved."""
        try:
            return view()
        except Refusal as refusal:
            said = str(refusal.detail)
        except (IntegrityError, OperationalError) as error:
            if isinstance(error, OperationalError) and error.args[:1] != (SIGNALLED,):
                raise
            said = f"Not saved, a rule of the database forbids it: {error.args[-1]}"
        self.message_user(request, said, messages.ERROR)
        return HttpResponseRedirect(request.get_full_path())


class PartInline(LocalizedForms, admin.TabularInline):
    """Rows that are part of another."""

    extra = 0


class ReadOnly:
    """What the engine or the database writes, and nobody edits."""

    def has_add_permission(self, request: Any, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: Any, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: Any, obj: Any = None) -> bool:
        return False


class ReadOnlyAdmin(ReadOnly, RowAdmin):
    """A table to look at; the newest row comes first, by the key that every database has in order."""

    ordering = ("-id",)
    show_facets = admin.ShowFacets.NEVER


class ReadOnlyInline(ReadOnly, admin.TabularInline):
    extra = 0


def localized_formfield(db_field: Any) -> forms.Field | None:
    label = str(db_field.verbose_name).capitalize()
    if isinstance(db_field, LocalizedField):
        return LocalizedFormField(max_length=db_field.text_length, required=not db_field.blank, label=label)
    return MediaFormField(label=label) if isinstance(db_field, MediaField) else None


def localized_column(name: str) -> Any:
    """A text in English as a column of a list that can be sorted by it."""

    @admin.display(description=name.replace("_", " "), ordering=Sortable(text_in(name, MAIN_LANGUAGE)))
    def column(row: Any) -> str:
        texts = getattr(row, name)
        said = resolve(texts, MAIN_LANGUAGE) or "-"
        lacking = [code for code in settings.CONTENT_LANGUAGES if texts and not texts.get(code)]
        mark = format_html_join(
            "", '<span class="lacks">{} {}</span>', ((code, gettext("missing")) for code in lacking)
        )
        return format_html("{}{}", said, mark)

    return column


def picture_column(row: Any) -> str:
    """The first picture of a row's media, small."""
    pictures = [url for url in row.media.get("image", {}).values() if url.startswith("https://")]
    return format_html('<img class="thumb" loading="lazy" alt="" src="{}">', pictures[0]) if pictures else ""


picture_column.short_description = ""  # type: ignore[attr-defined]
