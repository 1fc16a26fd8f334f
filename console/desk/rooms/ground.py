"""The ground: what every other room stands on."""

from dataclasses import dataclass

from console.desk.alerts import AlertDesk
from console.desk.connections import Connections
from console.desk.cord import Cord
from console.desk.recorder import Recorder
from console.desk.rooms.outside import Outside
from console.desk.store import Store
from console.desk.workers import Workers
from console.domain.alerts import AlertKind, Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What the desk knows, writes down and runs on."""

    store: Store
    cord: Cord
    connections: Connections
    recorder: Recorder
    alerts: AlertDesk
    workers: Workers


def lay_ground(outside: Outside) -> Ground:
    """Build what needs no other room; what stumbles here is told as an alert."""
    store, clock = Store(), outside.clock
    recorder = Recorder(
        journal=outside.journal,
        store=store,
        clock=clock,
        pace=outside.limits.pace,
        sleep=outside.sleep,
    )
    alerts = AlertDesk(store=store, recorder=recorder, clock=clock, epoch=outside.epoch)

    def on_trouble(why: str) -> None:
        text = f"Nothing can be recorded: {why}. No order is sent until that is mended."
        alerts.alert(AlertKind.SYSTEM, Severity.CRITICAL, text)

    def on_death(name: str, error: Exception) -> None:
        text = f"A part of the desk stumbled ({name}): {error!r}. See the desk's log."
        alerts.alert(AlertKind.SYSTEM, Severity.CRITICAL, text)

    recorder.on_trouble = on_trouble
    return Ground(
        store=store,
        cord=Cord(outside.folder.latch),
        connections=Connections(store=store, clock=clock, gauges=outside.gauges),
        recorder=recorder,
        alerts=alerts,
        workers=Workers(on_death=on_death, sleep=outside.sleep),
    )
