"""Names of coins: a broker writes BTC/USD on an order and BTCUSD on a position; here BTC/USD."""

from collections.abc import Mapping

from console.adapters.alpaca.outside import plain

LONGEST = 40
QUOTED_IN = ("USDT", "USDC", "USD", "BTC")
"""What coins are priced in, the longer name first. Source: Alpaca's list of pairs."""


def symbol_of(said: Mapping[str, object]) -> str:
    """Return the symbol of an order or a position, the same for both; empty when there is none."""
    symbol = plain(said.get("symbol"), LONGEST)
    if said.get("asset_class") != "crypto" or "/" in symbol:
        return symbol
    for money in QUOTED_IN:
        coin = symbol.removesuffix(money)
        if coin and coin != symbol:
            return f"{coin}/{money}"
    return symbol
