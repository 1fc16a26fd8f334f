"""What may be written next in the order line, while it is being typed."""

from collections.abc import Mapping

from console.domain.language import (
    DIRECTIONS,
    LIMIT_WORDS,
    MARKET_WORDS,
    STOP_WORDS,
    TIMES_IN_FORCE,
    VERBS,
)

_STEPS: Mapping[str, tuple[str, ...]] = {
    "buy": ("QUANTITY, as in buy 10 AAPL", "SYMBOL, as in buy 10 AAPL"),
    "sell": ("QUANTITY, as in sell 10 AAPL", "SYMBOL, as in sell 10 AAPL"),
    "cancel": ("NUMBER of an order, SYMBOL or all",),
    "replace": (
        "NUMBER of an order or SYMBOL",
        "new QUANTITY or @ PRICE, as in replace 12 50 @ 190.20",
    ),
    "flat": ("SYMBOL: its orders are canceled and its position is closed",),
    "alert": ("SYMBOL, as in alert AAPL above 195", " or ".join(DIRECTIONS), "PRICE"),
    "unalert": ("SYMBOL whose price alerts go", "PRICE, if only one of them goes · Enter"),
    "watch": ("SYMBOL to put on the watchlist",),
    "unwatch": ("SYMBOL to take off the watchlist",),
}
_ORDER_VERBS = ("buy", "sell")
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
    place = max(len(done) - (1 if is_begun and done else 0), 0)
    if place < len(steps):
        return steps[place]
    if verb in _ORDER_VERBS:
        return _terms(done[2:], can_be_market=True)
    if verb == "replace":
        return _terms(done[1:], can_be_market=False)
    return _READY


def _verbs(begun: str) -> str:
    fitting = [verb for verb in VERBS if verb.startswith(begun)]
    return " ".join(fitting or VERBS)


def _terms(said: list[str], *, can_be_market: bool) -> str:
    """Return the terms that are still free; a price word at the end wants its price first."""
    if said and said[-1] in (*LIMIT_WORDS, *STOP_WORDS):
        return "PRICE in dollars"
    words = set(said)
    free = []
    is_market = bool(words & set(MARKET_WORDS))
    if not is_market and not words & set(LIMIT_WORDS):
        free.append("@ PRICE" if can_be_market else "@ NEW PRICE")
    if can_be_market and not words & {*LIMIT_WORDS, *STOP_WORDS, *MARKET_WORDS}:
        free.append("mkt")
    if not is_market and not words & set(STOP_WORDS):
        free.append("stop PRICE")
    if not words & set(TIMES_IN_FORCE):
        free.append(" ".join(TIMES_IN_FORCE))
    return " · ".join([*free, _READY])
