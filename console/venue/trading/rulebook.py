"""Which rules an order is held to, by its class of asset, in the order they are checked."""

from collections.abc import Callable

from console.venue.trading.asset_classes import AssetClass, class_of
from console.venue.trading.class_rules import exits_are_beyond_the_base, it_enters_or_exits
from console.venue.trading.crypto_rules import (
    coins_are_there,
    costs_ten_dollars,
    dollars_are_there,
)
from console.venue.trading.orders import Terms
from console.venue.trading.rules import (
    account_may_trade,
    buying_power_suffices,
    costs_a_dollar,
    fractions_are_allowed,
    intent_is_as_told,
    long_is_allowed,
    no_wash_trade,
    shares_are_there,
    short_is_allowed,
    stop_is_beyond_the_market,
)
from console.venue.trading.standing import Standing, prices_are_on_tick

Rule = Callable[[Terms, Standing], None]

STOCKS: tuple[Rule, ...] = (
    account_may_trade,
    intent_is_as_told,
    it_enters_or_exits,
    prices_are_on_tick,
    stop_is_beyond_the_market,
    exits_are_beyond_the_base,
    fractions_are_allowed,
    costs_a_dollar,
    shares_are_there,
    short_is_allowed,
    no_wash_trade,
    long_is_allowed,
    buying_power_suffices,
)

COINS: tuple[Rule, ...] = (
    account_may_trade,
    intent_is_as_told,
    prices_are_on_tick,
    stop_is_beyond_the_market,
    costs_ten_dollars,
    coins_are_there,
    no_wash_trade,
    dollars_are_there,
)

RULES: dict[AssetClass, tuple[Rule, ...]] = {
    AssetClass.EQUITY: STOCKS,
    AssetClass.CRYPTO: COINS,
}


def check(terms: Terms, standing: Standing) -> None:
    """Apply every rule.

    Raises:
        Rejection: the first one found.
    """
    for rule in RULES[class_of(terms.symbol)]:
        rule(terms, standing)
