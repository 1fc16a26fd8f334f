"""Every tick over a real socket: in its order, refused in a sentence."""

import pytest

from console.domain.market import Trade
from console.domain.receipts import Outcome, Receipt
from console.domain.ticks import ticks_of
from console.link.client import LinkClient
from console.link.errors import DeskRefused
from tests.link.fakes import NOON, quote


async def test_ticks_come_over_the_link_in_the_order_in_which_they_came(link):
    trade = Trade(symbol="AAPL", price=190.1, size=100.0, at=NOON, received_at=NOON)
    told = [quote("AAPL", 190.0), trade, trade, quote("AAPL", 191.0)]

    async def ticks(tap, symbols):
        return ticks_of(told, missed=3, has_more=True)

    link.desk.ticks = ticks
    client = await LinkClient.connect(link.path, "command line")
    try:
        heard = await client.ticks("a", ["AAPL"])
    finally:
        await client.close()

    assert list(heard) == told
    assert (heard.missed, heard.has_more) == (3, True)


async def test_a_tap_too_many_is_refused_in_one_sentence(link):
    async def ticks(tap, symbols):
        return Receipt(outcome=Outcome.DENIED, detail="8 datasets follow every tick already.")

    link.desk.ticks = ticks
    client = await LinkClient.connect(link.path, "command line")
    try:
        with pytest.raises(DeskRefused, match="8 datasets follow"):
            await client.ticks("a", ["AAPL"])
    finally:
        await client.close()
