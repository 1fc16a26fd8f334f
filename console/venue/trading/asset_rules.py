"""What an asset allows: not every one is active, tradable, cut into parts or lent."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from console.venue.trading.asset_classes import AssetClass, class_of
from console.venue.trading.orders import Intent, Terms
from console.venue.trading.rejections import forbidden, unprocessable
from console.venue.trading.standing import intent_of

Asset = Mapping[str, Any]


def check_asset(asset: Asset | None, terms: Terms, position_qty: Decimal) -> None:
    """Check that an asset may be traded so.

    Raises:
        Rejection: in Alpaca's words.
    """
    symbol = terms.symbol
    if asset is None and class_of(symbol) is AssetClass.OPTION:
        raise unprocessable("option orders are not offered by this venue")
    if asset is None:
        raise unprocessable(f'asset "{symbol}" not found')
    if asset["status"] != "active":
        raise unprocessable(f"asset {symbol} is not active")
    if not asset["tradable"]:
        raise unprocessable(f"asset {symbol} is not tradable")
    is_part = terms.qty is None or terms.qty % 1 != 0
    if is_part and not asset["fractionable"]:
        raise forbidden(f'asset "{symbol}" is not fractionable')
    if class_of(symbol) is AssetClass.CRYPTO:
        return
    is_short = intent_of(terms, position_qty) is Intent.SELL_TO_OPEN
    if is_short and not (asset["shortable"] and asset.get("easy_to_borrow", True)):
        raise unprocessable(f'asset "{symbol}" cannot be sold short')
