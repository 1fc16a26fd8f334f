"""Times on the wire are RFC 3339 whatever the year."""

import re
from datetime import UTC, datetime

import pytest

from console.venue.wire.timestamps import SECOND, new_york_rfc3339

RFC_3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d")


@pytest.mark.parametrize("year", [1827, 1883, 1890, 1945, 1975, 2026])
def test_new_york_had_no_offset_of_whole_minutes_before_the_railways(year):
    moment = datetime(year, 11, 1, 12, tzinfo=UTC)

    written = new_york_rfc3339(round(moment.timestamp()) * SECOND)

    assert RFC_3339.fullmatch(written)
    assert datetime.fromisoformat(written) == moment
