"""Commands that change something: order, cancel, reduce, override, rearm."""

import os
import pwd
import secrets
from collections.abc import Awaitable
from datetime import UTC, datetime

from console.commands import exits
from console.commands.asking import Desk, NoDesk, attached
from console.commands.tables import as_json
from console.desk import latch
from console.domain.language import parse
from console.domain.order_ids import short_number
from console.domain.receipts import Outcome, Preview, Receipt
from console.domain.targets import resolve
from console.domain.tickets import CancelCommand, ExitCommand, FlatCommand, ReplaceCommand, Ticket
from console.domain.words import Problem
from console.folders import StateFolder
from console.link.errors import DeskLost, DeskRefused

QUOTE_SECONDS = 5.0
STATUS_OF = {
    Outcome.ACCEPTED: exits.DONE,
    Outcome.FORBIDDEN: exits.FORBIDDEN,
    Outcome.DENIED: exits.DENIED,
    Outcome.REJECTED: exits.REJECTED,
    Outcome.UNKNOWN: exits.UNKNOWN,
}


async def order(folder: StateFolder, line: str, *, wants_json: bool) -> int:
    """Do what one line of the order language says."""
    command = parse(line)
    if isinstance(command, Problem):
        print(command.text)
        return exits.USAGE
    async with attached(folder) as desk:
        match command:
            case Ticket():
                receipt = await _submit(desk, command)
            case ReplaceCommand():
                receipt = await _replace(desk, command)
            case FlatCommand(symbol=symbol):
                receipt = await asked(desk.link.flat(symbol))
            case ExitCommand(symbol=symbol):
                receipt = await asked(desk.link.exit(symbol))
            case CancelCommand(target=target):
                receipt = await _cancel(desk, target)
            case _:
                print(
                    "Only these can be given as an order: buy, sell, short, cover, replace, "
                    "flat, exit and cancel."
                )
                return exits.USAGE
    return tell(receipt, wants_json=wants_json)


async def cancel(folder: StateFolder, target: str, *, wants_json: bool) -> int:
    """Cancel by number, symbol or `all`."""
    async with attached(folder) as desk:
        receipt = await _cancel(desk, target)
    return tell(receipt, wants_json=wants_json)


async def rearm(folder: StateFolder, reason: str, *, wants_json: bool) -> int:
    """Lift the halt."""
    async with attached(folder) as desk:
        receipt = await asked(desk.link.rearm(reason))
    return tell(receipt, wants_json=wants_json)


async def reduce(folder: StateFolder, reason: str, *, wants_json: bool) -> int:
    """Let only orders through that reduce; without a desk, from its next start on."""
    try:
        async with attached(folder) as desk:
            receipt = await asked(desk.link.reduce(reason))
    except NoDesk:
        receipt = _latch(folder, reason)
    return tell(receipt, wants_json=wants_json)


async def override(folder: StateFolder, reason: str, *, wants_json: bool) -> int:
    """Let entries pass while the trading stream is down."""
    async with attached(folder) as desk:
        receipt = await asked(desk.link.override_blind(reason))
    return tell(receipt, wants_json=wants_json)


def _latch(folder: StateFolder, reason: str) -> Receipt:
    user = pwd.getpwuid(os.getuid()).pw_name
    said = latch.Latched(
        id=f"r-{secrets.token_hex(4)}",
        reason=latch.plain(reason),
        by=f"{user} (command line)",
        at=datetime.now(UTC).isoformat(),
    )
    try:
        kept = latch.pull(folder.reducing, said)
    except OSError as error:
        return _no(f"The latch cannot be made: {error}.")
    detail = f"REDUCING from the desk's next start on: {kept.reason} (by {kept.by})."
    return Receipt(outcome=Outcome.ACCEPTED, detail=detail)


async def _submit(desk: Desk, ticket: Ticket) -> Receipt:
    await desk.link.show([ticket.symbol])
    await desk.until(lambda state: ticket.symbol in state.quotes, QUOTE_SECONDS)
    preview: Preview = await desk.link.check(ticket)
    if preview.request is None:
        failures = tuple(check for check in preview.checks if not check.passed)
        reasons = [check.detail for check in failures] or ["there is no price to order at"]
        return Receipt(outcome=Outcome.DENIED, detail="; ".join(reasons), failures=failures)
    return await asked(desk.link.submit(preview.request))


async def _replace(desk: Desk, command: ReplaceCommand) -> Receipt:
    found = resolve(command.target, desk.state)
    if isinstance(found, Problem):
        return _no(found.text)
    if len(found) != 1:
        return _no(f"{command.target} has {len(found)} open orders: say which by its number.")
    terms = desk.link.replace(
        found[0].key,
        qty=command.qty,
        limit_price=command.limit_price,
        stop_price=command.stop_price,
        trail_price=command.trail_price,
        trail_percent=command.trail_percent,
        time_in_force=command.time_in_force,
    )
    return await asked(terms)


async def _cancel(desk: Desk, target: str) -> Receipt:
    if target.lower() == "all":
        return await asked(desk.link.cancel_all())
    found = resolve(target, desk.state)
    if isinstance(found, Problem):
        found = resolve(target.upper(), desk.state)
    if isinstance(found, Problem):
        return _no(found.text)
    return await asked(desk.link.cancel([order.key for order in found]))


async def asked(answer: Awaitable[Receipt]) -> Receipt:
    """Wait for the desk's answer; its silence is unknown, its refusal is a no."""
    try:
        return await answer
    except DeskLost as lost:
        return Receipt(outcome=Outcome.UNKNOWN, detail=str(lost))
    except DeskRefused as refused:
        return _no(str(refused))


def _no(detail: str) -> Receipt:
    return Receipt(outcome=Outcome.DENIED, detail=detail)


def tell(receipt: Receipt, *, wants_json: bool) -> int:
    """Print a receipt; return the exit status that says the same."""
    if wants_json:
        print(
            as_json(
                {
                    "outcome": receipt.outcome,
                    "detail": receipt.detail,
                    "order": receipt.order,
                    "failures": [check.detail for check in receipt.failures],
                }
            )
        )
    else:
        number = "" if receipt.order is None else f" [{short_number(receipt.order)}]"
        print(f"{receipt.outcome.value}{number}: {receipt.detail}")
    return STATUS_OF[receipt.outcome]
