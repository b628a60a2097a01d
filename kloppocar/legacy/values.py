"""An old row, asked for values as ours have them: whatever had to be mended is noted beside it."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError

from kloppocar.api.media import KINDS, is_https_url

from . import texts
from .findings import Finding, shortened

UNKNOWN_TIME = datetime(2000, 1, 1, tzinfo=UTC)
LONG_AFTER = datetime(2099, 12, 31, tzinfo=UTC)
DAY = timedelta(days=1)
MOST = 2**31 - 1
LONGEST_ID = 18  # digits that a BIGINT holds whatever they are
MEDIA = {
    "image": ("imageRef", "imgRef"),
    "video": ("vidRef",),
    "model": ("embedRef",),
    "qr": ("qrRef",),
    "web": ("webRef",),
}
FIRST_NAME = {"image": "load"}  # of URLs that had none


# What a report never shows: it goes around.
SECRET = {
    "email", "username", "cognitoUsername", "authToken", "authData", "pushToken", "code",
    "primaryContactName", "primaryContactEmail", "primaryContactPhone",
}  # fmt: skip


class Row:
    """`old_id`, `new_id`; `skipped` once it was decided that it does not come; `merged` into a row that is there."""

    def __init__(self, table: str, old_id: int, values: dict[str, Any], language: str) -> None:
        self.table, self.old_id, self.values, self.language = table, old_id, values, language
        self.new_id = 0
        self.refs: dict[str, int] = {}
        self.findings: list[Finding] = []
        self.skipped: str | None = None
        self.merged = False
        self.empty = False

    def note(self, rule: str, column: str = "", value: Any = "") -> None:
        shown = "" if column in SECRET else shortened(value)
        self.findings.append(Finding(self.table, self.old_id, column, rule, shown))

    def skip(self, rule: str, column: str = "", value: Any = "") -> None:
        self.note(rule, column, value)
        self.skipped = rule

    def __getitem__(self, column: str) -> Any:
        return self.values.get(column)

    # --- Plain values ---------------------------------------------------------------------------------------------

    def flag(self, column: str, usual: bool = False) -> bool:
        return is_set(self[column], usual)

    def number(self, column: str, *, least: int = 0, usual: int = 0) -> int:
        """Within what our column holds."""
        value = self[column]
        if value is None or value == "":
            return usual
        try:
            found = int(value)
        except (TypeError, ValueError):
            self.note("bad_number", column, value)
            return usual
        fitting = min(max(found, least), MOST)
        if fitting != found:
            self.note("bad_number", column, value)
        return fitting

    def text(self, column: str, *, longest: int | None = None) -> str:
        value = self[column]
        if value is None:
            return ""
        found, trouble = texts.mended(str(value))
        if trouble:
            self.note(trouble, column, value)
        if longest is not None and len(found) > longest:
            self.note("cut", column, value)
            found = found[:longest]
        return found.strip()

    def time(self, column: str) -> datetime | None:
        value = self[column]
        if value is None or value == "":
            return None
        if (found := parsed(str(value))) is None:
            self.note("zero_date", column, value)
        return found

    @property
    def created(self) -> datetime:
        return parsed(str(self["createdDt"])) or parsed(str(self["updatedDt"])) or UNKNOWN_TIME

    @property
    def times(self) -> dict[str, datetime]:
        return {"created_at": self.created, "updated_at": parsed(str(self["updatedDt"])) or self.created}

    def window(self, starts: datetime | None, ends: datetime | None) -> tuple[datetime, datetime | None]:
        start = starts or self.created
        if ends is not None and ends <= start:
            self.note("ends_before_start", "endDate", self["endDate"])
            start = ends - DAY
        return start, ends

    # --- JSON -----------------------------------------------------------------------------------------------------

    def json(self, column: str) -> Any:
        """What a JSON column holds; of broken JSON what can be read of it, if that is anything."""
        value = self[column]
        if value is None or value == "":
            return None
        if not isinstance(value, str):
            return value
        found, trouble = texts.decode(value)
        if trouble:
            self.note(trouble, column, value)
            return None if found == value else found
        return found

    def object(self, column: str) -> dict[str, Any]:
        found = self.json(column)
        if isinstance(found, dict):
            return found
        if found not in (None, [], ""):
            self.note("bad_json", column, self[column])
        return {}

    def texts(self, column: str, longest: int, *, language: str | None = None) -> dict[str, str]:
        """`language`: of a plain text, if it is another than the import's."""
        language = language or self.language
        found, troubles = texts.texts_of(self[column], language=language, languages=settings.CONTENT_LANGUAGES)
        for trouble in sorted(troubles):
            self.note(trouble, column, self[column])
        if any(len(text) > longest for text in found.values()):
            self.note("too_long", column, self[column])
        return found

    def name(self, column: str, longest: int, *, language: str | None = None) -> dict[str, str]:
        """Texts that may not be empty."""
        if found := self.texts(column, longest, language=language):
            return found
        self.note("no_name", column)
        return {"en": f"{self.table} {self.old_id}"}

    def media(self) -> dict[str, dict[str, str]]:
        found: dict[str, dict[str, str]] = {}
        for kind in KINDS:
            for column in MEDIA[kind]:
                if urls := self.urls(column, FIRST_NAME.get(kind, "url")):
                    found.setdefault(kind, {}).update(urls)
        return found

    def urls(self, column: str, first: str) -> dict[str, str]:
        value = self.json(column)
        if value in (None, "", [], {}):
            return {}
        if isinstance(value, str):
            value = {first: value}
        if isinstance(value, list):  # early seed data
            value = {first if place == 0 else f"{first}{place + 1}": url for place, url in enumerate(value)}
        if not isinstance(value, dict):
            self.note("bad_media", column, value)
            return {}
        found = {}
        for name, url in value.items():
            if url in (None, ""):
                continue
            if (usable := https(url)) is None or len(str(name)) > 40:
                self.note("bad_media", column, url)
                continue
            if usable != url:
                self.note("bad_media", column, url)
            found[str(name) or first] = usable
        return found


def is_set(value: Any, usual: bool = False) -> bool:
    if isinstance(value, bytes):  # BIT(1)
        return value != b"\0"
    return usual if value is None or value == "" else str(value).strip().lower() not in {"0", "false", "no"}


def as_id(value: Any) -> int | None:
    """The id of an old row that JSON names, as a number or as text; None where it can be none."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = str(value).strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) <= LONGEST_ID else None


def https(url: Any, *, longest: int = 1000) -> str | None:
    if not isinstance(url, str):
        return None
    url = url.strip()
    if url.startswith("http://"):
        url = f"https://{url.removeprefix('http://')}"
    if len(url) > longest:
        return None
    try:
        is_https_url(url)
    except ValidationError:
        return None
    return url


def parsed(value: str) -> datetime | None:
    """A time in UTC; None where there is none, as in 0000-00-00."""
    try:
        found = datetime.fromisoformat(value.strip().replace("Z", "+00:00"))
    except ValueError:
        return None
    found = found if found.tzinfo else found.replace(tzinfo=UTC)
    return found.astimezone(UTC) if found.year > 1 else None
