"""Notices that the machine slept, or that its clock was set: what is known is old then.

One clock goes on while a machine sleeps, the other stands still. Sockets look alive
after a sleep that outlasted them, and no watchdog that counts the standing clock knows.
A clock that is set back is not followed, so only its gauge tells of it.
"""

import logging
from collections.abc import Callable

from console.desk.alerts import AlertDesk
from console.desk.feed import Feed
from console.desk.gauges import Gauges
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
        gauges: Gauges,
        sleep: Sleep,
    ) -> None:
        self._feed = feed
        self._trading = trading
        self._alerts = alerts
        self._recorder = recorder
        self._clock = clock
        self._pace = pace
        self._gauges = gauges
        self._sleep = sleep
        self._told_back = 0.0
        self.on_jump: Callable[[float], None] = lambda _seconds: None
        """Called with the seconds by which the clock jumped, below zero when it was set back."""

    async def work(self) -> None:
        """Look at both clocks once a second, for ever."""
        before = self._apart()
        while True:
            await self._sleep(self._pace.measure_every)
            now = self._apart()
            if now - before >= self._pace.asleep_after:
                self._wake(now - before)
            before = now
            self._look_back()

    def _look_back(self) -> None:
        """Tell of a clock that was set back; once for every jump, and never of a small step."""
        behind = self._gauges.set_back()
        jumped = behind - self._told_back
        if abs(jumped) < self._pace.asleep_after:
            return
        self._told_back = behind
        if jumped < 0:
            log.info("the clock has caught up by %.0f s", -jumped)
            return
        text = (
            f"The machine's clock was set back by {jumped:.0f} s: this desk goes on by the time "
            "before. Mend the clock, then end the desk with `killcord desk --stop` and start it "
            "anew."
        )
        log.error("%s", text)
        self._alerts.alert(AlertKind.SYSTEM, Severity.CRITICAL, text)
        self._recorder.note("clock.jumped", THE_DESK, {"seconds": -round(jumped, 3)})
        self.on_jump(-jumped)

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
        self.on_jump(seconds)
