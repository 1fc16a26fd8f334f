"""The kill cord as the order path sees it: a flag in memory and the latch file behind it.

The flag falls first, so a desk is halted even when its disk is not; the file
holds over a restart, and any process may create it. While it is pulled one kind of
order may leave: one that a confirmed flatten was granted by name, and that reduces.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from console.desk import latch
from console.desk.latch import Latched
from console.domain.orders import OrderRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """Leave for exactly one order to be sent while halted."""

    request: OrderRequest
    objection: Callable[[], str]
    """Asked at the last look: why it may not leave after all; empty when it still reduces."""


class Cord:
    """Whether trading is halted."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.said: Latched | None = None
        """What the puller said; None while trading is active."""
        self._grants: dict[str, Grant] = {}

    @property
    def is_pulled(self) -> bool:
        """Whether nothing may be sent. Looks at the file: call it right before a send."""
        return self.said is not None or latch.is_pulled(self.path)

    def grant(self, grant: Grant) -> None:
        """Let one order of a confirmed flatten leave, as it is and only by its name."""
        self._grants[grant.request.client_order_id] = grant

    def withdraw(self, order: str) -> None:
        """Take the grant of an order back."""
        self._grants.pop(order, None)

    def withdraw_all(self) -> None:
        """Take every grant back: from here on nothing leaves."""
        self._grants.clear()

    def may_leave(self, order: str) -> bool:
        """Return whether the bytes of an order may leave. Asked in the thread that sends them."""
        return order in self._grants or not self.is_pulled

    def objection(self, request: OrderRequest | None = None) -> str:
        """Return why an order, or any order, may not be sent; empty when it may."""
        if not self.is_pulled:
            return ""
        grant = None if request is None else self._grants.get(request.client_order_id)
        if grant is not None and grant.request == request:
            return grant.objection()
        said = self.said or latch.read(self.path)
        why = "" if said is None else f" by {said.by}: {said.reason}"
        return f"Trading is halted{why}. Re-arm before you trade."
