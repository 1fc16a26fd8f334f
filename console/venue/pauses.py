"""What the bands of limit up, limit down do to the floor: they are told, and pause a market."""

from typing import TYPE_CHECKING

from console.venue.bands import Verdict

if TYPE_CHECKING:
    from console.venue.floor import Floor

PAUSED, REASON = "P", "LUDP"


def keep_bands(floor: "Floor", until: int) -> None:
    """Tell the bands that moved; pause what is stuck at one, and let it go on in time."""
    if floor.bands is None:
        return
    for symbol, verdict in [*floor.bands.verdicts(until)]:
        if verdict is Verdict.PAUSED:
            floor.halt(symbol, REASON, code=PAUSED)
        elif verdict is Verdict.RESUMED:
            floor.resume(symbol)
        elif symbol in floor.view.trades:
            band = floor.bands.of(symbol)
            said = {"channel": "lulds", "symbol": symbol, "u": band.up, "d": band.down, "i": "B"}
            floor.announce(said)
