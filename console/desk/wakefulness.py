"""Notices that the machine slept, or that its clock was set on: what is known is old then.

One clock goes on while a machine sleeps, the other stands still. Sockets look alive
after a sleep that outlasted them, and no watchdog that counts the standing clock knows.
"""

import logging

from console.desk.alerts import AlertDesk
from console.desk.feed import Feed
from console.desk.limits import Pace
from console.desk.recorder import THE_DESK, Recorder
from console.desk.trading import TradingLine
from console.desk.workers import Sleep
from console.domain.alerts import AlertKind, Severity
from console.ports import Clock

log = logging.getLogger(__name__)


class Wakefulness:
    """Compares the two clocks, and has everything asked anew when they part."""

    def __init__(
        self,
        *,
        feed: Feed,
        trading: TradingLine,
        alerts: AlertDesk,
        recorder: Recorder,
        clock: Clock,
        pace: Pace,
        sleep: Sleep,
    ) -> None:
        self._feed = feed
        self._trading = trading
        self._alerts = alerts
        self._recorder = recorder
        self._clock = clock
        self._pace = pace
        self._sleep = sleep

    async def work(self) -> None:
        """Look at both clocks once a second, for ever."""
        before = self._apart()
        while True:
            await self._sleep(self._pace.measure_every)
            now = self._apart()
            if now - before >= self._pace.asleep_after:
                self._wake(now - before)
            before = now

    def _apart(self) -> float:
        return self._clock.now().timestamp() - self._clock.monotonic()

    def _wake(self, seconds: float) -> None:
        text = (
            f"The machine slept for {seconds:.0f} s, or its clock was set: "
            "both streams are opened anew."
        )
        log.warning("%s", text)
        self._alerts.alert(AlertKind.SYSTEM, Severity.WARNING, text)
        self._recorder.note("clock.jumped", THE_DESK, {"seconds": round(seconds, 3)})
        self._feed.reopen("the machine slept: reconnecting")
        self._trading.reopen("the machine slept: reconnecting")
