"""Commands that are a process of their own: the console, the desk, and the end of one."""

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from console.commands import exits
from console.commands.launch import await_end, ensure_desk, is_locked
from console.cord.forking import run_behind_the_cord
from console.cord.line import ConsoleEnd
from console.folders import StateFolder, state_folder

if TYPE_CHECKING:
    from console.bootstrap.desk import Market


def open_console(profile: str, market: "Market") -> int:
    """Open the console behind the cord; return its exit status."""
    folder = state_folder(profile)
    return run_behind_the_cord(folder, lambda cord: _run_console(folder, market, cord))


def _run_console(folder: StateFolder, market: "Market", cord: ConsoleEnd | None) -> int:
    """Run the console, starting the desk first: it loads while the screen does."""
    launch = ensure_desk(folder, market_words(market))
    from console.bootstrap.console import run_console  # noqa: PLC0415 - while the desk starts

    def start_again() -> str:
        nonlocal launch
        if is_locked(folder):
            return (
                f"A {folder.profile} desk still runs but does not answer: wait, or end its process."
            )
        launch = ensure_desk(folder, market_words(market))
        return ""

    def why_no_desk() -> str:
        return launch.failure()

    return run_console(folder, why_no_desk, start_again, cord)


def run_desk(profile: str, market: "Market") -> int:
    """Run the desk in this process until it is told to stop."""
    from console.bootstrap import desk  # noqa: PLC0415 - this process only

    try:
        desk.run_desk(state_folder(profile), market)
    except (desk.CannotStart, OSError) as reason:
        print(f"killcord desk: {reason}", file=sys.stderr)
        return exits.FAILED
    return exits.DONE


def stop_desk(profile: str) -> int:
    """End the running desk of a profile; orders stay at the broker."""
    import asyncio  # noqa: PLC0415 - a console starts its desk before it loads this

    from console.commands.asking import NoDesk, attached  # noqa: PLC0415 - needs the link

    folder = state_folder(profile)

    async def ask() -> str:
        async with attached(folder) as desk:
            return (await desk.link.stop_desk()).detail

    try:
        detail = asyncio.run(ask())
    except NoDesk as missing:
        print(missing, file=sys.stderr)
        return exits.NO_DESK
    print(detail)
    if not await_end(folder):
        print("the desk said so, but it has not ended", file=sys.stderr)
        return exits.FAILED
    return exits.DONE


def market_words(market: "Market") -> Sequence[str]:
    """Return the demo's market as a desk's command line takes it."""
    return [
        word
        for name, value in market.items()
        if value is not None
        for word in (f"--{name}", str(value))
    ]
