"""When the opening and closing auctions take orders."""

from console.domain.orders import TimeInForce
from console.venue.trading.hours import AUCTIONS, Hours
from console.venue.trading.orders import Terms
from console.venue.trading.rejections import forbidden


def check_window(terms: Terms, hours: Hours, now: int) -> None:
    """Check that an auction still takes orders.

    Raises:
        Rejection: when it is too late for this one and too early for the next.
    """
    auction = terms.time_in_force
    if auction in AUCTIONS and not hours.takes_for_auction(now, auction):
        last = "9:28am" if auction is TimeInForce.OPG else "3:50pm"
        raise forbidden(f"{auction} orders are accepted after 7:00pm and before {last} ET only")
