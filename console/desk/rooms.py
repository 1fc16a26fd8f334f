"""The rooms of the desk, each built from those it needs: the order of lines is the layout."""

from collections.abc import Sequence

from console.desk.alerts import AlertDesk
from console.desk.analyst import Analyst, TakeReadings
from console.desk.attention import Attention
from console.desk.blind import BlindEntries
from console.desk.board import Board
from console.desk.books import Books
from console.desk.cancels import CancelDesk
from console.desk.closer import Closer
from console.desk.connections import Connections
from console.desk.cord import Cord
from console.desk.exits import ExitDesk
from console.desk.feed import Feed
from console.desk.fence import Fence
from console.desk.fencing import Fencing
from console.desk.flatten import FlattenDesk
from console.desk.gauges import Gauges
from console.desk.guard import Guard
from console.desk.halt import HaltDesk
from console.desk.held_key import HeldKey
from console.desk.latch_disk import LatchDisk
from console.desk.limits import Limits
from console.desk.lookout import Lookout
from console.desk.money import Money
from console.desk.orders import OrderDesk
from console.desk.rearm import Rearm
from console.desk.reconcile import Reconciler
from console.desk.recorder import Recorder
from console.desk.restraints import Restraints
from console.desk.scan_shelf import ScanShelf
from console.desk.scanner import Scanner
from console.desk.sender import Sender
from console.desk.sequence import HaltSequence
from console.desk.sight import Sight
from console.desk.situation import Situation
from console.desk.store import Store
from console.desk.survey import Survey
from console.desk.sweep import Sweep
from console.desk.trading import TradingLine
from console.desk.traffic import Traffic
from console.desk.triggers.watcher import TriggerWatch
from console.desk.universe import Universe
from console.desk.unknowns import Unknowns
from console.desk.unseen import UnseenFills
from console.desk.wakefulness import Wakefulness
from console.desk.watchlist import Watchlist
from console.desk.workers import Sleep, Workers
from console.domain.alerts import AlertKind, Severity
from console.folders import StateFolder
from console.ports import (
    Broker,
    Clock,
    History,
    Journal,
    MarketStream,
    ScanSource,
    TradingStream,
)


class Rooms:
    """Everything the desk is made of."""

    def __init__(
        self,
        *,
        broker: Broker,
        history: History,
        market_stream: MarketStream,
        trading_stream: TradingStream,
        journal: Journal,
        clock: Clock,
        folder: StateFolder,
        limits: Limits,
        take_readings: TakeReadings,
        default_watchlist: Sequence[str],
        epoch: str,
        gauges: Gauges,
        sleep: Sleep,
        has_real_time: bool = False,
        scan_source: ScanSource | None = None,
    ) -> None:
        pace = limits.pace
        self.store = store = Store()
        self.cord = cord = Cord(folder.latch)
        self.workers = workers = Workers(on_death=self._on_death, sleep=sleep)
        self.connections = connections = Connections(store=store, clock=clock, gauges=gauges)
        self.recorder = recorder = Recorder(
            journal=journal, store=store, clock=clock, pace=pace, sleep=sleep
        )
        recorder.on_trouble = self._on_trouble
        self.alerts = alerts = AlertDesk(store=store, recorder=recorder, clock=clock, epoch=epoch)
        self.books = books = Books(store=store, recorder=recorder, clock=clock)
        self.universe = universe = Universe(
            broker=broker, connections=connections, pace=pace, sleep=sleep
        )
        self.feed = feed = Feed(
            stream=market_stream,
            history=history,
            store=store,
            connections=connections,
            clock=clock,
            limits=limits,
            workers=workers,
            sleep=sleep,
        )
        self.watchlist = Watchlist(
            store=store,
            feed=feed,
            universe=universe,
            recorder=recorder,
            limits=limits,
            default=default_watchlist,
        )
        self.lookout = Lookout(
            store=store,
            alerts=alerts,
            feed=feed,
            connections=connections,
            clock=clock,
            limits=limits,
            sleep=sleep,
        )
        self.analyst = analyst = Analyst(
            feed=feed,
            store=store,
            take_readings=take_readings,
            clock=clock,
            pace=pace,
            sleep=sleep,
        )
        self.attention = Attention(
            store=store,
            feed=feed,
            analyst=analyst,
            universe=universe,
            pace=pace,
            sleep=sleep,
        )
        self.unknowns = unknowns = Unknowns(
            broker=broker,
            store=store,
            books=books,
            recorder=recorder,
            connections=connections,
            workers=workers,
            clock=clock,
            pace=pace,
            sleep=sleep,
        )
        survey = Survey(broker=broker, store=store, connections=connections, clock=clock, pace=pace)
        self.reconciler = reconciler = Reconciler(
            survey=survey,
            store=store,
            books=books,
            recorder=recorder,
            unknowns=unknowns,
            alerts=alerts,
            clock=clock,
            pace=pace,
            sleep=sleep,
        )
        self.money = money = Money(
            broker=broker,
            store=store,
            books=books,
            connections=connections,
            clock=clock,
            pace=pace,
            sleep=sleep,
        )
        self.trading = TradingLine(
            stream=trading_stream,
            store=store,
            books=books,
            money=money,
            reconciler=reconciler,
            connections=connections,
            workers=workers,
        )
        self.wakefulness = Wakefulness(
            feed=feed,
            trading=self.trading,
            alerts=alerts,
            recorder=recorder,
            clock=clock,
            pace=pace,
            gauges=gauges,
            sleep=sleep,
        )
        self.sender = sender = Sender(
            store=store,
            books=books,
            recorder=recorder,
            connections=connections,
            cord=cord,
            unknowns=unknowns,
            clock=clock,
            pace=pace,
        )
        self.restraints = restraints = Restraints(
            path=folder.reducing,
            store=store,
            reconciler=reconciler,
            recorder=recorder,
            clock=clock,
            pace=pace,
            sleep=sleep,
        )
        self.unseen = unseen = UnseenFills(store=store, clock=clock)
        self.traffic = traffic = Traffic(store=store, clock=clock)
        self.blind = blind = BlindEntries(
            store=store, connections=connections, recorder=recorder, alerts=alerts
        )
        situation = Situation(
            store=store,
            universe=universe,
            connections=connections,
            reconciler=reconciler,
            cord=cord,
            restraints=restraints,
            unseen=unseen,
            traffic=traffic,
            blind=blind,
            limits=limits,
            clock=clock,
        )
        sender.last_look = situation.last_look
        self.orders = orders = OrderDesk(
            broker=broker,
            store=store,
            situation=situation,
            sender=sender,
            recorder=recorder,
            clock=clock,
            epoch=epoch,
            audit_head=gauges.audit_head,
        )
        self.cancels = cancels = CancelDesk(
            broker=broker,
            store=store,
            recorder=recorder,
            connections=connections,
            unknowns=unknowns,
            workers=workers,
            pace=pace,
        )
        sight = Sight(
            broker=broker,
            store=store,
            books=books,
            unknowns=unknowns,
            connections=connections,
            clock=clock,
            limits=limits,
            sleep=sleep,
        )
        closer = Closer(
            sight=sight,
            store=store,
            orders=orders,
            cancels=cancels,
            cord=cord,
            workers=workers,
            clock=clock,
            limits=limits,
            sleep=sleep,
        )
        self.flattens = FlattenDesk(
            sight=sight,
            closer=closer,
            store=store,
            cord=cord,
            recorder=recorder,
            workers=workers,
            clock=clock,
            limits=limits,
        )
        guard = Guard(
            sight=sight,
            store=store,
            orders=orders,
            recorder=recorder,
            reconciler=reconciler,
            alerts=alerts,
            limits=limits,
            sleep=sleep,
        )
        self.exits = ExitDesk(
            sight=sight,
            guard=guard,
            store=store,
            orders=orders,
            cancels=cancels,
            cord=cord,
            recorder=recorder,
            workers=workers,
            clock=clock,
            limits=limits,
            sleep=sleep,
        )
        sweep = Sweep(
            broker=broker,
            store=store,
            books=books,
            sender=sender,
            unknowns=unknowns,
            connections=connections,
            clock=clock,
            pace=pace,
            sleep=sleep,
        )
        disk = LatchDisk(cord)
        board = Board(cord=cord, store=store, clock=clock, profile=folder.profile)
        fence = Fence(broker=broker, connections=connections, pace=pace)
        fencing = Fencing(
            fence=fence,
            sight=sight,
            board=board,
            recorder=recorder,
            limits=limits,
            sleep=sleep,
        )
        sequence = HaltSequence(
            board=board,
            sender=sender,
            sweep=sweep,
            fencing=fencing,
            disk=disk,
            recorder=recorder,
            store=store,
            workers=workers,
            limits=limits,
            sleep=sleep,
        )
        rearm = Rearm(
            cord=cord,
            board=board,
            sequence=sequence,
            fence=fence,
            disk=disk,
            recorder=recorder,
            refresh=money.refresh,
            pace=pace,
        )
        self.halts = HaltDesk(
            cord=cord,
            board=board,
            disk=disk,
            sequence=sequence,
            fence=fence,
            fencing=fencing,
            flattens=self.flattens,
            rearm=rearm,
            held_key=HeldKey(workers=workers, clock=clock, within=pace.halt_repeat, sleep=sleep),
            sender=sender,
            recorder=recorder,
            clock=clock,
            pace=pace,
            sleep=sleep,
        )

        self.triggers = TriggerWatch(
            store=store,
            feed=feed,
            connections=connections,
            recorder=recorder,
            alerts=alerts,
            traffic=traffic,
            cord=cord,
            halts=self.halts,
            restraints=restraints,
            workers=workers,
            clock=clock,
            limits=limits,
            sleep=sleep,
            has_real_time=has_real_time,
            set_back=gauges.set_back,
        )
        reconciler.on_mismatch = self.triggers.mismatched
        self.scanner = Scanner(
            source=scan_source,
            universe=universe,
            store=store,
            shelf=ScanShelf(folder.scans),
            recorder=recorder,
            workers=workers,
            clock=clock,
            pace=pace,
            sleep=sleep,
        )

    def _on_death(self, name: str, error: Exception) -> None:
        text = f"A part of the desk stumbled ({name}): {error!r}. See the desk's log."
        self.alerts.alert(AlertKind.SYSTEM, Severity.CRITICAL, text)

    def _on_trouble(self, why: str) -> None:
        text = f"Nothing can be recorded: {why}. No order is sent until that is mended."
        self.alerts.alert(AlertKind.SYSTEM, Severity.CRITICAL, text)
