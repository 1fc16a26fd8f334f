"""The law of the books: sums add up to the cent, and no fill is better than the market gave."""

from collections import Counter
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from console.domain.orders import OrderType, Side, TimeInForce
from console.venue.markets.market import QuoteTick, TradeTick
from console.venue.trading.open_orders import OpenOrders
from console.venue.trading.orders import Exits, Fill, OrderClass, Role
from console.venue.trading.rejections import Rejection
from tests.venue.fakes import CASH, NOON, Pit, terms

CENTS = st.integers(9_900, 10_100)
SYMBOLS = st.sampled_from(["AAPL", "MSFT"])


@st.composite
def quotes(draw):
    bid = draw(CENTS)
    ask = bid + draw(st.integers(1, 40))
    sizes = st.integers(0, 300)
    return QuoteTick(draw(SYMBOLS), NOON, bid / 100, draw(sizes), ask / 100, draw(sizes))


@st.composite
def prints(draw):
    return TradeTick(draw(SYMBOLS), NOON, draw(CENTS) / 100, draw(st.integers(1, 300)), "V", 1)


@st.composite
def classes(draw, kind):
    """Draw a group: an OCO is a limit at its own profit, the others enter."""
    order_class = draw(st.sampled_from([OrderClass.BRACKET, OrderClass.OTO, OrderClass.OCO]))
    exits = Exits(take_profit=Decimal(draw(CENTS)) / 100, stop_loss=Decimal(draw(CENTS)) / 100)
    if order_class is OrderClass.OTO:
        exits = Exits(stop_loss=exits.stop_loss)
    more = {"order_class": order_class, "exits": exits, "time_in_force": TimeInForce.DAY}
    if order_class is OrderClass.OCO:
        more |= {"type": OrderType.LIMIT, "limit_price": exits.take_profit, "stop_price": None}
    return more


@st.composite
def tickets(draw):
    kind = draw(st.sampled_from(OrderType))
    more: dict[str, object] = {"type": kind}
    if kind in (OrderType.LIMIT, OrderType.STOP_LIMIT):
        more["limit_price"] = draw(CENTS) / 100
    if kind in (OrderType.STOP, OrderType.STOP_LIMIT):
        more["stop_price"] = draw(CENTS) / 100
    if kind is OrderType.TRAILING_STOP:
        more["trail_price"] = draw(st.sampled_from([0.05, 0.5, 2]))
    if kind in (OrderType.MARKET, OrderType.LIMIT):
        more["time_in_force"] = draw(
            st.sampled_from([TimeInForce.DAY, TimeInForce.IOC, TimeInForce.FOK])
        )
    qty = draw(st.integers(1, 400) | st.sampled_from([Decimal("0.5"), Decimal("3.25")]))
    if kind is not OrderType.TRAILING_STOP and draw(st.booleans()):
        qty, more = draw(st.integers(1, 400)), more | draw(classes(kind))
    return terms(draw(st.sampled_from(["buy", "sell"])), qty, draw(SYMBOLS), **more)


CANCEL, REPLACE = "cancel", "replace"
commands = st.tuples(st.sampled_from([CANCEL, REPLACE]), st.integers(0, 20), CENTS)
sessions = st.lists(quotes() | prints() | tickets() | commands, max_size=60)


class Watch:
    """Holds every fill against what the market showed when it happened."""

    def __init__(self, pit: Pit, taken: Counter[tuple[str, Side]] | None = None) -> None:
        self.pit = pit
        self.taken: Counter[tuple[str, Side]] = Counter() if taken is None else taken
        self.checked = 0

    def before(self, action: object) -> None:
        if isinstance(action, QuoteTick):
            for side in Side:
                del self.taken[action.symbol, side]

    def after(self, action: object) -> Decimal:
        """Check the new fills; return the shares that came from a print."""
        printed = Decimal(0)
        for fill in self.pit.fills[self.checked :]:
            if not self.is_at_the_touch(fill):
                assert isinstance(action, TradeTick)
                assert self.is_printed_through(fill, action)
                printed += fill.qty
        if isinstance(action, TradeTick):
            assert printed <= 2 * action.size  # a print has two sides
        for fill in self.pit.fills[self.checked :]:
            self.leaves_no_group_too_large(fill)
        self.checked = len(self.pit.fills)
        return printed

    def leaves_no_group_too_large(self, fill: Fill) -> None:
        """A leg never sells what is not there, nor do two of them sell one share."""
        blotter = self.pit.exchange.blotter
        order = blotter.orders[fill.order_id]
        if order.role in (Role.TAKE_PROFIT, Role.STOP_LOSS):
            assert fill.position_qty * fill.side.sign <= 0
        position = self.pit.account.position_qty(fill.symbol)
        held = self.pit.exchange.held_qty(fill.symbol)
        assert held <= abs(position)

    def is_at_the_touch(self, fill: Fill) -> bool:
        quote = self.pit.view.quotes.get(fill.symbol)
        if quote is None:
            return False
        is_buy = fill.side is Side.BUY
        price, size = (quote.ask, quote.ask_size) if is_buy else (quote.bid, quote.bid_size)
        if fill.price != Decimal(str(price)):
            return False
        self.taken[fill.symbol, fill.side] += fill.qty
        assert self.taken[fill.symbol, fill.side] <= size
        return True

    def is_printed_through(self, fill: Fill, tick: TradeTick) -> bool:
        beyond = (fill.price - Decimal(str(tick.price))) * fill.side.sign
        is_own_limit = fill.price == self.pit.exchange.blotter.orders[fill.order_id].worst_price
        return beyond > 0 and is_own_limit and fill.qty <= tick.size


def play(pit: Pit, action: object) -> None:
    if isinstance(action, QuoteTick | TradeTick):
        pit.tick(action)
    elif isinstance(action, tuple):
        command(pit, *action)
    else:
        pit.submit(action)


def command(pit: Pit, verb: str, which: int, cents: int) -> None:
    orders = [*pit.exchange.blotter.orders.values()]
    if not orders:
        return
    order = orders[which % len(orders)]
    if verb == CANCEL:
        pit.cancel(order)
    else:
        pit.replace(order, limit_price=Decimal(cents) / 100)


@settings(max_examples=300, deadline=None)
@given(sessions)
def test_books_balance_and_no_fill_is_better_or_larger_than_the_market_gave(session):
    pit = Pit()
    watch = Watch(pit)

    for action in session:
        watch.before(action)
        try:
            play(pit, action)
        except Rejection:
            pit.settle()
        watch.after(action)

    assert_books_balance(pit)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.booleans(), quotes() | prints() | tickets() | commands), max_size=60))
def test_two_accounts_share_what_the_market_shows_and_their_books_balance_apart(session):
    first = Pit()
    second = Pit(beside=first)
    taken: Counter[tuple[str, Side]] = Counter()
    watches = [Watch(first, taken), Watch(second, taken)]

    for is_second, action in session:
        watches[0].before(action)
        pit = second if is_second else first
        try:
            play(pit, action)
        except Rejection:
            pit.settle()
        printed = sum((watch.after(action) for watch in watches), Decimal(0))
        assert not isinstance(action, TradeTick) or printed <= 2 * action.size

    for pit in (first, second):
        assert_books_balance(pit)


def assert_books_balance(pit: Pit) -> None:
    """Assert that cash, positions, orders and what they reserve follow from the fills."""
    spent = sum((f.side.sign * f.qty * f.price for f in pit.fills), Decimal(0))
    held: Counter[str] = Counter()
    for fill in pit.fills:
        held[fill.symbol] += fill.side.sign * fill.qty
    assert pit.account.cash + spent == CASH
    assert {s: q for s, q in held.items() if q} == {
        s: p.qty for s, p in pit.account.positions.items()
    }
    for order in pit.exchange.blotter.orders.values():
        fills = [f for f in pit.fills if f.order_id == order.id]
        assert order.filled_qty == sum((f.qty for f in fills), Decimal(0))
        assert order.filled_qty <= order.terms.qty
        assert (order.status == "filled") == (order.filled_qty == order.terms.qty)
    anew = OpenOrders()
    for order in pit.exchange.blotter.orders.values():
        anew.put(order)
    assert pit.exchange.blotter.open_orders.reserved == anew.reserved
    again = Pit()
    again.exchange.restore(pit.exchange.blotter.orders.values(), pit.fills)
    assert again.account.cash == pit.account.cash
    assert again.account.positions == pit.account.positions
    assert again.exchange.blotter.orders == pit.exchange.blotter.orders
    for symbol in ("AAPL", "MSFT"):
        assert again.exchange.held_qty(symbol) == pit.exchange.held_qty(symbol)


@settings(deadline=None)
@given(st.integers(100, 5_000_00), st.lists(quotes(), min_size=1, max_size=8))
def test_an_order_in_dollars_never_spends_more_and_leaves_less_than_a_billionth_share(cents, tape):
    pit = Pit()
    pit.tick(QuoteTick("AAPL", NOON, 100.0, 1, 100.01, 1))
    notional = Decimal(cents) / 100
    order = pit.submit(terms("buy", None, notional=notional))

    pit.tick(*tape)

    spent = sum((f.qty * f.price for f in pit.fills), Decimal(0))
    done = pit[order]
    assert spent == done.filled_notional <= notional
    if done.status == "filled":
        assert notional - spent < pit.fills[-1].price * Decimal("0.000000001")
    assert pit.account.cash == CASH - spent
