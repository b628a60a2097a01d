"""Actions of the admin's lists that ask before they do anything, and do all of it or nothing."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.admin import action
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db import models
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from . import history
from .transactions import atomically

MOST = 2_000  # rows of one action
SHOWN = 20  # rows that the question names; of the others it says how many
Work = Callable[[Any, Any, models.QuerySet], int]


def asking(label: Any, *, permission: str, explains: Any) -> Callable[[Work], Any]:
    """The decorated function changes the rows and says how many; `explains` tells what that will mean."""

    def decorate(work: Work) -> Any:
        @action(description=label, permissions=[permission])
        @wraps(work)
        def ask_or_do(table: Any, request: Any, queryset: models.QuerySet) -> TemplateResponse | None:
            if request.POST.get("confirmed") != "yes":
                return question(table, request, queryset, {"label": label, "explains": explains})
            changed = atomically(lambda: work(table, request, queryset))
            said = _("%(label)s: %(count)d changed.") % {"label": label, "count": changed}
            table.message_user(request, said, messages.SUCCESS if changed else messages.WARNING)
            return None

        return ask_or_do

    return decorate


def change_all(request: Any, rows: models.QuerySet, **values: Any) -> int:
    """Set these columns on every row, with a line in the log for each, in as many statements for one as for all."""
    found = list(rows.select_for_update()[: MOST + 1])
    if len(found) > MOST:
        messages.error(request, _("At most %(count)d rows at once: please choose fewer.") % {"count": MOST})
        return 0
    before = [history.snapshot(row) for row in found]
    model: Any = rows.model
    stamps = {"updated_at": timezone.now(), "version": models.F("version") + 1}
    model._base_manager.filter(pk__in=[row.pk for row in found]).update(**values, **stamps)
    for row in found:
        vars(row).update(values)
    lines = [(row.pk, history.name_of(row), history.changed(old, row)) for old, row in zip(before, found, strict=True)]
    if lines:
        history.write_all(request.user, model, lines)
    return len(found)


def question(table: Any, request: Any, queryset: models.QuerySet, context: dict[str, Any]) -> TemplateResponse:
    count = queryset.count()
    context |= table.admin_site.each_context(request) | {
        "title": context["label"],
        "opts": table.opts,
        "rows": queryset[:SHOWN],
        "count": count,
        "others": max(0, count - SHOWN),
        "action": request.POST["action"],
        "selected": request.POST.getlist(ACTION_CHECKBOX_NAME),
        "checkbox": ACTION_CHECKBOX_NAME,
        "across": request.POST.get("select_across", "0"),
    }
    return TemplateResponse(request, "admin/confirm_action.html", context)
