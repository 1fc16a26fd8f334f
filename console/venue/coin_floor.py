"""Coins on the floor: a pair is followed from its first order on, or after a restart."""

from typing import TYPE_CHECKING

from console.venue.trading.asset_classes import AssetClass, class_of

if TYPE_CHECKING:
    from console.venue.floor import Floor


def wake(floor: "Floor", pair: str) -> None:
    """Let a pair of coins be traded: from now on its market is followed."""
    if floor.coins is None:
        from console.venue.coin_feed import CoinFeed  # noqa: PLC0415 - few venues need it
        from console.venue.markets.coins import Coins  # noqa: PLC0415 - likewise

        floor.coins = CoinFeed(floor.shelf.get(Coins, Coins))
    if shown := floor.coins.wake(pair, floor.told_until):
        floor.members.first.on_shown(shown)


def wake_held(floor: "Floor") -> None:
    """Follow the coins that accounts hold or have orders in, after a restart."""
    for exchange in floor.members:
        named = {order.terms.symbol for order in exchange.blotter.open_orders}
        for symbol in sorted(named | exchange.account.positions.keys()):
            if class_of(symbol) is AssetClass.CRYPTO:
                wake(floor, symbol)


def trade_coins(floor: "Floor", before: int, until: int) -> None:
    """Trade what the prints of the pairs in (before, until] allow."""
    if floor.coins is None:
        return
    for shown in floor.coins.between(before, until):
        floor.members.first.on_shown(shown)
    floor.commit()
