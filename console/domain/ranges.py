"""What a number may be: its unit, and the least and the most that make sense."""

from typing import NamedTuple


class Within(NamedTuple):
    """The unit of a setting and the values it may have, both ends included."""

    unit: str
    least: float
    most: float
