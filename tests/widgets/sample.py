"""One trading day at a fixed moment, rich enough to fill every pane."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from console.domain.account import Account
from console.domain.alerts import Alert, AlertKind, Severity
from console.domain.connections import Channel, Connection, Link
from console.domain.events import ReadingsTaken
from console.domain.halt import Halt, HaltStep, StepStatus
from console.domain.market import Bar, Day, MarketClock, Phase, Quote, Trade
from console.domain.orders import (
    LegRole,
    Order,
    OrderClass,
    OrderRequest,
    OrderStatus,
    OrderType,
    Side,
    TimeInForce,
)
from console.domain.positions import Position
from console.domain.readings import Reading, Unit
from console.domain.receipts import Check, Preview
from console.domain.reconciliation import Cause, Difference, Reconciliation, Subject
from console.domain.state import TradingState

NOW = datetime(2026, 11, 23, 18, 46, 55, tzinfo=UTC)
LATER = timedelta(milliseconds=400)

MARKET = {
    # symbol: last, change %, spread, bid size, ask size, volume, seconds old
    "AAPL": (190.12, 1.23, 0.02, 300, 500, 41_230_112, 0.4),
    "MSFT": (415.60, -0.42, 0.04, 100, 200, 18_441_090, 0.2),
    "NVDA": (1_128.44, 3.87, 0.11, 200, 100, 52_101_338, 0.1),
    "AMZN": (184.07, 0.09, 0.01, 1_200, 800, 22_900_412, 1.3),
    "GOOG": (176.33, -1.11, 0.02, 400, 400, 15_221_904, 0.6),
    "META": (498.90, 0.55, 0.07, 100, 100, 9_981_020, 0.9),
    "TSLA": (177.48, -4.02, 0.03, 900, 1_100, 88_410_772, 0.3),
    "SPY": (530.27, 0.31, 0.01, 2_400, 3_100, 61_771_218, 0.1),
    "QQQ": (455.18, 0.48, 0.01, 1_800, 900, 39_004_551, 0.1),
    "IBM": (169.03, -0.08, 0.05, 200, 300, 3_001_887, 5.2),
    "F": (12.08, 0.00, 0.01, 18_000, 22_000, 33_118_045, 1.0),
    "SNDL": (0.4321, -7.65, 0.0003, 4_000, 9_500, 1_118_045, 1.8),
}


def ago(seconds: float) -> datetime:
    return NOW - timedelta(seconds=seconds)


def quote(symbol: str, mid: float, spread: float, sizes: tuple[int, int], age: float) -> Quote:
    return Quote(
        symbol=symbol,
        bid=mid - spread / 2,
        bid_size=sizes[0],
        ask=mid + spread / 2,
        ask_size=sizes[1],
        at=ago(age),
        received_at=ago(age),
    )


def trade(symbol: str, price: float, age: float = 0.5) -> Trade:
    return Trade(symbol=symbol, price=price, size=100, at=ago(age), received_at=ago(age))


def day(symbol: str, last: float, change: float, volume: float) -> Day:
    close = last / (1 + change / 100)
    bar = Bar(
        symbol=symbol, at=ago(15_000), open=close, high=last, low=close, close=last, volume=volume
    )
    return Day(symbol=symbol, bar=bar, previous_close=close)


def order(number: int, symbol: str, side: Side, qty: str, status: OrderStatus, **terms) -> Order:
    filled = terms.pop("filled", "0")
    request = {
        name: Decimal(value) if name.endswith(("price", "percent")) else value
        for name, value in terms.items()
        if name not in ("reason", "avg", "foreign")
    }
    return Order(
        request=OrderRequest(
            client_order_id=f"kc-3f2a17-{number}" if not terms.get("foreign") else f"bot{number}",
            symbol=symbol,
            side=side,
            qty=Decimal(qty),
            **request,
        ),
        status=status,
        submitted_at=ago(4_000 - 60 * number),
        updated_at=ago(3_990 - 60 * number),
        filled_qty=Decimal(filled),
        filled_avg_price=Decimal(terms["avg"]) if "avg" in terms else None,
        reason=terms.get("reason", ""),
        is_foreign=terms.get("foreign", False),
    )


ORDERS = (
    order(1, "AAPL", Side.BUY, "100", OrderStatus.FILLED, limit_price="188.40", filled="100",
          avg="188.38"),
    order(2, "TSLA", Side.SELL, "50", OrderStatus.FILLED, limit_price="181.10", filled="50",
          avg="181.12"),
    order(3, "IBM", Side.BUY, "200", OrderStatus.CANCELED, limit_price="168.00"),
    order(4, "NVDA", Side.BUY, "1000", OrderStatus.REJECTED, limit_price="1125.00",
          reason="insufficient buying power"),
    order(5, "AAPL", Side.SELL, "100", OrderStatus.NEW, order_type=OrderType.STOP,
          stop_price="187.00", time_in_force=TimeInForce.GTC),
    order(6, "SPY", Side.BUY, "40", OrderStatus.PARTIALLY_FILLED, limit_price="530.20",
          filled="15", avg="530.19"),
    order(7, "MSFT", Side.BUY, "25", OrderStatus.UNKNOWN, limit_price="415.00"),
    order(8, "QQQ", Side.SELL, "60", OrderStatus.PENDING_CANCEL, limit_price="457.00"),
    order(9, "AMZN", Side.SELL, "75", OrderStatus.NEW, limit_price="186.50", foreign=True),
    order(10, "TSLA", Side.BUY, "50", OrderStatus.NEW, order_type=OrderType.TRAILING_STOP,
          trail_percent="2"),
)  # fmt: skip

POSITIONS = (
    Position(symbol="AAPL", qty=Decimal(100), avg_entry_price=Decimal("188.38"),
             qty_available=Decimal(0), last_price=Decimal("190.10")),
    Position(symbol="TSLA", qty=Decimal(-50), avg_entry_price=Decimal("181.12"),
             qty_available=Decimal(50), last_price=Decimal("177.50")),
    Position(symbol="IBM", qty=Decimal("12.5"), avg_entry_price=Decimal("171.90"),
             qty_available=Decimal("12.5"), last_price=Decimal("169.05")),
    Position(symbol="SPY", qty=Decimal(15), avg_entry_price=Decimal("530.19"),
             qty_available=Decimal(15), last_price=Decimal("530.20")),
)  # fmt: skip

ALERTS = (
    Alert(id="a1", kind=AlertKind.FILL, severity=Severity.INFO, at=ago(3_900), symbol="AAPL",
          text="Bought 100 AAPL at 188.38", acknowledged_by="ann", acknowledged_at=ago(3_800)),
    Alert(id="a2", kind=AlertKind.REJECT, severity=Severity.WARNING, at=ago(3_750), symbol="NVDA",
          text="The broker rejected buy 1000 NVDA @ 1125: insufficient buying power"),
    Alert(id="a3", kind=AlertKind.UNKNOWN, severity=Severity.CRITICAL, at=ago(300), symbol="MSFT",
          text="No answer to buy 25 MSFT @ 415.00: it may be at the broker; looking it up"),
    Alert(id="a4", kind=AlertKind.STALE, severity=Severity.WARNING, at=ago(3), symbol="IBM",
          text="No quote of IBM for 2 s"),
    Alert(id="a5", kind=AlertKind.PRICE, severity=Severity.INFO, at=ago(60), symbol="NVDA",
          text="NVDA crossed above 1,125.00", acknowledged_by="ann", acknowledged_at=ago(50)),
)  # fmt: skip

READINGS = (
    Reading(symbol="AAPL", name="VWAP", value=189.48, unit=Unit.PRICE, sample=210, at=ago(1)),
    Reading(symbol="AAPL", name="Gap to VWAP", value=0.34, unit=Unit.PERCENT, sample=210,
            at=ago(1)),
    Reading(symbol="AAPL", name="Momentum 5 min", value=-0.12, unit=Unit.PERCENT, sample=5,
            at=ago(40)),
    Reading(symbol="AAPL", name="Spread", value=1.05, unit=Unit.BASIS_POINTS, sample=500,
            at=ago(0.4)),
    Reading(symbol="AAPL", name="Trades", value=412.0, unit=Unit.PER_MINUTE, sample=1_236,
            at=ago(0.5)),
    Reading(symbol="AAPL", name="Realized volatility", value=None, unit=Unit.PERCENT, sample=3,
            at=ago(60), note="needs 20 bars, has 3"),
    Reading(symbol="AAPL", name="Day volume", value=41_230_112.0, unit=Unit.SHARES, sample=1,
            at=ago(2)),
)  # fmt: skip


def connection(channel: Channel, age: float, latency: float | None = None) -> Connection:
    return Connection(
        channel=channel, link=Link.LIVE, at=ago(0.1), heard_at=ago(age), latency_ms=latency
    )


RECONCILED = Reconciliation(
    number=12,
    cause=Cause.ROUTINE,
    began_at=ago(4),
    at=ago(3.6),
    orders=5,
    fills=2,
    positions=3,
)
DIFFERING = Reconciliation(
    number=9,
    cause=Cause.RECONNECTED,
    began_at=ago(62),
    at=ago(60),
    orders=6,
    fills=1,
    positions=3,
    differences=(
        Difference(
            subject=Subject.ORDER,
            symbol="AAPL",
            text="The broker has an order this desk did not place: sell 5 AAPL @ 195.00 day "
            "(foreign).",
            done="It is followed and counted like our own.",
            order="5a2f1c8e-0000-4000-8000-000000000000",
        ),
        Difference(
            subject=Subject.POSITION,
            symbol="MSFT",
            text="Position in MSFT: we had 0, the broker has 15.",
            done="The broker's quantity and average were taken over.",
        ),
    ),
)
STATE = TradingState(
    account=Account(
        number="PA12345",
        equity=Decimal("100432.18"),
        last_equity=Decimal("100000.00"),
        cash=Decimal("72110.04"),
        buying_power=Decimal("361440.10"),
        is_shorting_enabled=True,
        is_blocked=False,
        at=ago(2),
    ),
    clock=MarketClock(
        at=ago(1),
        is_open=True,
        next_open=datetime(2026, 11, 24, 14, 30, tzinfo=UTC),
        next_close=datetime(2026, 11, 23, 21, 0, tzinfo=UTC),
        phase=Phase.REGULAR,
        received_at=ago(1),
    ),
    positions={position.symbol: position for position in POSITIONS},
    positions_at=ago(2),
    orders={each.key: each for each in ORDERS},
    quotes={
        symbol: quote(symbol, last, spread, (bid, ask), age)
        for symbol, (last, _, spread, bid, ask, _, age) in MARKET.items()
    },
    trades={symbol: trade(symbol, row[0]) for symbol, row in MARKET.items()},
    days={symbol: day(symbol, row[0], row[1], row[5]) for symbol, row in MARKET.items()},
    watchlist=(*MARKET, "ZVZZT"),
    watchlist_revision=1,
    connections={
        Channel.MARKET_DATA: connection(Channel.MARKET_DATA, 0.1),
        Channel.TRADING: connection(Channel.TRADING, 3.0),
        Channel.REST: connection(Channel.REST, 2.0, latency=38.0),
    },
    alerts={alert.id: alert for alert in ALERTS},
    readings={"AAPL": ReadingsTaken(symbol="AAPL", readings=READINGS, at=ago(1))},
)


def moved(state: TradingState = STATE) -> TradingState:
    """The market a moment later: some prices went up, some down, the quotes are new."""
    trades = dict(state.trades)
    for symbol, step in (("AAPL", 0.01), ("MSFT", -0.02), ("NVDA", 0.04), ("TSLA", -0.03)):
        trades[symbol] = replace(trades[symbol], price=trades[symbol].price + step, received_at=NOW)
    return replace(state, trades=trades)


def bars(count: int = 180, symbol: str = "AAPL", last: float = 190.12) -> tuple[Bar, ...]:
    """A walk of minutes that ends at `last`, the same every time."""
    made: list[Bar] = []
    close, seed = last, 7
    start = NOW.replace(second=0)
    for back in range(count):
        seed = (seed * 1_103_515_245 + 12_345) % 2**31
        step = (seed / 2**31 - 0.48) * 0.24
        opened = close - step
        reach = 0.02 + 0.05 * ((seed >> 7) % 7) / 7
        made.append(
            Bar(
                symbol=symbol,
                at=start - timedelta(minutes=back),
                open=opened,
                high=max(opened, close) + reach,
                low=min(opened, close) - reach,
                close=close,
                volume=20_000.0 + (seed >> 5) % 90_000,
            )
        )
        close = opened
    return tuple(reversed(made))


PREVIEW = Preview(
    request=OrderRequest(
        client_order_id="kc-3f2a17-11", symbol="AAPL", side=Side.BUY, qty=Decimal(300),
        limit_price=Decimal("190.13"),
    ),
    checks=(
        Check(rule="tick", passed=True, detail="190.13 is on the tick of 0.01"),
        Check(rule="collar", passed=True, detail="0.0 % from the touch, 5 % allowed"),
        Check(rule="quote age", passed=True, detail="0.4 s, 2 s allowed"),
        Check(rule="buying power", passed=False,
              detail="57,039.00 needed, 41,440.10 there: buy at most 217"),
    ),
    quote=STATE.quotes["AAPL"],
    notional=Decimal("57039.00"),
    buying_power_after=Decimal("-15598.90"),
    position_after=Decimal(400),
)  # fmt: skip

HALT = Halt(
    id="h1",
    reason="fat finger in TSLA",
    by="ann (console)",
    at=ago(4),
    steps=(
        HaltStep(name="Latch", status=StepStatus.DONE, detail="on the disk", elapsed_ms=3.1),
        HaltStep(name="Drain", status=StepStatus.DONE, detail="1 order in flight answered",
                 elapsed_ms=212.0),
        HaltStep(name="Cancel all", status=StepStatus.DONE, detail="6 asked", elapsed_ms=401.7),
        HaltStep(name="Sweep", status=StepStatus.RUNNING, detail="1 of 6 still open"),
        HaltStep(name="Prove"),
    ),
)  # fmt: skip
HALTED = replace(STATE, halt=HALT, halt_revision=1)


def bracket() -> list[Order]:
    """A filled entry of 100 with a working take-profit and a held stop-loss, replaced once."""
    entry = order(20, "KO", Side.BUY, "100", OrderStatus.FILLED, limit_price="60.00",
                         filled="100", avg="60.00")  # fmt: skip
    profit = order(21, "KO", Side.SELL, "100", OrderStatus.NEW, limit_price="66.00")
    old = order(22, "KO", Side.SELL, "100", OrderStatus.REPLACED, order_type=OrderType.STOP,
                       stop_price="57.00")  # fmt: skip
    loss = order(23, "KO", Side.SELL, "100", OrderStatus.HELD, order_type=OrderType.STOP,
                        stop_price="58.00")  # fmt: skip
    members = [
        replace(entry, role=LegRole.ENTRY),
        replace(profit, role=LegRole.TAKE_PROFIT, parent="b-kc-3f2a17-20"),
        replace(old, role=LegRole.STOP_LOSS, parent="b-kc-3f2a17-20"),
        replace(loss, role=LegRole.STOP_LOSS, parent="b-kc-3f2a17-20", replaces="b-kc-3f2a17-22"),
    ]
    return [
        replace(
            one,
            broker_id=f"b-{one.key}",
            request=replace(one.request, order_class=OrderClass.BRACKET),
        )
        for one in members
    ]
