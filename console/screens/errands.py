"""What is asked of the desk for each command, and how it is said before and after.

Whatever goes wrong on the way becomes a receipt or a problem: a sentence, not an
exception, reaches the trader.
"""

import logging
from collections.abc import Awaitable, Callable
from decimal import Decimal

from console.domain.alerts import Crossing
from console.domain.families import families, handles
from console.domain.language import wording
from console.domain.orders import Order
from console.domain.protectors import protectors
from console.domain.receipts import Outcome, Preview, Receipt
from console.domain.state import TradingState
from console.domain.targets import resolve
from console.domain.tickets import (
    AlertCommand,
    CancelCommand,
    Command,
    ExitCommand,
    FlatCommand,
    ReplaceCommand,
    Ticket,
    UnalertCommand,
    WatchCommand,
)
from console.domain.words import Problem
from console.screens.arming import Armable, Armed
from console.screens.desk_link import Commands, DeskLink

logger = logging.getLogger(__name__)

Immediate = CancelCommand | AlertCommand | UnalertCommand | WatchCommand


async def check(ticket: Ticket, link: DeskLink) -> Preview | Problem:
    """Ask the gate about a ticket."""
    try:
        return await link.desk.check(ticket)
    except Exception as error:  # noqa: BLE001 - a worker's boundary: the link's errors are many
        logger.info("a check went unanswered: %s", error)
        text = f"The ticket could not be checked: {error}."
        return Problem(text=text, at=(0, 0))


async def ask(link: DeskLink, command: Callable[[Commands], Awaitable[Receipt]]) -> Receipt:
    """Return the desk's receipt, or one that says what is known when none came."""
    try:
        desk = link.desk
    except Exception as error:  # noqa: BLE001 - a worker's boundary: whatever it was, no desk
        return Receipt(outcome=Outcome.DENIED, detail=f"Nothing was sent: {error}.")
    try:
        return await command(desk)
    except Exception as error:  # noqa: BLE001 - a worker's boundary: the link's errors are many
        logger.warning("a command went unanswered: %s", error)
        return Receipt(outcome=Outcome.UNKNOWN, detail=f"No answer came from the desk: {error}.")


async def send(command: Immediate, link: DeskLink) -> Receipt:
    """Do what needs no arming."""
    return await ask(link, lambda desk: _immediate(command, desk, link.state))


async def send_armed(armed: Armed, link: DeskLink) -> Receipt:
    """Send exactly what was armed."""
    return await ask(link, lambda desk: _armed(armed, desk))


async def _immediate(command: Immediate, desk: Commands, state: TradingState) -> Receipt:
    match command:
        case CancelCommand(target="all"):
            return await desk.cancel_all()
        case CancelCommand():
            return await desk.cancel([order.key for order in orders_of(command, state)])
        case AlertCommand():
            return await desk.set_crossing(command.symbol, command.direction, float(command.price))
        case UnalertCommand():
            return await _take_back(crossings_of(command, state), desk)
        case WatchCommand():
            return await desk.watch(command.symbol, is_watched=command.is_watched)


async def _take_back(crossings: tuple[Crossing, ...], desk: Commands) -> Receipt:
    """Take price alerts back one by one; the first that is not ends it."""
    for crossing in crossings:
        receipt = await desk.remove_crossing(crossing.id)
        if receipt.outcome is not Outcome.ACCEPTED or len(crossings) == 1:
            return receipt
    detail = f"{len(crossings)} alerts on {crossings[0].symbol} are removed."
    return Receipt(outcome=Outcome.ACCEPTED, detail=detail)


async def _armed(armed: Armed, desk: Commands) -> Receipt:
    match armed.command:
        case Ticket():
            if armed.preview is None or armed.preview.request is None:
                raise ValueError("a ticket was armed without the desk's order")
            return await desk.submit(armed.preview.request)
        case ReplaceCommand() as new:
            return await desk.replace(
                armed.orders[0].key,
                qty=new.qty,
                limit_price=new.limit_price,
                stop_price=new.stop_price,
                trail_price=new.trail_price,
                trail_percent=new.trail_percent,
                time_in_force=new.time_in_force,
            )
        case FlatCommand(symbol=symbol):
            return await desk.flat(symbol)
        case ExitCommand(symbol=symbol):
            return await desk.exit(symbol)


def orders_of(
    command: Ticket | CancelCommand | ReplaceCommand | FlatCommand | ExitCommand,
    state: TradingState,
) -> tuple[Order, ...]:
    """Return the open orders a command acts on."""
    if isinstance(command, Ticket):
        return ()
    if isinstance(command, ExitCommand):
        position = state.position_of(command.symbol)
        return () if position is None else protectors(position, state.open_orders)
    target = command.symbol if isinstance(command, FlatCommand) else command.target
    meant = resolve(target, state)
    return () if isinstance(meant, Problem) else meant


def crossings_of(command: UnalertCommand, state: TradingState) -> tuple[Crossing, ...]:
    """Return the armed price alerts that a command takes back."""
    return tuple(
        crossing
        for crossing in state.crossings.values()
        if crossing.is_armed
        and crossing.symbol == command.symbol
        and command.price in (None, Decimal(str(crossing.price)))
    )


def summary(command: Immediate) -> str:
    """Say what is being done, in the order language's words."""
    match command:
        case CancelCommand(target=target):
            return f"cancel {target}"
        case AlertCommand():
            return f"alert {command.symbol} {command.direction.value} {command.price:f}"
        case UnalertCommand(symbol=symbol, price=price):
            return f"unalert {symbol}{'' if price is None else f' {price:f}'}"
        case WatchCommand():
            return f"{'watch' if command.is_watched else 'unwatch'} {command.symbol}"


def terms(command: Command, state: TradingState) -> str:
    """Say what a whole line asks for, before anything of it is done."""
    match command:
        case Ticket() | ReplaceCommand() | FlatCommand() | ExitCommand():
            return armed_summary(command, state)
        case _:
            return summary(command)


def armed_summary(command: Armable, state: TradingState) -> str:
    """Say what the next Enter sends, where it is not an order itself."""
    if isinstance(command, ReplaceCommand):
        order = orders_of(command, state)[0]
        return _replace_summary(command, order, handles(families(state.orders))[order.key])
    if isinstance(command, Ticket):
        return wording(command)
    parts = []
    if orders := orders_of(command, state):
        parts.append(f"cancel {len(orders)} open order{'s' if len(orders) > 1 else ''}")
    position = state.position_of(command.symbol)
    if position is not None and position.qty:
        parts.append(f"{position.closing_side.value} {abs(position.qty):f} to close the position")
    verb = "exit" if isinstance(command, ExitCommand) else "flat"
    return f"{verb} {command.symbol}: {', then '.join(parts)}"


def _replace_summary(command: ReplaceCommand, order: Order, called: str) -> str:
    request = order.request
    changes = (
        ("qty", request.qty, command.qty),
        ("limit", request.limit_price, command.limit_price),
        ("stop", request.stop_price, command.stop_price),
        ("trail", request.trail_price, command.trail_price),
        ("trail %", request.trail_percent, command.trail_percent),
    )
    said = [
        f"{name} {'—' if old is None else f'{old:f}'} → {new:f}"
        for name, old, new in changes
        if new is not None
    ]
    if command.time_in_force is not None:
        said.append(f"{request.time_in_force.value} → {command.time_in_force.value}")
    return f"replace {called} {request.symbol}: {', '.join(said)}"


def nothing_to_close(symbol: str, state: TradingState) -> Problem | None:
    """Return why `flat` has nothing to do, None when it has or when that is not known."""
    if state.positions is None or state.position_of(symbol) is not None:
        return None
    if not isinstance(resolve(symbol, state), Problem):
        return None
    text = f"There is no position and no open order in {symbol}: nothing is to be closed."
    return Problem(text=text, at=(0, len(text)))


def nothing_to_exit(symbol: str, state: TradingState) -> Problem | None:
    """Return why `exit` has nothing to do, None when it has or when that is not known."""
    if state.positions is None or state.position_of(symbol) is not None:
        return None
    text = f"There is no position in {symbol}: nothing is to be exited."
    return Problem(text=text, at=(0, len(text)))


def nothing_armed(command: UnalertCommand, state: TradingState) -> Problem | None:
    """Return why `unalert` has nothing to do, None when it has."""
    if crossings_of(command, state):
        return None
    place = "" if command.price is None else f" at {command.price:f}"
    text = f"No price alert on {command.symbol}{place} is armed: the alerts pane lists them first."
    return Problem(text=text, at=(0, len(text)))


def not_clear(preview: Preview) -> str:
    """Say in a few words which check keeps a ticket from being armed; the ticket says why."""
    failed = [check for check in preview.checks if not check.passed]
    if not failed:
        return "Not armed: the order has no price yet"
    more = f", and {len(failed) - 1} more" if failed[1:] else ""
    return f"Not armed: {failed[0].rule} fails{more}"
