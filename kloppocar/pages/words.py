"""Times and numbers as the reader's language says them."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import formats
from django.utils.translation import gettext as _

from kloppocar.api.times import is_beyond


def here(at: datetime) -> datetime:
    """In the place that is named; at the ends of the calendar as it is."""
    return at if is_beyond(at) else at.astimezone(ZoneInfo(settings.PUBLIC_TIME_ZONE))


def moment(at: datetime) -> str:
    """`Friday, 25 December 2026, 10:00 (Berlin time)`: whoever reads may be elsewhere, so the place is named."""
    zone = ZoneInfo(settings.PUBLIC_TIME_ZONE)
    city = zone.key.rpartition("/")[2].replace("_", " ")
    return _("{date} ({city} time)").format(date=formats.date_format(here(at), _("l, j F Y, H:i")), city=city)


def day(at: datetime) -> str:
    """`25 December 2026`."""
    return formats.date_format(here(at), _("j F Y"))


def number(value: int) -> str:
    """`5,000`."""
    return formats.number_format(value, use_l10n=True, force_grouping=True)


def minutes(seconds: int) -> str:
    """How long to wait, rounded up."""
    count = max(1, -(-seconds // 60))
    return _("in one minute") if count == 1 else _("in {count} minutes").format(count=number(count))
