"""Where files of people lie: in the bucket MEDIA_BUCKET, or locally in a folder with the same upload form.

An upload goes past us: we hand out a form, signed for one key, type and size, and look at the file when it is said to
be there.
"""

from pathlib import Path
from typing import Any, Protocol

from django.conf import settings
from django.core import signing
from django.utils.translation import gettext as _

from kloppocar import aws
from kloppocar.api.errors import Refusal

SECONDS_TO_UPLOAD = 600
SALT = "upload"
FOREVER = "public, max-age=31536000, immutable"  # a key's content never changes


class Storage(Protocol):
    def upload_form(self, key: str, content_type: str, most_bytes: int) -> dict[str, Any]:
        """`{"url", "fields"}`: what to POST as multipart/form-data, with the file as the last field, `file`."""

    def read(self, key: str, most_bytes: int) -> bytes | None:
        """None when it is not there; at most one byte more than asked for."""

    def write(self, key: str, content: bytes, content_type: str) -> None: ...

    def delete(self, *keys: str) -> None: ...

    def url(self, key: str) -> str:
        """Where anybody can see it."""


class Bucket:
    """S3."""

    def __init__(self, name: str) -> None:
        self.name = name
        virtual = {"addressing_style": "virtual"}
        self.client = aws.client("s3", settings.AWS_REGION, s3=virtual, signature_version="s3v4")

    def upload_form(self, key: str, content_type: str, most_bytes: int) -> dict[str, Any]:
        conditions = [{"Content-Type": content_type}, ["content-length-range", 1, most_bytes]]
        return self.client.generate_presigned_post(
            Bucket=self.name,
            Key=key,
            Fields={"Content-Type": content_type},
            Conditions=conditions,
            ExpiresIn=SECONDS_TO_UPLOAD,
        )

    def read(self, key: str, most_bytes: int) -> bytes | None:
        try:
            with aws.asking("The media bucket"):
                return self.client.get_object(Bucket=self.name, Key=key)["Body"].read(most_bytes + 1)
        except aws.AWSError as error:
            if error.code in {"NoSuchKey", "404"}:
                return None
            raise

    def write(self, key: str, content: bytes, content_type: str) -> None:
        with aws.asking("The media bucket"):
            self.client.put_object(
                Bucket=self.name, Key=key, Body=content, ContentType=content_type, CacheControl=FOREVER
            )

    def delete(self, *keys: str) -> None:
        for key in keys:
            with aws.asking("The media bucket"):
                self.client.delete_object(Bucket=self.name, Key=key)

    def url(self, key: str) -> str:
        return f"https://{self.name}.s3.{settings.AWS_REGION}.amazonaws.com/{key}"


class Folder:
    """Local only: kloppocar/local_media.py takes the form and shows the files."""

    def __init__(self, folder: Path, site: str) -> None:
        self.folder, self.site = folder, site

    def upload_form(self, key: str, content_type: str, most_bytes: int) -> dict[str, Any]:
        policy = signing.dumps({"key": key, "type": content_type, "most": most_bytes}, salt=SALT)
        return {"url": f"{self.site}media/", "fields": {"Content-Type": content_type, "key": key, "policy": policy}}

    def read(self, key: str, most_bytes: int) -> bytes | None:
        try:
            with (self.folder / key).open("rb") as file:
                return file.read(most_bytes + 1)
        except FileNotFoundError:
            return None

    def write(self, key: str, content: bytes, content_type: str) -> None:
        path = self.folder / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)

    def delete(self, *keys: str) -> None:
        for key in keys:
            (self.folder / key).unlink(missing_ok=True)

    def url(self, key: str) -> str:
        return f"{self.site}media/{key}"


def storage(site: str = "") -> Storage:
    """The one that the settings name; `site` is our own address, where local files are shown."""
    if settings.MEDIA_BUCKET:
        return Bucket(settings.MEDIA_BUCKET)
    if settings.LOCAL:
        return Folder(settings.MEDIA_FOLDER, site)
    raise Refusal("no_uploads", _("Nothing can be uploaded here."), status=503)
