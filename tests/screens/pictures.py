"""One whole trading state on a fixed clock, for pilots and pictures."""

import math
import random
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from console.domain.account import Account
from console.domain.alerts import Alert, AlertKind, Crossing, Direction, Severity
from console.domain.connections import Channel, Connection, Link
from console.domain.events import (
    AccountReported,
    AlertUpdated,
    ClockReported,
    ConnectionChanged,
    FillBooked,
    MarketMoved,
    OrderUpdated,
    PositionsReported,
    ReadingsTaken,
    WatchlistChanged,
)
from console.domain.fills import Fill
from console.domain.halt import Halt, HaltStep, StepStatus
from console.domain.market import Bar, Day, MarketClock, Phase, Quote, Timeframe, Trade
from console.domain.orders import Order, OrderRequest, OrderStatus, OrderType, Side, TimeInForce
from console.domain.positions import Position
from console.domain.readings import Reading, Unit

D = Decimal
NOW = datetime(2026, 3, 2, 15, 4, 5, tzinfo=UTC)
PRICES = {
    "SPY": (585.42, 583.10),
    "QQQ": (512.08, 513.40),
    "IWM": (221.35, 220.90),
    "AAPL": (190.11, 188.42),
    "MSFT": (432.87, 430.05),
    "NVDA": (138.25, 141.02),
    "AMZN": (224.60, 224.60),
    "TSLA": (402.77, 395.11),
    "IBM": (248.19, 249.70),
    "KO": (71.24, 70.88),
    "XOM": (117.93, 118.60),
    "JPM": (265.40, 262.75),
}


def quote(symbol, price=None, age=0.3, half_spread=0.01):
    price = PRICES[symbol][0] if price is None else price
    return Quote(
        symbol=symbol,
        bid=round(price - half_spread, 2),
        bid_size=300,
        ask=round(price + half_spread, 2),
        ask_size=200,
        at=NOW - timedelta(seconds=age),
        received_at=NOW - timedelta(seconds=age),
    )


def day(symbol):
    price, previous = PRICES[symbol]
    bar = Bar(
        symbol=symbol,
        at=NOW.replace(hour=14, minute=30, second=0),
        open=previous,
        high=max(price, previous) * 1.004,
        low=min(price, previous) * 0.996,
        close=price,
        volume=1_250_000 + 91_000 * len(symbol),
        vwap=(price + previous) / 2,
        trade_count=8_400,
    )
    return Day(symbol=symbol, bar=bar, previous_close=previous)


def trade(symbol):
    at = NOW - timedelta(seconds=0.4)
    return Trade(symbol=symbol, price=PRICES[symbol][0], size=100, at=at, received_at=at)


def order(number, symbol="AAPL", side=Side.BUY, qty=10, status=OrderStatus.NEW, **terms):
    filled = terms.pop("filled", 0)
    reason = terms.pop("reason", "")
    at = NOW - timedelta(seconds=600 - 20 * number)
    request = OrderRequest(
        client_order_id=f"kc-3f2a17-{number}",
        symbol=symbol,
        side=side,
        qty=D(qty),
        **{"limit_price": D(str(PRICES.get(symbol, (50.0,))[0])), **terms},
    )
    return Order(
        request=request,
        status=status,
        updated_at=at,
        submitted_at=at,
        broker_id=f"b-{number}",
        filled_qty=D(filled),
        filled_avg_price=request.limit_price if filled else None,
        reason=reason,
    )


ORDERS = (
    order(7, "AAPL", qty=100, status=OrderStatus.FILLED, filled=100),
    order(8, "IBM", Side.SELL, 50, OrderStatus.REJECTED, reason="insufficient qty available"),
    order(9, "NVDA", qty=40, status=OrderStatus.CANCELED),
    order(10, "TSLA", Side.SELL, 15, limit_price=D("410.00")),
    order(11, "AAPL", qty=200, status=OrderStatus.PARTIALLY_FILLED, filled=60),
    order(
        12,
        "KO",
        Side.SELL,
        300,
        order_type=OrderType.STOP,
        limit_price=None,
        stop_price=D("69.50"),
        time_in_force=TimeInForce.GTC,
    ),
)


def position(symbol, qty, cost):
    return Position(
        symbol=symbol,
        qty=D(qty),
        avg_entry_price=D(cost),
        qty_available=abs(D(qty)),
        last_price=D(str(PRICES[symbol][0])),
    )


POSITIONS = (
    position("AAPL", 160, "189.02"),
    position("KO", 300, "70.15"),
    position("NVDA", -25, "139.80"),
    position("TSLA", 15, "405.10"),
)


def alert(number, kind, severity, text, symbol=None):
    at = NOW - timedelta(seconds=400 - 30 * number)
    return Alert(id=f"a{number}", kind=kind, severity=severity, text=text, at=at, symbol=symbol)


ALERTS = (
    alert(1, AlertKind.FILL, Severity.INFO, "bought 100 AAPL at 190.11", "AAPL"),
    alert(2, AlertKind.REJECT, Severity.WARNING, "IBM: insufficient qty available", "IBM"),
    alert(3, AlertKind.PRICE, Severity.INFO, "TSLA crossed above 400.00", "TSLA"),
    alert(4, AlertKind.MOVE, Severity.WARNING, "NVDA moved -1.96% in 5 minutes", "NVDA"),
    alert(5, AlertKind.STALE, Severity.CRITICAL, "market data is mute for 16 s"),
)


def crossing(number, symbol, direction, price):
    at = NOW - timedelta(seconds=900)
    return Crossing(
        id=f"x{number}", symbol=symbol, direction=direction, price=price, by="trader", at=at
    )


CROSSINGS = (
    crossing(1, "AAPL", Direction.ABOVE, 195.0),
    crossing(2, "AAPL", Direction.BELOW, 187.5),
    crossing(3, "KO", Direction.BELOW, 70.0),
)


def reading(symbol, name, value, unit, sample):
    at = NOW - timedelta(seconds=1)
    return Reading(symbol=symbol, name=name, value=value, unit=unit, sample=sample, at=at)


def readings(symbol):
    price = PRICES[symbol][0]
    return ReadingsTaken(
        symbol=symbol,
        at=NOW,
        readings=(
            reading(symbol, "VWAP", price - 0.42, Unit.PRICE, 214),
            reading(symbol, "gap to VWAP", 0.22, Unit.PERCENT, 214),
            reading(symbol, "momentum", -0.08, Unit.PERCENT, 5),
            reading(symbol, "spread", 1.05, Unit.BASIS_POINTS, 1_840),
            reading(symbol, "trades", 312.0, Unit.PER_MINUTE, 312),
            reading(symbol, "realised volatility", None, Unit.PERCENT, 3),
            reading(symbol, "day range", 1.31, Unit.PERCENT, 34),
        ),
    )


ACCOUNT = Account(
    number="PA3XKILLCORD",
    equity=D("101842.55"),
    last_equity=D("100000.00"),
    cash=D("48211.07"),
    buying_power=D("148053.62"),
    is_shorting_enabled=True,
    is_blocked=False,
    at=NOW,
)
CLOCK = MarketClock(
    at=NOW,
    is_open=True,
    next_open=datetime(2026, 3, 3, 14, 30, tzinfo=UTC),
    next_close=datetime(2026, 3, 2, 21, 0, tzinfo=UTC),
    phase=Phase.REGULAR,
    received_at=NOW,
)
FILL = Fill(
    execution_id="x1",
    order="kc-3f2a17-7",
    symbol="AAPL",
    side=Side.BUY,
    qty=D(100),
    price=D("190.11"),
    at=NOW - timedelta(seconds=400),
)


def connection(channel, latency_ms=None):
    heard_at = NOW - timedelta(seconds=0.2)
    return Connection(
        channel=channel, link=Link.LIVE, at=NOW, heard_at=heard_at, latency_ms=latency_ms
    )


PICTURE = (
    AccountReported(ACCOUNT),
    ClockReported(CLOCK),
    WatchlistChanged(symbols=tuple(PRICES), revision=1),
    MarketMoved(
        quotes=tuple(quote(symbol) for symbol in PRICES),
        trades=tuple(trade(symbol) for symbol in PRICES),
        days=tuple(day(symbol) for symbol in PRICES),
    ),
    PositionsReported(positions=POSITIONS, at=NOW),
    *(OrderUpdated(known) for known in ORDERS),
    FillBooked(FILL),
    *(AlertUpdated(known) for known in ALERTS),
    *(readings(symbol) for symbol in PRICES),
    ConnectionChanged(connection(Channel.MARKET_DATA)),
    ConnectionChanged(connection(Channel.TRADING)),
    ConnectionChanged(connection(Channel.REST, latency_ms=38.0)),
)


def halt(*, is_confirmed):
    step = StepStatus.DONE if is_confirmed else StepStatus.RUNNING
    steps = (
        HaltStep(
            name="latch", status=StepStatus.DONE, detail="the latch is on the disk", elapsed_ms=1.2
        ),
        HaltStep(
            name="drain", status=StepStatus.DONE, detail="nothing was in flight", elapsed_ms=3.0
        ),
        HaltStep(
            name="sweep",
            status=step,
            detail="3 of 3 orders canceled" if is_confirmed else "1 of 3 orders canceled",
            elapsed_ms=212.0 if is_confirmed else None,
        ),
        HaltStep(
            name="proof",
            status=step if is_confirmed else StepStatus.WAITING,
            detail="two snapshots show no open order" if is_confirmed else "",
            elapsed_ms=540.0 if is_confirmed else None,
        ),
    )
    return Halt(
        id="h1",
        reason="the key was pressed",
        by="trader (console)",
        at=NOW - timedelta(seconds=2),
        steps=steps,
        is_confirmed=is_confirmed,
        receipt="0 open orders, 0 unknown, proven twice" if is_confirmed else "",
    )


def bars(symbol, timeframe, limit):
    """A wandering price that ends where the quote is, the same one each time."""
    chance = random.Random(f"{symbol} {timeframe}")
    last = PRICES.get(symbol, (50.0, 50.0))[0]
    closes = [last]
    for _ in range(limit):
        closes.append(closes[-1] * (1 + chance.gauss(0, 0.0009)))
    closes.reverse()
    step = timedelta(seconds=Timeframe(timeframe).seconds)
    made = []
    for place in range(limit):
        start, end = closes[place], closes[place + 1]
        reach = abs(chance.gauss(0, last * 0.0004))
        made.append(
            Bar(
                symbol=symbol,
                at=NOW.replace(second=0) - step * (limit - 1 - place),
                open=start,
                high=max(start, end) + reach,
                low=min(start, end) - reach,
                close=end,
                volume=9_000 * (1.4 + math.sin(place / 7) + chance.random()),
                vwap=(start + end) / 2,
                trade_count=120,
            )
        )
    return tuple(made)
