"""The desk's one state, and who is told when it changes."""

import logging
from collections.abc import Callable

from console.domain.events import Event
from console.domain.state import TradingState, apply

Listener = Callable[[Event], None]
log = logging.getLogger(__name__)


class Store:
    """Holds the trading state; events are the only way to change it."""

    def __init__(self) -> None:
        self.state = TradingState()
        self._listeners: tuple[Listener, ...] = ()

    def apply(self, *events: Event) -> None:
        """Change the state; tell the listeners of every event that changed it."""
        for event in events:
            after = apply(self.state, event)
            if after is self.state:
                continue
            self.state = after
            for listener in self._listeners:
                self._tell(listener, event)

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Have `listener` called with each event from now on; return how to end that."""
        self._listeners = (*self._listeners, listener)

        def unlisten() -> None:
            # equality, not identity: a bound method is a new object each time it is named
            self._listeners = tuple(one for one in self._listeners if one != listener)

        return unlisten

    def _tell(self, listener: Listener, event: Event) -> None:
        try:
            listener(event)
        except Exception:
            # A listener belongs to somebody else: its failure must not stop the order path.
            log.exception("a listener failed on %s", type(event).__name__)
