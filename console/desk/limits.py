"""Every number the desk decides by, with its unit and where it comes from."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Annotated

from console.desk.flatten_limits import FlattenLimits
from console.desk.triggers.limits import TriggerLimits
from console.domain.ranges import Within


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How long the desk waits for what, in seconds unless it says otherwise."""

    send_deadline: Annotated[float, Within("s", 1, 30)] = 10.0
    """The longest a write to the broker may take before it is unknown. The adapter's own
    deadline (8 s, promise O4) comes first; this one holds when the adapter fails to."""
    send_patience: Annotated[float, Within("s", 0.5, 30)] = 5.0
    """How long an order may wait between its check and its send, for the disk, for a slot or
    while the machine sleeps: the market it was checked against is gone after that."""
    sends_at_once: Annotated[int, Within("orders", 1, 4)] = 4
    """Orders on their way to the broker at the same time. Not more than the adapter has
    threads for: an order that waits must wait before the latch is looked at, not after."""
    mute_after: Annotated[float, Within("s", 2, 120)] = 15.0
    """Silence of the market data in an open session that counts as mute. Promise S1."""
    cross_check_every: Annotated[float, Within("s", 3, 60)] = 6.0
    """How often the newest quotes and trades are asked of the source and held against what the
    stream told. Promise S1: a symbol that moves is found mute after two looks, within 15 s."""
    cross_check_tolerance: Annotated[float, Within("s", 0.5, 30)] = 1.0
    """How late, and how far out of order, the stream may tell of a symbol before it is mute."""
    asleep_after: Annotated[float, Within("s", 1, 60)] = 3.0
    """How far the two clocks may part within one look before the machine has slept."""
    measure_every: Annotated[float, Within("s", 0.1, 5)] = 1.0
    """How often links and ages are measured. Promise S7: marked within a second."""
    reconcile_every: Annotated[float, Within("s", 1, 300)] = 15.0
    """How often the broker's truth is compared with ours. Specification B2."""
    reconcile_deadline: Annotated[float, Within("s", 0.5, 30)] = 4.0
    """How long a comparison waits for one answer. Promise O2: an order of which we did not
    know is known 5 s after the broker heals, whatever was hanging when it did."""
    reconcile_pause_longest: Annotated[float, Within("s", 0.05, 10)] = 0.8
    """The longest pause between two looks whether the broker answers again. Promise O2."""
    refresh_every: Annotated[float, Within("s", 1, 60)] = 5.0
    """How often positions and account are asked for without a cause."""
    refresh_after_fill: Annotated[float, Within("s", 0.01, 5)] = 0.05
    """How long fills are gathered before positions and account are asked for."""
    difference_grace: Annotated[float, Within("s", 0, 10)] = 1.0
    """How long the trading stream may lag behind REST before that is a difference."""
    retry_first: Annotated[float, Within("s", 0.05, 10)] = 0.25
    """The first pause after a failed question; it doubles each time."""
    retry_longest: Annotated[float, Within("s", 0.1, 60)] = 5.0
    """The longest pause between two tries of a question."""
    absent_after: Annotated[float, Within("s", 1, 120)] = 5.0
    """An order is absent when two look-ups at least this far apart did not find it."""
    days_every: Annotated[float, Within("s", 1, 600)] = 10.0
    """How often the bars of the day are asked for."""
    assets_every: Annotated[float, Within("s", 60, 86_400)] = 3_600.0
    """How often the list of instruments is asked for anew."""
    readings_every: Annotated[float, Within("s", 0.1, 60)] = 0.5
    """How often the focused symbols are analysed."""
    record_patience: Annotated[float, Within("s", 0.1, 10)] = 1.0
    """How long a cancel or a halt waits for its record; it is sent in any case."""
    quote_patience: Annotated[float, Within("s", 0.1, 10)] = 1.0
    """How long a check waits for the first quote of a symbol that nobody watched."""
    quote_poll: Annotated[float, Within("s", 0.01, 1)] = 0.05
    """How often it looks."""
    refresh_gap: Annotated[float, Within("s", 0.3, 60)] = 1.0
    """The least time between two refreshes. Source: Alpaca's 200 requests a minute."""
    flat_deadline: Annotated[float, Within("s", 1, 60)] = 10.0
    """How long `flat` waits for the proof that the symbol's orders are canceled."""
    flat_poll: Annotated[float, Within("s", 0.05, 1)] = 0.1
    """How often it looks."""
    latch_poll: Annotated[float, Within("s", 0.01, 0.2)] = 0.05
    """How often the latch file is looked at. Promise H1: halted by file within 250 ms."""
    trigger_look: Annotated[float, Within("s", 0.01, 0.2)] = 0.1
    """How often the triggers look. Promise H10: the cord is pulled 250 ms after the cause."""
    halt_grace: Annotated[float, Within("s", 0, 1)] = 0.1
    """How long an acknowledgement of a halt waits for sends that had already left."""
    drain_deadline: Annotated[float, Within("s", 1, 30)] = 8.0
    """How long a halt waits for sends in flight before they are unknown. Promise O4."""
    sweep_deadline: Annotated[float, Within("s", 0.5, 30)] = 4.0
    """How long a sweep waits for one answer. Promise H5: done 5 s after the broker heals,
    and a broker that takes 3 s to answer is slow, not gone."""
    sweep_pause_longest: Annotated[float, Within("s", 0.05, 10)] = 1.0
    """The longest pause between two rounds of a sweep. Promise H5, as above."""
    proof_gap: Annotated[float, Within("s", 0.05, 5)] = 0.25
    """The time between the two snapshots that prove a halt."""
    halt_repeat: Annotated[float, Within("s", 0.1, 5)] = 1.0
    """Pulls of one hand that follow each other within this are one held key. A key repeats
    after 0.25 to 0.66 s, then every 0.03 s."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What the gate lets through. Sources: specification C1; money in dollars."""

    max_order_qty: Annotated[Decimal, Within("shares", 1, 10_000_000)] = Decimal(100_000)
    """Shares in one order; it may be a fraction, as a quantity may."""
    max_order_notional: Annotated[Decimal, Within("dollars", 1, 100_000_000)] = Decimal(250_000)
    """Worth of one order at its worst price."""
    max_qty_decimals: Annotated[int, Within("decimals", 0, 9)] = 9
    """Decimal places of a fractional quantity. Source: Alpaca."""
    collar: Annotated[Decimal, Within("fraction", 0.001, 0.5)] = Decimal("0.05")
    """How far through the market a limit price may reach, as a fraction of the touch."""
    patient_collar: Annotated[Decimal, Within("fraction", 0.01, 0.99)] = Decimal("0.5")
    """How far away an entry's limit may wait; beyond that a digit is missing or too many."""
    stale_after: Annotated[float, Within("s", 0.1, 60)] = 2.0
    """Age in seconds from which a quote is no ground for an entry."""
    min_trail_percent: Annotated[Decimal, Within("percent", 0.1, 50)] = Decimal("0.1")
    """The smallest trail. Source: Alpaca."""
    stale_alert_after: Annotated[float, Within("s", 1, 3_600)] = 30.0
    """Age in seconds of a watched symbol's quote, in session, that is worth an alert."""
    move_fraction: Annotated[float, Within("fraction", 0.001, 1)] = 0.01
    """A move this large within `move_window` is worth an alert."""
    move_window: Annotated[float, Within("s", 10, 3_600)] = 300.0
    """Seconds over which a move is measured."""
    ring_capacity: Annotated[int, Within("ticks", 100, 1_000_000)] = 5_000
    """Ticks kept per symbol and kind. Specification E1."""
    max_watchlist: Annotated[int, Within("symbols", 1, 1_000)] = 200
    """Symbols on the watchlist."""
    max_orders_per_minute: Annotated[int, Within("orders", 1, 100_000)] = 120
    """Entries and replacements in one minute. Alpaca takes 200 requests a minute; cancels and
    questions need the rest."""
    duplicate_window: Annotated[float, Within("s", 0, 60)] = 5.0
    """Seconds within which the same order again is a slip of the hand; 0 lets it pass."""
    halt_keeps_stops: bool = False
    """Whether a halt leaves the protective stops of open positions standing."""
    halt_sets_fence: bool = True
    """Whether a halt ends with the account suspended at the broker."""
    flatten: FlattenLimits = field(default_factory=FlattenLimits)
    pace: Pace = field(default_factory=Pace)
    triggers: TriggerLimits = field(default_factory=TriggerLimits)
