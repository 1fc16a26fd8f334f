"""The plan of the desk: its sides, in the order in which they need each other."""

from dataclasses import dataclass

from console.desk.rooms.account import AccountSide, build_account_side
from console.desk.rooms.closing import ClosingSide, build_closing_side
from console.desk.rooms.ground import Ground, lay_ground
from console.desk.rooms.halt import HaltSide, build_halt_side
from console.desk.rooms.market import MarketSide, build_market_side
from console.desk.rooms.order_path import OrderPath, build_order_path
from console.desk.rooms.outside import Outside


@dataclass(frozen=True, slots=True, kw_only=True)
class Rooms:
    """Everything the desk is made of."""

    ground: Ground
    market: MarketSide
    account: AccountSide
    path: OrderPath
    closing: ClosingSide
    halt: HaltSide


def build_rooms(outside: Outside) -> Rooms:
    """Build every side of the desk."""
    ground = lay_ground(outside)
    market = build_market_side(outside, ground)
    account = build_account_side(outside, ground, market.feed)
    path = build_order_path(outside, ground, market, account)
    closing = build_closing_side(outside, ground, account, path)
    halt = build_halt_side(
        outside, ground, market=market, account=account, path=path, closing=closing
    )
    return Rooms(
        ground=ground, market=market, account=account, path=path, closing=closing, halt=halt
    )
