from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from console.domain.families import families
from console.domain.orders import OrderRequest, OrderStatus, OrderType, Side
from tests.widgets import sample
from tests.widgets.stage import Stage
from widgets.blotter import LOOKS, Blotter, names_of, price_of


@pytest.mark.parametrize("status", OrderStatus)
def test_every_status_has_a_look_of_its_own(status):
    others = [look.text for other, look in LOOKS.items() if other is not status]

    assert LOOKS[status].text not in others


async def test_open_orders_come_first_then_the_latest_closed():
    pane = Blotter()
    async with Stage(pane).run_test(size=(140, 40)):
        pane.show(sample.STATE, sample.NOW)

        orders = [sample.STATE.orders[key] for key in pane.keys]
        assert [order.is_open for order in orders] == [True] * 6 + [False] * 4
        closed = [order.updated_at for order in orders[6:]]
        assert closed == sorted(closed, reverse=True)


async def test_an_unknown_order_is_not_taken_for_a_rejected_or_a_working_one():
    pane = Blotter()
    async with Stage(pane).run_test(size=(140, 40)):
        pane.show(sample.STATE, sample.NOW)

        unknown = pane.row("kc-3f2a17-7")[9]
        rejected = pane.row("kc-3f2a17-4")[9]
        working = pane.row("kc-3f2a17-5")[9]
        assert len({(cell.text[0], cell.meaning) for cell in (unknown, rejected, working)}) == 3
        assert unknown.reverse


async def test_a_rejection_shows_the_words_of_the_broker():
    pane = Blotter()
    async with Stage(pane).run_test(size=(140, 40)):
        pane.show(sample.STATE, sample.NOW)

        assert pane.row("kc-3f2a17-4")[-1].text == "insufficient buying power"


async def test_an_order_that_fills_is_drawn_again_and_the_others_are_not():
    pane = Blotter()
    async with Stage(pane).run_test(size=(140, 40)):
        pane.show(sample.STATE, sample.NOW)
        before = {key: pane.row(key) for key in pane.keys}
        filled = replace(
            sample.STATE.orders["kc-3f2a17-6"], filled_qty=sample.ORDERS[5].request.qty
        )
        pane.show(
            replace(sample.STATE, orders={**sample.STATE.orders, filled.key: filled}), sample.NOW
        )

        changed = [key for key in pane.keys if pane.row(key) is not before[key]]
        assert changed == [filled.key]


def test_orders_of_an_earlier_start_keep_their_long_name():
    earlier = sample.order(12, "IBM", sample.ORDERS[0].request.side, "1", OrderStatus.CANCELED,
                           limit_price="1.00")  # fmt: skip
    request = replace(earlier.request, client_order_id="kc-1a2b-12")
    earlier = replace(earlier, request=request, submitted_at=sample.NOW - timedelta(days=1))

    shown = families({order.key: order for order in (*sample.ORDERS, earlier)})

    names = names_of(shown)

    assert names["kc-1a2b-12"] == "1a2b-12"
    assert names["kc-3f2a17-10"] == "10"
    assert names["bot9"] == "bot9"


@pytest.mark.parametrize(
    ("terms", "words"),
    [
        ({"order_type": OrderType.MARKET}, "market"),
        ({"limit_price": Decimal("186.5")}, "186.50"),
        ({"order_type": OrderType.STOP, "stop_price": Decimal(187)}, "stop 187.00"),
        (
            {
                "order_type": OrderType.STOP_LIMIT,
                "stop_price": Decimal(187),
                "limit_price": Decimal("186.9"),
            },
            "stop 187.00 @ 186.90",
        ),
        ({"order_type": OrderType.TRAILING_STOP, "trail_percent": Decimal(2)}, "trail 2%"),
        ({"order_type": OrderType.TRAILING_STOP, "trail_price": Decimal("1.5")}, "trail 1.50"),
    ],
)
def test_every_kind_of_order_shows_what_prices_it(terms, words):
    request = OrderRequest(
        client_order_id="kc-1-1", symbol="AAPL", side=Side.BUY, qty=Decimal(1), **terms
    )

    assert price_of(request) == words


async def test_the_exits_stand_under_their_order_and_a_chain_is_one_line():
    pane = Blotter()
    async with Stage(pane).run_test(size=(140, 40)):
        members = {order.key: order for order in sample.bracket()}
        pane.show(replace(sample.STATE, orders={**members, **sample.STATE.orders}), sample.NOW)

        top = pane.keys.index("kc-3f2a17-20")
        rows = [pane.row(key) for key in pane.keys[top : top + 3]]
        assert [row[0].text for row in rows] == ["20", "└20tp", "└20sl"]
        assert [row[9].text for row in rows] == ["✓ filled", "● working", "◇ held"]
        assert "kc-3f2a17-22" not in pane.keys
        assert rows[2][-1].text == "replaced, was stop 57.00"
        assert pane.name_of("kc-3f2a17-22") == "20sl"


@pytest.mark.parametrize("width", [58, 140])
async def test_the_latest_rejection_is_told_in_the_border_however_narrow_the_pane(width):
    pane = Blotter()
    async with Stage(pane).run_test(size=(width, 20)):
        pane.show(sample.STATE, sample.NOW)

        assert "4 rejected: insufficient buying power" in str(pane.border_subtitle)
