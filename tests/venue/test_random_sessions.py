"""The law of the books over random sessions: splits, dividends, coins, groups, halts, two accounts.

After every single action cash, positions, orders and reservations follow from fills and
activities to the last decimal, and no fill is better or larger than the market gave.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from console.domain.orders import Side, TimeInForce
from console.venue.markets.market import QuoteTick, TradeTick
from console.venue.shown import Shown
from console.venue.trading.accounts import Activity
from console.venue.trading.asset_classes import AssetClass, class_of
from console.venue.trading.open_orders import OpenOrders
from console.venue.trading.orders import Fill
from console.venue.trading.rejections import Rejection
from console.venue.wire.timestamps import MINUTE
from console.venue.written import entries
from tests.venue.fakes import CASH, Pit, quote
from tests.venue.test_crypto_orders import PAIR, coins, shown
from tests.venue.test_exchange_sums import CENTS, SYMBOLS, prints, quotes, tickets

NOTHING = Decimal(0)
RATIOS = st.sampled_from([Decimal(2), Decimal("1.5"), Decimal("0.1")])


@dataclass
class Market:
    """Two accounts in one line, and what of the touch has been taken since it was quoted."""

    pits: list[Pit]
    taken: Counter[tuple[str, Side]] = field(default_factory=Counter)
    seen: list[int] = field(default_factory=lambda: [0, 0])
    printed: TradeTick | None = None

    def check(self) -> None:
        """Hold every new fill against the market, and both accounts against their own story."""
        from_print = NOTHING
        for place, pit in enumerate(self.pits):
            pit.note()
            for fill in pit.fills[self.seen[place] :]:
                from_print += self.gave(pit, fill)
            self.seen[place] = len(pit.fills)
            check_account(pit)
        assert from_print <= 2 * (self.printed.size if self.printed else 0)

    def gave(self, pit: Pit, fill: Fill) -> Decimal:
        """Check one fill; return the shares that came from a print."""
        if class_of(fill.symbol) is AssetClass.CRYPTO:
            check_coin_fill(pit, fill)
            return NOTHING
        quote = pit.view.quotes.get(fill.symbol)
        is_buy = fill.side is Side.BUY
        if quote and fill.price == Decimal(str(quote.ask if is_buy else quote.bid)):
            self.taken[fill.symbol, fill.side] += fill.qty
            size = quote.ask_size if is_buy else quote.bid_size
            if self.taken[fill.symbol, fill.side] <= size:
                return NOTHING
            self.taken[fill.symbol, fill.side] -= fill.qty
        assert self.printed
        assert self.printed.symbol == fill.symbol
        assert (fill.price - Decimal(str(self.printed.price))) * fill.side.sign > 0
        assert fill.price == pit.exchange.blotter.orders[fill.order_id].worst_price
        return fill.qty


def check_coin_fill(pit: Pit, fill: Fill) -> None:
    book = pit.view.shown[PAIR]
    levels = book.asks if fill.side is Side.BUY else book.bids
    limit = pit.exchange.blotter.orders[fill.order_id].worst_price
    is_through = limit == fill.price and (limit - book.last) * fill.side.sign > 0
    assert any(fill.price == price for price, _ in levels) or is_through


def check_account(pit: Pit) -> None:
    """Assert that cash, positions, orders and reservations follow from fills and activities."""
    blotter, account = pit.exchange.blotter, pit.account
    bought = sum((f.side.sign * f.qty * f.price for f in pit.fills), NOTHING)
    paid = sum((a.net_amount for a in blotter.activities), NOTHING)
    assert account.cash == CASH - bought + paid
    held: Counter[str] = Counter()
    filled: Counter[str] = Counter()
    for fill in pit.fills:
        held[fill.symbol] += fill.side.sign * fill.qty
        filled[fill.order_id] += fill.qty
    for activity in blotter.activities:
        held[activity.symbol] += activity.qty
    assert {s: q for s, q in held.items() if q} == {
        symbol: position.qty for symbol, position in account.positions.items()
    }
    assert account.position_qty(PAIR) >= 0
    anew = OpenOrders()
    for order in blotter.orders.values():
        anew.put(order)
        assert order.filled_qty == filled[order.id] <= order.terms.qty
        assert order.is_open or order.status in ("filled", "canceled", "expired", "replaced")
    assert blotter.open_orders.reserved == anew.reserved
    assert blotter.open_orders.reserved_in_full == anew.reserved_in_full
    for symbol in ("AAPL", "MSFT", PAIR):
        assert pit.exchange.held_qty(symbol) <= abs(account.position_qty(symbol))


Action = Callable[[Market, Pit], None]


def on_tick(tick: QuoteTick | TradeTick) -> Action:
    def act(market: Market, pit: Pit) -> None:
        if isinstance(tick, TradeTick):
            market.printed = tick
        else:
            for side in Side:
                del market.taken[tick.symbol, side]
        pit.exchange.on_ticks([tick])

    return act


def on_book(book: Shown) -> Action:
    return lambda _market, pit: pit.exchange.on_shown(book)


def on_ticket(asked) -> Action:
    return lambda _market, pit: pit.submit(asked) and None


@st.composite
def commands(draw) -> Action:
    """Draw a cancel, a replacement by price, size or life, or the end of everything open."""
    verb = draw(st.sampled_from(["cancel", "reprice", "resize", "extend", "cancel_all"]))
    which, cents, qty = draw(st.integers(0, 30)), draw(CENTS), draw(st.integers(1, 300))
    changes = {
        "reprice": {"limit_price": Decimal(cents) / 100},
        "resize": {"qty": Decimal(qty)},
        "extend": {"time_in_force": TimeInForce.GTC},
    }

    def act(_market: Market, pit: Pit) -> None:
        orders = [*pit.exchange.blotter.orders.values()]
        if verb == "cancel_all":
            pit.exchange.cancel_all(pit.now)
            pit.settle()
        elif orders and verb == "cancel":
            pit.cancel(orders[which % len(orders)])
        elif orders:
            pit.replace(orders[which % len(orders)], **changes[verb])

    return act


@st.composite
def corporate_actions(draw) -> Action:
    symbol, ratio = draw(SYMBOLS), draw(st.none() | RATIOS)
    rate = Decimal(draw(st.integers(1, 300))) / 100

    def act(market: Market, _pit: Pit) -> None:
        for each in market.pits:
            if ratio is None:
                each.exchange.pay_dividend(symbol, rate, each.now)
            else:
                each.exchange.split(symbol, ratio, each.now)

    return act


@st.composite
def halts(draw) -> Action:
    symbol, is_halt = draw(SYMBOLS), draw(st.booleans())

    def act(market: Market, pit: Pit) -> None:
        if is_halt:
            pit.engine.halted.add(symbol)
            return
        pit.engine.halted.discard(symbol)
        for each in market.pits:
            each.exchange.resume(symbol, each.now)
        pit.engine.match_both(symbol, pit.now)

    return act


@st.composite
def waits(draw) -> Action:
    minutes = draw(st.sampled_from([1, 60, 24 * 60, 91 * 24 * 60]))

    def act(market: Market, _pit: Pit) -> None:
        for each in market.pits:
            each.wait_until(each.now + minutes * MINUTE)

    return act


books = st.builds(
    lambda bid, width, size, much: shown(bid, bid + width, size=size, last=bid, last_size=much),
    st.integers(900, 1100),
    st.integers(1, 30),
    st.integers(0, 4),
    st.integers(0, 3),
)
coin_tickets = st.builds(
    lambda side, qty, limit, lasting: coins(
        side, qty, time_in_force=lasting, **({} if limit is None else {"limit_price": limit})
    ),
    st.sampled_from(["buy", "sell"]),
    st.decimals("0.011", "4", places=9),
    st.none() | st.integers(900, 1100),
    st.sampled_from([TimeInForce.GTC, TimeInForce.IOC]),
)
actions = st.one_of(
    (quotes() | prints()).map(on_tick),
    tickets().map(on_ticket),
    tickets().map(on_ticket),
    books.map(on_book),
    coin_tickets.map(on_ticket),
    commands(),
    commands(),
    corporate_actions(),
    halts(),
    waits(),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 1), actions), min_size=20, max_size=60))
def test_everything_adds_up_after_every_action_of_a_session(session):
    first = Pit()
    market = Market([first, Pit(beside=first)])
    first.exchange.on_ticks([quote(99.9, 100.1, symbol=s, size=200) for s in ("AAPL", "MSFT")])
    first.exchange.on_shown(shown(1000, 1001))

    for whose, act in session:
        market.printed = None
        try:
            act(market, market.pits[whose])
        except Rejection:
            market.pits[whose].settle()
        market.check()

    for pit in market.pits:
        check_restored(pit)


def check_restored(pit: Pit) -> None:
    """Assert that what the books keep makes the same account again."""
    fills: list[Fill] = []
    activities: list[tuple[int, Activity]] = []
    for entry in entries(pit.changes):
        if isinstance(entry, Fill):
            fills.append(entry)
        elif isinstance(entry, Activity):
            activities.append((len(fills), entry))
    again = Pit()
    again.exchange.restore(pit.exchange.blotter.orders.values(), fills, activities)

    assert fills == pit.fills
    assert again.account.cash == pit.account.cash
    assert again.account.positions == pit.account.positions
    assert again.exchange.blotter.orders == pit.exchange.blotter.orders
