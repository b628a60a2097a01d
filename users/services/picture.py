"""One's own picture, in two steps: a form to upload a file with, and the word that it is there."""

import logging
import re
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from kloppocar import aws
from kloppocar.api.errors import Refusal
from kloppocar.storage import SECONDS_TO_UPLOAD, Storage
from users.models import User

from .account import lock_account

log = logging.getLogger(__name__)

MOST_BYTES = 10 * 1024 * 1024
CONTENT_TYPES = ["image/jpeg", "image/png"]
is_ours = re.compile(r"\S+/(pictures/[0-9]+/[A-Za-z0-9_-]+)/large\.jpg").fullmatch


def start(*, user: User, content_type: str, files: Storage) -> dict[str, Any]:
    """What to upload with, and the `key` to come back with."""
    key = f"uploads/{user.pk}/{secrets.token_urlsafe(16)}"
    with reaching_files():
        form = files.upload_form(key, content_type, MOST_BYTES)
    return {"key": key, "upload": form, "max_bytes": MOST_BYTES, "expires_in": SECONDS_TO_UPLOAD}


def confirm(*, user: User, key: str, files: Storage) -> None:
    """Make the uploaded file the person's picture; the file itself is deleted, and so is the picture before."""
    from users.pictures import NotAPicture, squares  # Pillow is slow to import

    if not re.fullmatch(rf"uploads/{user.pk}/[A-Za-z0-9_-]+", key):
        raise not_uploaded()
    with reaching_files():
        content = files.read(key, MOST_BYTES)
        if content is None:
            raise not_uploaded()
        try:
            if len(content) > MOST_BYTES:
                raise NotAPicture(_("The file is larger than %(number)s MiB.") % {"number": MOST_BYTES // 1024 // 1024})
            made = squares(content)
        except NotAPicture as error:
            files.delete(key)
            raise Refusal("not_a_picture", str(error), status=400) from None
        folder = f"pictures/{user.pk}/{secrets.token_urlsafe(16)}"
        for name, jpeg in made.items():
            files.write(f"{folder}/{name}.jpg", jpeg, "image/jpeg")
        before = show_instead(user, files.url(f"{folder}/large.jpg"), files, made=keys_in(folder))
    forget(files, [key, *keys_of(before)])


def remove(*, user: User, files: Storage) -> None:
    forget(files, keys_of(show_instead(user, "", files, made=[])))


def show_instead(user: User, url: str, files: Storage, *, made: Iterable[str]) -> str:
    """Set the picture; the address of the one before. What was `made` for it goes again when that fails."""
    try:
        with transaction.atomic():
            row = lock_account(user)
            before, row.picture = row.picture, url
            row.save(update_fields=["picture", "updated_at", "version"])
            return before
    except BaseException:
        forget(files, made)
        raise


def keys_of(picture: str) -> list[str]:
    """The files behind a picture's address, if we made them."""
    ours = is_ours(picture)
    return keys_in(ours[1]) if ours else []


def keys_in(folder: str) -> list[str]:
    return [f"{folder}/large.jpg", f"{folder}/small.jpg"]


def forget(files: Storage, keys: Iterable[str]) -> None:
    """Files that nothing points to: one that cannot be deleted now is only a waste of space."""
    try:
        files.delete(*keys)
    except aws.AWSError as error:
        log.warning("files without use could not be deleted", extra={"fields": {"reason": error.code}})


@contextmanager
def reaching_files() -> Iterator[None]:
    """While the bucket cannot be reached the answer is 503."""
    try:
        yield
    except aws.AWSError as error:
        log.warning("the media bucket does not answer", extra={"fields": {"reason": error.code}})
        raise Refusal("files_unavailable", _("Please try again in a moment."), status=503, wait=5) from error


def not_uploaded() -> Refusal:
    return Refusal("not_uploaded", _("There is no file of yours at this key: upload it first."), status=409)
