"""What happens to one account, kept where it belongs and remembered until it is told.

Every step of an order, every fill and every dividend passes here, so that whoever
takes the changes has all of them, in the order they happened.
"""

from collections.abc import Iterable

from console.venue.trading.accounts import Account, Activity, DayClosed, Settings
from console.venue.trading.blotter import Blotter
from console.venue.trading.orders import EventKind, Fill, Order, OrderEvent
from console.venue.trading.watchlists import Watchlist, WatchlistDeleted, Watchlists

Change = OrderEvent | Order | Settings | DayClosed | Activity | Watchlist | WatchlistDeleted


class Proceedings:
    """The account, its blotter, and what has changed since somebody last asked."""

    def __init__(self, account: Account, blotter: Blotter) -> None:
        self.account = account
        self.blotter = blotter
        self._changes: list[Change] = []
        self.watchlists = Watchlists(note=self._changes_of_lists)

    def _changes_of_lists(self, change: Watchlist | WatchlistDeleted) -> None:
        self._changes.append(change)

    def take(self) -> list[Change]:
        """Return what has changed since the last call."""
        changes, self._changes = self._changes, []
        return changes

    def keep(self, order: Order) -> None:
        """Keep an order as it is now; nobody is told, the books are."""
        self.blotter.keep(order)
        self._changes.append(order)

    def tell(self, order: Order, kind: EventKind, now: int, fill: Fill | None = None) -> Order:
        """Keep an order as it is now, and let everybody know what happened to it."""
        self.blotter.keep(order)
        position_qty = self.account.position_qty(order.terms.symbol)
        self._changes.append(
            OrderEvent(kind=kind, order=order, at=now, position_qty=position_qty, fill=fill)
        )
        return order

    def book(self, fill: Fill) -> None:
        """Move cash and position by a fill; it is told with its order."""
        self.blotter.fills.append(fill)
        self.account.book(fill)

    def undergo(self, activity: Activity) -> None:
        """Move cash and position by what is no fill."""
        self.account.undergo(activity)
        self.blotter.activities.append(activity)
        self._changes.append(activity)

    def configure(self, settings: Settings) -> None:
        """Change the account's settings."""
        self.account.settings = settings
        self._changes.append(settings)

    def close_day(self, at: int) -> None:
        """Note what the account is worth as a trading day ends."""
        self.account.last_equity = self.account.equity
        self._changes.append(DayClosed(equity=self.account.last_equity, at=at))

    def restore(
        self,
        orders: Iterable[Order],
        fills: Iterable[Fill],
        activities: Iterable[tuple[int, Activity]],
    ) -> None:
        """Take up an earlier run; activities come with how many fills were there before them."""
        self.blotter.restore(orders, fills)
        booked = 0
        for place, activity in activities:
            for fill in self.blotter.fills[booked:place]:
                self.account.book(fill)
            booked = place
            self.account.undergo(activity)
            self.blotter.activities.append(activity)
        for fill in self.blotter.fills[booked:]:
            self.account.book(fill)
