"""From words to shares: parts of a holding, dollars, and what a risk allows."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.desk.pricing import NotPriced, price
from console.domain.language import parse
from console.domain.orders import OrderClass, Side
from console.domain.state import TradingState
from console.domain.tickets import Ticket
from tests.builders import NOON, account, position, quote

D = Decimal


def state(held: str = "0", **more) -> TradingState:
    """AAPL at 190.00 / 190.10, $100,000 of equity, some shares held."""
    return TradingState(
        account=account(),
        positions={"AAPL": position(qty=held)} if D(held) else {},
        positions_at=NOON,
        quotes={"AAPL": quote()},
        **more,
    )


def ordered(line: str, known: TradingState):
    ticket = parse(line)
    assert isinstance(ticket, Ticket), ticket
    return price(ticket, known, "kc-t-1")


@pytest.mark.parametrize(
    ("line", "held", "qty"),
    [
        ("sell half AAPL", "101", "50"),
        ("sell all AAPL", "101", "101"),
        ("sell 25% AAPL", "101", "25"),
        ("sell all AAPL", "0.5", "0.5"),
        ("sell half AAPL", "0.5", "0.25"),
        ("cover AAPL", "-30", "30"),
        ("cover half AAPL", "-30", "15"),
        ("cover 7 AAPL", "-30", "7"),
        ("short 5 AAPL", "0", "5"),
        ("short 5 AAPL", "-5", "5"),
        ("buy r1% AAPL @ 190.10 sl 187", "0", "322"),
        ("buy r1% AAPL sl 187", "0", "322"),
        ("short r0.5% AAPL @ 190 sl 191", "0", "500"),
    ],
)
def test_a_size_in_words_is_so_many_shares(line, held, qty):
    assert ordered(line, state(held)).qty == D(qty)


@pytest.mark.parametrize(
    ("line", "held", "sentence"),
    [
        ("sell half AAPL", "0", "You hold no AAPL; write how many shares to sell."),
        ("sell half AAPL", "1", "50 % of 1 AAPL is less than a share."),
        ("sell all AAPL", "-5", "You hold -5 AAPL; write cover to make it smaller."),
        ("cover AAPL", "5", "You are not short of AAPL: there is nothing to cover."),
        ("short 5 AAPL", "5", "You hold 5 AAPL: sell them first, then go short."),
        ("buy r1% AAPL @ 190 sl 191", "0", "The stop-loss must lie below the entry at 190."),
        ("buy r0.01% AAPL @ 190 sl 100", "0", "0.01 % of the equity is $10.00"),
    ],
)
def test_a_size_that_comes_to_nothing_is_a_sentence(line, held, sentence):
    with pytest.raises(NotPriced) as refusal:
        ordered(line, state(held))

    assert str(refusal.value).startswith(sentence)


def test_what_is_not_known_yet_is_not_taken_for_nothing():
    blind = TradingState(quotes={"AAPL": quote()})

    for line in ("sell half AAPL", "cover AAPL", "short 5 AAPL", "buy r1% AAPL sl 180"):
        with pytest.raises(NotPriced, match="not known yet"):
            ordered(line, blind)


@given(
    st.decimals("0.01", "100", places=2),
    st.decimals("1.01", "500", places=2),
    st.decimals("0.01", "499.99", places=2),
)
def test_a_size_from_risk_never_loses_more_than_the_risk(percent, entry, distance):
    if distance >= entry:
        return
    line = f"buy r{percent}% AAPL @ {entry} sl {entry - distance}"
    ticket = parse(line)
    if not isinstance(ticket, Ticket):
        return
    risk = D(100_000) * percent / 100
    try:
        request = price(ticket, state(), "kc-t-1")
    except NotPriced:
        assert risk < distance
        return

    assert request.qty * distance <= risk < (request.qty + 1) * distance


def test_dollars_travel_as_dollars_and_count_as_the_most_they_can_come_to():
    request = ordered("buy $5000 AAPL", state())

    assert request.notional == 5000
    assert request.qty * D("190.10") >= 5000
    assert str(request) == "buy $5000 AAPL @ 190.10 day"


def test_an_oco_has_the_limit_of_its_take_profit():
    request = ordered("sell all AAPL oco tp 196 sl 187/186.5 gtc", state("10"))

    assert (request.side, request.order_class) == (Side.SELL, OrderClass.OCO)
    assert (request.limit_price, request.stop_loss_limit) == (D(196), D("186.5"))
    assert str(request) == "sell 10 AAPL oco tp 196.00 sl 187.00/186.50 gtc"
