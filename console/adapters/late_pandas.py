"""alpaca-py without pandas, until somebody uses it: it makes tables there that no desk asks for.

pandas and what it imports take some four tenths of the desk's imports, and the first quotes
wait for them. While alpaca-py is imported a stand-in takes its place; used later, it is pandas.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from types import ModuleType
from typing import Any

NAME = "pandas"


@contextmanager
def pandas_when_used() -> Iterator[None]:
    """Import nothing of pandas within this block; after it whoever imports it has the real one."""
    if NAME in sys.modules:
        yield
        return
    standing_in = sys.modules[NAME] = _StandIn(NAME)
    try:
        yield
    finally:
        if sys.modules.get(NAME) is standing_in:
            del sys.modules[NAME]


class _StandIn(ModuleType):
    """Is asked for names while alpaca-py is imported, and is pandas from then on."""

    def __getattr__(self, name: str) -> object:
        if name.startswith("__"):
            raise AttributeError(name)
        if sys.modules.get(NAME) is not self:
            return getattr(import_module(NAME), name)
        return type(name, (_Late,), {})


class _Late:
    """A class of pandas that was named before pandas was there."""

    def __new__(cls, *values: object, **named: object) -> Any:
        """Return what the class of that name makes."""
        return getattr(import_module(NAME), cls.__name__)(*values, **named)
