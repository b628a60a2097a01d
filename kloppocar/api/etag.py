"""Of two writers nobody's work is lost: a row's `ETag` is its version, and a write with an old `If-Match` gets 412."""

from collections.abc import Mapping
from hashlib import blake2b
from typing import Any

from django.utils.translation import gettext as _

from .errors import Refusal
from .json import JSONRenderer


def etag(key: Any, version: int, *others: Any) -> str:
    """The row's key and version, then the versions of `others` that are shown in it, digests of lists, or of it all.

    `If-None-Match` is compared with all of it; `If-Match`, which guards a write of the row, with what stands before
    the dot.
    """
    return f'"{key}-{version}{"".join(f".{other or 0}" for other in others)}"'


def etag_of(row: Any, *others: Any) -> str:
    return etag(row.pk, row.version, *others)


def digest(text: str | bytes | None) -> str | None:
    """What stands for a text that is shown, or says what is shown."""
    if text is None:
        return None
    return blake2b(text.encode() if isinstance(text, str) else text, digest_size=8).hexdigest()


def digest_of(answer: Any) -> str | None:
    return digest(JSONRenderer().render(answer))


def has_etag(row: Any) -> bool:
    return isinstance(getattr(row, "version", None), int)


def is_named(tag: str, header: str) -> bool:
    """Whether a list of ETags, as the headers carry it, names this one."""
    return header.strip() == "*" or tag in tags_of(header)


def tags_of(header: str) -> set[str]:
    return {part.strip().removeprefix("W/") for part in header.split(",")}


def is_held(row: Any, header: str) -> bool:
    """Whether an `If-Match` names this version of the row, whatever else is shown in it."""
    own = {tag.partition(".")[0].removesuffix('"') + '"' for tag in tags_of(header)}
    return header.strip() == "*" or etag_of(row) in own


def refuse_if_moved_on(view: Any, row: Any, request: Any) -> None:
    """412 when `If-Match` names another version, with the current row and where it differs from what was sent.

    The caller holds the row's lock.
    """
    wanted = request.headers.get("If-Match")
    if wanted is None or not has_etag(row) or is_held(row, wanted):
        return
    current = view.get_serializer(view.get_queryset().get(pk=row.pk)).data
    extra = {"current": current, "differences": differences(request.data, current)}
    raise Refusal("precondition_failed", _("Somebody changed this row meanwhile."), status=412, extra=extra)


def differences(sent: Any, current: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """By field, what was sent and what stands there, where they differ; fields that were not sent are left out.

    A body that is no object names no field.
    """
    fields = sent.items() if isinstance(sent, Mapping) else ()
    pairs = {name: (value, current[name]) for name, value in fields if name in current}
    return {name: {"sent": a, "current": b} for name, (a, b) in pairs.items() if not says_the_same(a, b)}


def says_the_same(sent: Any, current: Any) -> bool:
    """A related row is written by its id and read as an object; of texts and media only the sent parts are compared."""
    if isinstance(current, dict) and isinstance(sent, dict):
        return all(current.get(key) == value for key, value in sent.items())
    if isinstance(current, dict):
        return current.get("id") == sent
    return current == sent
