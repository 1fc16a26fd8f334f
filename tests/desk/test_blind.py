"""Entries without a stream: for a reason that is kept, until the stream is live again."""

from types import SimpleNamespace

from console.desk.blind import BlindEntries
from console.desk.store import Store
from console.domain.connections import Channel, Connection, Link
from console.domain.events import ConnectionChanged
from console.domain.receipts import Outcome
from tests.builders import OWNER, at


class Deaf:
    """A desk whose trading stream is down."""

    def __init__(self) -> None:
        self.store, self.kept, self.alerts = Store(), [], []
        self.blind = BlindEntries(
            store=self.store,
            connections=SimpleNamespace(link=lambda _channel: Link.DOWN),
            recorder=SimpleNamespace(write=self._write, note=self._note),
            alerts=SimpleNamespace(alert=lambda *said: self.alerts.append(said[-1])),
        )

    async def _write(self, kind, _actor, body) -> None:
        self._note(kind, _actor, body)

    def _note(self, kind, _actor, body) -> None:
        self.kept.append((kind, dict(body)))

    def link(self, channel: Channel, link: Link, seconds: float) -> None:
        told = Connection(channel=channel, link=link, at=at(seconds))
        self.store.apply(ConnectionChanged(told))


async def test_a_word_is_reason_enough_and_it_is_told_everywhere():
    deaf = Deaf()

    receipt = await deaf.blind.allow("fed", OWNER)

    assert receipt.outcome is Outcome.ACCEPTED
    assert receipt.detail == "Entries pass until the trading stream is back: fed."
    assert deaf.kept == [("blind.allowed", {"reason": "fed"})]
    assert deaf.blind.reason == f"fed (by {OWNER})"
    assert deaf.alerts == [f"Entries pass while the trading stream is down: {deaf.blind.reason}"]


async def test_the_override_ends_with_the_trading_stream_s_return_and_with_nothing_else():
    deaf = Deaf()
    await deaf.blind.allow("fed", OWNER)

    deaf.link(Channel.TRADING, Link.DOWN, 1)
    deaf.link(Channel.REST, Link.LIVE, 2)
    still = deaf.blind.reason
    deaf.link(Channel.TRADING, Link.LIVE, 3)

    assert still
    assert deaf.blind.reason == ""
    assert deaf.kept[1:] == [("blind.ended", {"reason": still})]
