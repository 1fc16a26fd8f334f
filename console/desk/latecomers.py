"""An order that appears after a halt was proven: it is swept away as well.

Until the fence stands another program with the same keys may go on. What it places after the
second look is in no proof: from the moment it is told of, the halt is not confirmed.
"""

from console.desk.cord import Cord
from console.desk.recorder import THE_DESK, Recorder
from console.desk.store import Store
from console.desk.sweep import Sweep
from console.desk.turns import Turns
from console.domain.events import Event, OrderUpdated
from console.domain.orders import Order


class Latecomers:
    """Has the halt swept and proven anew for each open order that no look has shown."""

    def __init__(
        self, *, cord: Cord, store: Store, sweep: Sweep, turns: Turns, recorder: Recorder
    ) -> None:
        self._cord = cord
        self._sweep = sweep
        self._turns = turns
        self._recorder = recorder
        store.listen(self._see)

    def _see(self, event: Event) -> None:
        if isinstance(event, OrderUpdated) and self._is_one(event.order):
            self._sweep.touched.add(event.order.key)
            self._recorder.note("halt.doubted", THE_DESK, {"order": event.order.key})
            self._turns.doubt()

    def _is_one(self, order: Order) -> bool:
        # What a flatten sends is no stranger, and a sweep follows it in any case.
        if self._cord.said is None or self._turns.is_closing:
            return False
        is_known = order.key in self._sweep.touched
        return order.is_open and not order.status.is_ours and not is_known
