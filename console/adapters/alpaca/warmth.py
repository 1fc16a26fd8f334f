"""Keeps connections open for what may have to be sent next, so that no order waits for TCP and TLS.

Nothing is ever sent here. A connection that the broker has closed is opened anew; the more
often that is needed, the longer the pauses.
"""

import logging
import threading
from collections.abc import Callable, Sequence

from console.adapters.alpaca.wire import Wire

log = logging.getLogger(__name__)

FIRST_PAUSE = 1.0
LONGEST_PAUSE = 30.0
_STOP_SECONDS = 0.5


class Warmth:
    """Looks after the idle connections of some wires, in a thread of its own."""

    def __init__(self, wires: Callable[[], Sequence[Wire]], url: str) -> None:
        self._wires = wires
        self._url = url
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name="alpaca warmth", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Open nothing any more; waits a moment for what is being opened."""
        self._ending.set()
        self._thread.join(_STOP_SECONDS)

    def _run(self) -> None:
        pause = 0.0
        while not self._ending.wait(pause):
            was_cold = [self._warm(wire) for wire in self._wires()]
            pause = (
                min(max(pause * 2, FIRST_PAUSE), LONGEST_PAUSE) if any(was_cold) else FIRST_PAUSE
            )

    def _warm(self, wire: Wire) -> bool:
        """Return whether there was no connection."""
        try:
            return wire.warm(self._url)
        except Exception as error:  # noqa: BLE001 - a worker's boundary; a request will say why
            log.debug("no connection stands ready: %s", error)
            return True
