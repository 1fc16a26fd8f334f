"""`killcord flatten` and `killcord fence`: what is closed is shown first, and confirmed."""

import sys
from decimal import Decimal

from console.commands import exits
from console.commands.asking import Desk, attached
from console.commands.tables import as_json
from console.commands.trading import STATUS_OF, asked, tell
from console.domain.flatten import Closing, Extent, Flatten, FlattenRequest, loss_percent
from console.domain.positions import Position
from console.domain.receipts import Outcome
from console.domain.state import TradingState
from console.folders import StateFolder

PATIENCE = 600.0
"""Seconds for which the lines of a flatten are followed; the desk goes on after that."""
KNOWN_WITHIN = 5.0


async def flatten(
    folder: StateFolder, request: FlattenRequest, *, is_confirmed: bool, wants_json: bool
) -> int:
    """Close positions and tell what becomes of each, after a yes."""
    async with attached(folder) as desk:
        await desk.until(lambda state: state.positions is not None, KNOWN_WITHIN)
        if not is_confirmed and not _confirm(request, desk.state):
            return exits.USAGE
        before = None if desk.state.flatten is None else desk.state.flatten.id
        receipt = await asked(desk.link.flatten(request))
        if receipt.outcome is not Outcome.ACCEPTED or not receipt.detail.startswith("Closing"):
            return tell(receipt, wants_json=wants_json)
        ended = await _follow(desk, before, quiet=wants_json)
    if ended is None:
        print("The flatten is still running; `killcord status` and the halt screen show it.")
        return exits.UNKNOWN
    if wants_json:
        print(as_json([_facts(line) for line in ended.closings]))
    else:
        print(str(ended))
    return exits.FAILED if ended.left else exits.DONE


async def fence(folder: StateFolder, *, is_set: bool, wants_json: bool) -> int:
    """Set the broker-side suspension while halted, or lift it."""
    async with attached(folder) as desk:
        receipt = await asked(desk.link.fence(is_set=is_set))
    tell(receipt, wants_json=wants_json)
    return STATUS_OF[receipt.outcome]


def _confirm(request: FlattenRequest, state: TradingState) -> bool:
    """Show what would be closed and ask for a yes; without a terminal it is --yes or nothing."""
    held = tuple((state.positions or {}).values())
    print(f"To be closed: {request}.")
    for position in held:
        if _is_meant(request, position, state):
            print(f"  {position.symbol} {position.qty:f}")
    if not sys.stdin.isatty():
        print("Nothing was closed: confirm with --yes.")
        return False
    answer = input("Type flatten to close them, anything else to leave them: ")
    return answer.strip().lower() == "flatten"


def _is_meant(request: FlattenRequest, position: Position, state: TradingState) -> bool:
    if request.extent is not Extent.LOSING:
        return True
    quote = state.quotes.get(position.symbol)
    price = position.last_price if quote is None else Decimal(str(quote.mid))
    return price is None or loss_percent(position, price) > request.loss_percent


async def _follow(desk: Desk, before: str | None, *, quiet: bool) -> Flatten | None:
    """Tell each line as it changes; return the flatten once it is over, None if that is long."""
    told = set[tuple[str, str]]()

    def is_over(state: TradingState) -> bool:
        flatten = state.flatten
        if flatten is None or flatten.id == before:
            return False
        for line in flatten.closings:
            word = (line.symbol, f"{line.status.value} {line.detail}".strip())
            if word not in told and not quiet:
                print(f"{line.symbol}: {word[1]}", flush=True)
            told.add(word)
        return flatten.is_over

    return desk.state.flatten if await desk.until(is_over, PATIENCE) else None


def _facts(line: Closing) -> dict[str, object]:
    return {
        "symbol": line.symbol,
        "qty": line.qty,
        "left_qty": line.left_qty,
        "status": line.status.value,
        "detail": line.detail,
        "elapsed_ms": line.elapsed_ms,
    }
