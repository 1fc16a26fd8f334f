"""What an override of a deaf desk says, to the person and to the audit, to the letter."""

from types import SimpleNamespace

import pytest

from console.desk.blind import BlindEntries
from console.desk.recorder import THE_DESK
from console.desk.store import Store
from console.domain.alerts import AlertKind, Severity
from console.domain.connections import Channel, Connection, Link
from console.domain.events import ConnectionChanged
from console.domain.receipts import Outcome
from console.ports import JournalUnavailable
from tests.builders import OWNER, STRANGER, at

LIVE = "The trading stream is live; there is nothing to override."


class Override:
    """Blind entries, and everything they say."""

    def __init__(self) -> None:
        self.link, self.trouble, self.is_back_meanwhile = Link.DOWN, "", False
        self.kept: list = []
        self.alerts: list = []
        self.store = Store()
        self.blind = BlindEntries(
            store=self.store,
            connections=SimpleNamespace(link=self._link),
            recorder=SimpleNamespace(write=self._write, note=self._note),
            alerts=SimpleNamespace(alert=lambda *said: self.alerts.append(said)),
        )

    def _link(self, channel: Channel) -> Link:
        assert channel is Channel.TRADING
        return self.link

    async def _write(self, kind, actor, body) -> None:
        if self.trouble:
            raise JournalUnavailable(self.trouble)
        if self.is_back_meanwhile:
            self.link = Link.LIVE
        self._note(kind, actor, body)

    def _note(self, kind, actor, body) -> None:
        self.kept.append((kind, actor, dict(body)))


@pytest.mark.parametrize(
    ("actor", "reason", "link", "outcome", "detail"),
    [
        (STRANGER, "fed", Link.DOWN, "forbidden", f"{STRANGER} may not trade at this desk."),
        (
            OWNER,
            "fed",
            Link.LIVE,
            "denied",
            "The trading stream is live; there is nothing to override.",
        ),
        (OWNER, " of ", Link.DOWN, "denied", "An override needs a reason, in a few words."),
    ],
)
async def test_a_refusal_is_said_and_recorded(actor, reason, link, outcome, detail):
    override = Override()
    override.link = link

    receipt = await override.blind.allow(reason, actor)

    assert (receipt.outcome.value, receipt.detail) == (outcome, detail)
    assert override.kept == [(f"blind.{outcome}", actor, {"reason": reason.strip()})]
    assert (override.blind.reason, override.alerts) == ("", [])


async def test_a_reason_that_cannot_be_kept_opens_nothing():
    override = Override()
    override.trouble = "disk full"

    receipt = await override.blind.allow("fed", OWNER)

    told = "Entries stay blocked: the reason cannot be recorded: disk full."
    assert (receipt.outcome, receipt.detail) == (Outcome.DENIED, told)
    assert override.blind.reason == ""


async def test_a_stream_that_comes_back_meanwhile_needs_no_override():
    override = Override()
    override.is_back_meanwhile = True

    receipt = await override.blind.allow("fed", OWNER)

    told = "The trading stream came back meanwhile; nothing has to be overridden."
    assert (receipt.outcome, receipt.detail) == (Outcome.DENIED, told)
    assert (override.blind.reason, override.alerts) == ("", [])


async def test_what_is_allowed_is_kept_told_and_its_end_recorded():
    override = Override()

    await override.blind.allow("fed", OWNER)
    back = Connection(channel=Channel.TRADING, link=Link.LIVE, at=at(1))
    override.store.apply(ConnectionChanged(back))

    said = f"fed (by {OWNER})"
    text = f"Entries pass while the trading stream is down: {said}"
    assert override.alerts == [(AlertKind.SYSTEM, Severity.WARNING, text)]
    assert override.kept == [
        ("blind.allowed", OWNER, {"reason": "fed"}),
        ("blind.ended", THE_DESK, {"reason": said}),
    ]
