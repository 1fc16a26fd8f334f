"""Pictures of the panes at a fixed moment; `pytest --snapshot-update` takes them anew."""

from dataclasses import replace
from decimal import Decimal

import pytest
from textual.containers import Horizontal, Vertical

from console.domain.market import Timeframe
from console.domain.orders import OrderClass
from tests.widgets import sample
from tests.widgets.stage import Stage
from widgets.alerts import Alerts
from widgets.analytics import Analytics
from widgets.blotter import Blotter
from widgets.chart import Chart
from widgets.halt_view import HaltView
from widgets.positions import Positions
from widgets.status_bar import StatusBar
from widgets.ticket import TicketPane
from widgets.watchlist import Watchlist

SIZES = [(80, 24), (120, 40)]
TABLES = "#watch { height: 1fr; } #held { height: 8; } #orders { height: 1fr; }"
DESK = """
#desk { height: 1fr; } #left { width: 50%; }
#left > *, #right > * { height: 1fr; }
"""


class Desk(Stage):
    """A stage that is filled once its size is known."""

    def on_mount(self):
        self.call_after_refresh(self._prepare)


def tables(theme="night"):
    watch, held, orders = Watchlist(id="watch"), Positions(id="held"), Blotter(id="orders")

    def prepare():
        for pane in (watch, held, orders):
            pane.show(sample.STATE, sample.NOW)
            pane.show(sample.moved(), sample.NOW)
        watch.focus()
        watch.select("NVDA")
        orders.select_first()

    return Desk(watch, held, orders, theme=theme, prepare=prepare, css=TABLES)


def desk(theme="night", profile="paper", state=sample.STATE):
    bar, chart, alerts, readings = StatusBar(profile), Chart(), Alerts(), Analytics()
    ticket, halt = TicketPane(), HaltView()

    def prepare():
        chart.expect("AAPL", Timeframe.MIN_1)
        chart.set_bars("AAPL", Timeframe.MIN_1, sample.bars())
        readings.follow("AAPL")
        for pane in (bar, chart, alerts, readings, ticket, halt):
            pane.show(state, sample.NOW)
        ticket.line.cursor_blink = False
        ticket.line.write("buy 300 AAPL @ 190.13")
        ticket.preview(sample.PREVIEW)

    left = Vertical(chart, alerts, readings, id="left")
    right = Vertical(ticket, halt, id="right")
    return Desk(bar, Horizontal(left, right, id="desk"), theme=theme, prepare=prepare, css=DESK)


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_the_tables(snap_compare, size):
    assert snap_compare(tables(), terminal_size=size)


def exits():
    orders, ticket = Blotter(id="orders"), TicketPane()
    request = replace(
        sample.PREVIEW.request,
        order_class=OrderClass.BRACKET,
        take_profit=Decimal(196),
        stop_loss=Decimal(187),
        stop_loss_limit=Decimal("186.50"),
    )

    def prepare():
        held = {order.key: order for order in sample.bracket()}
        orders.show(replace(sample.STATE, orders={**held, **sample.STATE.orders}), sample.NOW)
        ticket.show(sample.STATE, sample.NOW)
        ticket.line.cursor_blink = False
        ticket.line.write("buy r1% AAPL @ 190.13 tp 196 sl 187/186.50")
        ticket.preview(replace(sample.PREVIEW, request=request))

    css = "#orders { height: 1fr; } TicketPane { height: 12; }"
    return Desk(orders, ticket, prepare=prepare, css=css)


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_a_bracket_with_its_exits(snap_compare, size):
    assert snap_compare(exits(), terminal_size=size)


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_the_desk(snap_compare, size):
    assert snap_compare(desk(), terminal_size=size)


@pytest.mark.parametrize("theme", ["night", "day", "contrast"])
def test_every_theme_with_a_halted_live_account(snap_compare, theme):
    app = desk(theme, "live", sample.HALTED)

    assert snap_compare(app, terminal_size=(120, 40))
