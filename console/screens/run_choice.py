"""What the back-test screen is about to run: the strategies there are, and the lines written."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from console.screens.backtest_lines import bars_words, terms_words
from widgets.run_view import RunWish


class RunChoice:
    """One strategy of many, with symbols, bars and terms."""

    def __init__(self) -> None:
        self.wish = RunWish(strategy="", symbols="", bars="", terms="")
        self._strategies: Mapping[str, Mapping[str, Any]] = {}

    @property
    def usual(self) -> dict[str, str]:
        """The parameters each strategy has unless others are said."""
        return {label: told["parameters"] for label, told in self._strategies.items()}

    def offer(self, strategies: Mapping[str, Mapping[str, Any]]) -> None:
        """Have these to choose from; the chosen one stays where it is still there."""
        self._strategies = strategies
        if self.wish.strategy not in strategies:
            self.wish = replace(self.wish, strategy=next(iter(strategies), ""))

    def turn(self, places: int) -> None:
        """Choose another strategy, so many places to the right."""
        names = list(self._strategies)
        if names:
            place = names.index(self.wish.strategy) + places
            self.wish = replace(self.wish, strategy=names[place % len(names)])

    def commands(self) -> dict[str, list[str]]:
        """Return what the command would be told, by the symbol it is told of.

        Raises:
            ValueError: with the sentence that says what is wrong.
        """
        wish = self.wish
        chosen = self._strategies.get(wish.strategy)
        symbols = wish.symbols.upper().split()
        if chosen is None or not symbols:
            raise ValueError("Name a symbol first: y.")
        words = [*bars_words(wish.bars), *terms_words(wish.terms), *chosen["options"]]
        return {symbol: [chosen["name"], symbol, *words] for symbol in symbols}
