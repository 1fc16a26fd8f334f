"""Times on the wire: nanoseconds since the epoch here, RFC 3339 out there."""

import re
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

SECOND = 1_000_000_000
MINUTE = 60 * SECOND
DAY = 86_400 * SECOND
NEW_YORK = ZoneInfo("America/New_York")

_FRACTION = re.compile(r"\.(\d+)")
_EARLIEST, _LATEST = -(2**63) + DAY, 2**63 - DAY
_LONGEST_DATE = len("20260105")


@lru_cache(maxsize=4096)
def _second(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S")


def rfc3339(at: int) -> str:
    """Return a time in UTC with all nine digits: `2026-01-05T14:30:00.000000000Z`."""
    seconds, fraction = divmod(at, SECOND)
    return f"{_second(seconds)}.{fraction:09d}Z"


def rfc3339_seconds(at: int) -> str:
    """Return a time in UTC in whole seconds, as bars carry it."""
    return f"{_second(at // SECOND)}Z"


def new_york(at: int) -> datetime:
    """Return a time as a New York clock shows it."""
    return datetime.fromtimestamp(at / SECOND, NEW_YORK)


def new_york_rfc3339(at: int) -> str:
    """Return a time with New York's offset, in whole seconds."""
    moment = datetime.fromtimestamp(at // SECOND, NEW_YORK)
    offset = moment.utcoffset() or timedelta()
    if offset % timedelta(minutes=1):  # local mean time, before 1883: RFC 3339 has no seconds there
        moment = moment.astimezone(UTC)
    return moment.isoformat()


def nanoseconds(moment: datetime) -> int:
    """Return an aware time as nanoseconds since the epoch, exact to the microsecond."""
    delta = moment - datetime.fromtimestamp(0, UTC)
    return (delta.days * 86_400 + delta.seconds) * SECOND + delta.microseconds * 1_000


def new_york_midnight(day: date) -> int:
    """Return when a day begins in New York."""
    return nanoseconds(datetime.combine(day, time(), NEW_YORK))


def next_new_york_midnight(at: int) -> int:
    """Return the first midnight of New York after `at`."""
    return new_york_midnight(new_york(at).date() + timedelta(days=1))


def utc_date(at: int) -> date:
    """Return the day of a time in UTC."""
    return datetime.fromtimestamp(at // SECOND, UTC).date()


def is_date(text: str) -> bool:
    """Whether a time is told as a whole day."""
    try:
        date.fromisoformat(text.strip())
    except ValueError:
        return False
    return True


GTC_DAYS = 90
GTC_ENDS = 16 * 60 * MINUTE + 15 * MINUTE


@lru_cache(maxsize=64)
def _gtc_end(day: date) -> int:
    return new_york_midnight(day + timedelta(days=GTC_DAYS)) + GTC_ENDS


def gtc_expires(at: int) -> int:
    """Return when an order good till canceled ages out: 16:15 in New York, 90 days on."""
    return _gtc_end(new_york(at).date())


def parse(text: str) -> int:
    """Read a date or an RFC 3339 time with up to nine digits of a second.

    Raises:
        ValueError: when it is neither.
    """
    text = text.strip()
    if text.isdigit() and len(text) > _LONGEST_DATE:
        return _bounded(int(text))
    if "T" in text:
        text = text.replace(" ", "+")  # a plus sign that was not escaped in a query
    fraction = _FRACTION.search(text)
    digits = fraction.group(1)[:9].ljust(9, "0") if fraction else "0"
    moment = datetime.fromisoformat(_FRACTION.sub("", text))
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return _bounded(nanoseconds(aware) + int(digits))


def _bounded(at: int) -> int:
    """Keep a time within what 64 bits of nanoseconds hold: the years 1677 to 2262."""
    return max(_EARLIEST, min(at, _LATEST))
