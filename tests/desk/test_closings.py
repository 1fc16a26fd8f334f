"""The lines of a flatten: what joins them, what they say, and how long each took."""

from decimal import Decimal

from console.desk.closings import Closings
from console.desk.store import Store
from console.domain.flatten import CloseStatus, Closing
from tests.builders import NOON
from tests.desk.fakes import FakeClock

TEN = Decimal(10)
NOTHING = Decimal(0)


def closing(symbol: str) -> Closing:
    return Closing(symbol=symbol, qty=TEN, left_qty=TEN)


class Lines:
    """Closings among fakes."""

    def __init__(self) -> None:
        self.store, self.clock = Store(), FakeClock()
        self.closings = Closings(store=self.store, clock=self.clock)

    def begin(self, what: str, *symbols: str, still: tuple[str, ...] = ()) -> bool:
        return self.closings.begin(what, [closing(one) for one in symbols], "ann", still)

    @property
    def flatten(self):
        return self.store.state.flatten


async def test_the_first_is_a_flatten_of_its_own_and_the_next_only_after_its_end():
    lines = Lines()

    assert lines.begin("AAPL", "AAPL")
    assert not lines.begin("MSFT", "MSFT", still=("AAPL",))
    lines.closings.end()
    assert lines.begin("SPY", "SPY")

    assert (lines.flatten.what, lines.flatten.by, list(lines.closings.lines)) == (
        "SPY",
        "ann",
        ["SPY"],
    )


async def test_who_joins_stands_beside_those_that_are_still_being_closed():
    lines = Lines()
    lines.begin("AAPL, SPY", "AAPL", "SPY")

    lines.begin("MSFT", "MSFT", still=("AAPL",))

    assert lines.flatten.what == "AAPL, SPY, MSFT"
    assert list(lines.closings.lines) == ["AAPL", "MSFT"]


async def test_each_line_is_timed_from_its_own_beginning_to_its_end():
    lines = Lines()
    lines.begin("AAPL", "AAPL")
    lines.clock.move(1.0)
    lines.begin("MSFT", "MSFT", still=("AAPL",))
    lines.clock.move(0.25)

    lines.closings.say("AAPL", CloseStatus.CLOSED, "flat", NOTHING)
    lines.closings.say("MSFT", CloseStatus.CLOSING, "selling", TEN)

    told = lines.closings.lines
    assert (told["AAPL"].elapsed_ms, told["MSFT"].elapsed_ms) == (1_250.0, None)
    assert (told["MSFT"].detail, told["MSFT"].left_qty) == ("selling", TEN)


async def test_each_telling_is_newer_than_those_of_a_former_desk_and_than_the_last():
    lines = Lines()

    lines.begin("AAPL", "AAPL")
    first = lines.store.state.flatten_revision
    over = lines.closings.end()

    assert first == int(NOON.timestamp() * 1_000)
    assert lines.store.state.flatten_revision == first + 1
    assert over is lines.flatten
    assert lines.closings.end() is None
