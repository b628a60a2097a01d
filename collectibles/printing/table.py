"""A campaign's codes as CSV: a line each, as it is printed and as a phone opens it."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from collectibles.codes import format_code
from kloppocar.api.errors import Refusal
from kloppocar.api.links import link_of_code
from kloppocar.api.spreadsheet import BOM, encoded, guarded

from .selection import Selection

COLUMNS = ["code", "link", "batch", "max_uses", "uses", "revoked_at"]
LINES = 100_000  # of one file: as many as a batch
PLAIN = 20_000  # that many are sent uncompressed: a gateway passes on 6 MB
ROWS = 2_000  # in memory at once


def table(selection: Selection, address: str, *, compressed: bool = True, most: int | None = None) -> Iterator[bytes]:
    """The file, piece by piece, of LINES codes or of `most`. What cannot be had is refused before the first piece."""
    first, last = selection.bounds(most or LINES)
    if last - first > PLAIN and not compressed:
        detail = _("{count} codes are too large a file to be sent as it is: accept gzip (curl --compressed).")
        words = detail.format(count=f"{last - first:,}")
        raise Refusal("compression_needed", words, status=400, extra={"codes": last - first, "most": PLAIN})
    return pieces(selection, address, first, last)


def pieces(selection: Selection, address: str, first: int, last: int) -> Iterator[bytes]:
    yield BOM
    yield encoded([COLUMNS])
    rows = selection.all().values_list("id", "code", "batch", "max_uses", "uses", "revoked_at")
    page = list(rows[first : min(first + ROWS, last)])
    while page:
        yield encoded(line(row, address) for row in page)
        first += len(page)
        page = list(rows.filter(id__gt=page[-1][0])[: min(ROWS, last - first)])


def line(row: tuple, address: str) -> list:
    _id, code, batch, max_uses, uses, revoked_at = row
    stamp = revoked_at.isoformat(timespec="seconds") if revoked_at else ""
    return [guarded(format_code(code)), link_of_code(code, address), batch, max_uses, uses, stamp]
