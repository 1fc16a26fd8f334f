"""A screen whose letter keys begin a line for the selected symbol or order, and no more."""

from collections.abc import Callable

from console.domain.chains import newest_link
from console.screens import prefills
from console.screens.desk_link import DeskLink
from console.screens.entry_pane import EntryPane
from console.screens.pane_screen import PaneScreen
from console.screens.prefills import Prefill
from widgets.blotter import Blotter
from widgets.ticket import TicketPane


class LetterScreen(PaneScreen):
    """Holds the order line and what the letters refer to."""

    def __init__(self, link: DeskLink) -> None:
        super().__init__()
        self.symbol: str | None = None
        """The symbol the letters mean."""
        self._link = link
        self._orders = Blotter(id="orders")
        self._ticket = TicketPane(id="ticket")
        self._ticket.line.select_on_focus = False  # a prefill is gone on with, not replaced
        self._entry_pane = EntryPane(self._ticket)

    def action_order_line(self) -> None:
        """Go to the order line."""
        self.set_focus(self._ticket.line)

    def action_buy(self) -> None:
        """Begin a buy of the selected symbol."""
        self._begin_for_symbol(prefills.buy)

    def action_sell(self) -> None:
        """Begin a sell of the selected symbol."""
        self._begin_for_symbol(prefills.sell)

    def action_flat(self) -> None:
        """Name the selected symbol to close."""
        self._begin_for_symbol(prefills.flat)

    def action_exit_position(self) -> None:
        """Name the selected symbol to exit."""
        self._begin_for_symbol(prefills.exit_position)

    def action_set_alert(self) -> None:
        """Begin an alert on the selected symbol."""
        self._begin_for_symbol(prefills.alert)

    def action_remove_symbol(self) -> None:
        """Name the selected symbol to take off the watchlist."""
        self._begin_for_symbol(prefills.unwatch)

    def action_add_symbol(self) -> None:
        """Begin to add a symbol."""
        self._begin(prefills.watch())

    def action_cancel_order(self) -> None:
        """Name the selected order to cancel."""
        self._begin_for_order(prefills.cancel)

    def action_replace_order(self) -> None:
        """Begin to replace the selected order."""
        self._begin_for_order(prefills.replace)

    def _begin_for_symbol(self, prefill: Callable[[str], Prefill]) -> None:
        self._begin(prefill(self.symbol or ""))

    def _begin_for_order(self, prefill: Callable[[str], Prefill]) -> None:
        """Use the selected order, else the newest open one."""
        state = self._link.state
        order = state.orders.get(self._orders.selected or "")
        if order is not None:
            order = newest_link(order, state.orders)
        if order is None or not order.is_open:
            order = next(iter(state.open_orders), None)
        self._begin(prefill((order and self._orders.name_of(order.key)) or ""))

    def _begin(self, prefill: Prefill) -> None:
        self._entry_pane.write(prefill)
        self.set_focus(self._ticket.line)
