"""Commands that only read: status, orders, positions, quote."""

from datetime import UTC, datetime
from decimal import Decimal

from console.commands import exits
from console.commands.asking import attached
from console.commands.status_text import status_facts, status_words
from console.commands.tables import (
    as_json,
    order_facts,
    order_words,
    position_facts,
    position_words,
)
from console.domain.instruments import to_tick
from console.domain.market import Quote
from console.domain.positions import Position
from console.domain.state import TradingState
from console.folders import StateFolder
from console.link.messages import Welcome

QUOTE_SECONDS = 5.0


async def status(folder: StateFolder, *, wants_json: bool) -> int:
    """Print the desk's condition."""
    async with attached(folder) as desk:
        now = desk.replica.now() or datetime.now(UTC)
        facts = status_facts(_welcome(desk.replica.welcome), desk.state, now)
    print(as_json(facts) if wants_json else status_words(facts))
    return exits.DONE


async def orders(folder: StateFolder, *, every: bool, wants_json: bool) -> int:
    """Print the open orders, or every one the desk knows."""
    async with attached(folder) as desk:
        state = desk.state
    told = tuple(state.orders.values()) if every else state.open_orders
    told = tuple(sorted(told, key=lambda order: order.submitted_at))
    print(as_json([order_facts(order) for order in told]) if wants_json else order_words(told))
    return exits.DONE


async def positions(folder: StateFolder, *, wants_json: bool) -> int:
    """Print the holdings; fails when they are not known yet."""
    async with attached(folder) as desk:
        await desk.until(lambda state: state.positions is not None, QUOTE_SECONDS)
        state = desk.state
        at = state.market_time(desk.replica.now() or datetime.now(UTC))
    if state.positions is None:
        print("The positions are not known: the desk has not reconciled with the broker yet.")
        return exits.FAILED
    facts = [
        position_facts(p, _price(p, state), state.holdings.get(p.symbol), at)
        for p in state.positions.values()
    ]
    print(as_json(facts) if wants_json else position_words(facts))
    return exits.DONE


async def quote(folder: StateFolder, symbol: str, *, wants_json: bool) -> int:
    """Print the newest quote of one symbol."""
    async with attached(folder) as desk:
        await desk.link.show([symbol])
        if not await desk.until(lambda state: symbol in state.quotes, QUOTE_SECONDS):
            print(f"No quote of {symbol} came within {QUOTE_SECONDS:.0f} s: is the symbol right?")
            return exits.FAILED
        now = desk.replica.now()
        found = desk.state.quotes[symbol]
        trade = desk.state.trades.get(symbol)
    facts = _quote_facts(found, now)
    facts["last"] = None if trade is None else trade.price
    print(as_json(facts) if wants_json else _quote_words(facts))
    return exits.DONE


def _quote_facts(quote: Quote, now: datetime | None) -> dict[str, object]:
    return {
        "symbol": quote.symbol,
        "bid": quote.bid,
        "bid_size": quote.bid_size,
        "ask": quote.ask,
        "ask_size": quote.ask_size,
        "at": quote.at,
        "age": None if now is None else round(quote.age(now), 3),
    }


def _quote_words(facts: dict[str, object]) -> str:
    last = "—" if facts["last"] is None else f"{facts['last']:,.2f}"
    age = "—" if facts["age"] is None else f"{facts['age']:.1f} s old"
    return (
        f"{facts['symbol']}  bid {facts['bid']:,.2f} x {facts['bid_size']:,.0f}"
        f"  ask {facts['ask']:,.2f} x {facts['ask_size']:,.0f}  last {last}  {age}"
    )


def _price(position: Position, state: TradingState) -> Decimal | None:
    """Value at the live mid, else at the broker's last mark."""
    live = state.quotes.get(position.symbol)
    if live is not None and live.is_two_sided:
        return to_tick(live.mid)
    return position.last_price


def _welcome(told: Welcome | None) -> Welcome:
    if told is None:
        raise AssertionError("an attached desk has always said who it is")
    return told
