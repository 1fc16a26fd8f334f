"""What may be written next in the order line, while it is being typed."""

from collections.abc import Mapping

from console.domain.language import DIRECTIONS, VERBS
from console.domain.sizes import PORTIONS
from console.domain.terms import (
    CLASSES,
    EXTENDED_WORDS,
    LIMIT_WORDS,
    LOSS_WORDS,
    MARKET_WORDS,
    PRICE_WORDS,
    PROFIT_WORDS,
    STOP_WORDS,
    TIMES_IN_FORCE,
    TRAIL_WORDS,
)

_STEPS: Mapping[str, tuple[str, ...]] = {
    "buy": ("QUANTITY, $AMOUNT or r1%, as in buy 10 AAPL", "SYMBOL, as in buy 10 AAPL"),
    "sell": (
        "QUANTITY, half, all, 25% or $AMOUNT, as in sell 10 AAPL",
        "SYMBOL, as in sell 10 AAPL",
    ),
    "short": ("QUANTITY or r1%, as in short 10 AAPL", "SYMBOL, as in short 10 AAPL"),
    "cover": ("SYMBOL for all of it, or QUANTITY, half, 25% before it",),
    "cancel": ("NUMBER of an order, SYMBOL or all",),
    "replace": (
        "NUMBER of an order or SYMBOL",
        "new QUANTITY, @ PRICE or trail 2%, as in replace 12 50 @ 190.20",
    ),
    "flat": ("SYMBOL: its orders are canceled and its position is closed",),
    "exit": ("SYMBOL: its protection is lifted, its position closed; put back if that fails",),
    "alert": ("SYMBOL, as in alert AAPL above 195", " or ".join(DIRECTIONS), "PRICE"),
    "unalert": ("SYMBOL whose price alerts go", "PRICE, if only one of them goes · Enter"),
    "watch": ("SYMBOL to put on the watchlist",),
    "unwatch": ("SYMBOL to take off the watchlist",),
}
_ORDER_VERBS = ("buy", "sell", "short", "cover")
_READY = "Enter"


def hint(text: str) -> str:
    """Return what may come next after `text`, in the grammar's words."""
    typed = text.lower().replace("@", " @ ").split()
    is_begun = bool(typed) and not text[-1:].isspace()
    if not typed or (len(typed) == 1 and is_begun and typed[0] not in VERBS):
        return _verbs(typed[0] if typed else "")
    verb, done = typed[0], typed[1:]
    if verb not in VERBS:
        return _verbs("")
    steps = _STEPS[verb]
    if verb == "cover" and done and (done[0] in PORTIONS or not done[0][0].isalpha()):
        steps = (*steps, "SYMBOL, as in cover 10 AAPL")
    place = max(len(done) - (1 if is_begun and done else 0), 0)
    if place < len(steps):
        return steps[place]
    if verb in _ORDER_VERBS:
        return _terms(done[len(steps) :], can_be_market=True)
    if verb == "replace":
        return _terms(done[1:], can_be_market=False)
    return _READY


def _verbs(begun: str) -> str:
    fitting = [verb for verb in VERBS if verb.startswith(begun)]
    return " ".join(fitting or VERBS)


def _terms(said: list[str], *, can_be_market: bool) -> str:
    """Return the terms that are still free; a price word at the end wants its price first."""
    if said and said[-1] in PRICE_WORDS:
        return _price_after(said[-1])
    words = set(said)
    free = _free_prices(words, can_be_market=can_be_market)
    if can_be_market:
        free += _free_exits(words)
    if not words & set(TIMES_IN_FORCE):
        free.append(" ".join(TIMES_IN_FORCE))
    if can_be_market and not words & {*EXTENDED_WORDS, *MARKET_WORDS, *STOP_WORDS, *CLASSES}:
        free.append("ext")
    return " · ".join([*free, _READY])


def _price_after(word: str) -> str:
    if word in TRAIL_WORDS:
        return "PERCENT as in 2%, or DOLLARS as in 1.50"
    if word in LOSS_WORDS:
        return "PRICE in dollars, or PRICE/LIMIT"
    return "PRICE in dollars"


def _free_prices(words: set[str], *, can_be_market: bool) -> list[str]:
    if words & {*MARKET_WORDS, *TRAIL_WORDS}:
        return []
    free = []
    if not words & set(LIMIT_WORDS):
        free.append("@ PRICE" if can_be_market else "@ NEW PRICE")
    if can_be_market and not words & {*LIMIT_WORDS, *STOP_WORDS}:
        free.append("mkt")
    if not words & set(STOP_WORDS):
        free.append("stop PRICE")
    if can_be_market and not words & {*LIMIT_WORDS, *STOP_WORDS}:
        free.append("trail 2%")
    return free


def _free_exits(words: set[str]) -> list[str]:
    free = []
    if not words & set(PROFIT_WORDS):
        free.append("tp PRICE")
    if not words & set(LOSS_WORDS):
        free.append("sl PRICE")
    return free
