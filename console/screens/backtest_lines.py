"""Lines that are written on the back-test screen, and the words of the command they stand for."""

from console.domain.market import Timeframe

SYMBOLS_HINT = "symbols, one run each: AAPL MSFT"
BARS_HINT = "desk 1Min 1000, or FILE or dataset NAME, 5Min, from=2013-10-07 to=2013-10-09, all"
TERMS_HINT = "fast=10 slow=30, fast=5:25:5 to try many, short, spread-bps=1, walk-forward=4 …"
FLAGS = frozenset({"short", "bar-by-bar"})
OPTIONS = frozenset(
    {
        *("cash", "fraction", "qty", "flat-minutes", "walk-forward", "processes", "dask", "seed"),
        *("fee-per-share", "fee-bps", "spread-bps", "slippage-bps", "borrow-percent", "split"),
        *("code", "cpu", "peek"),
    }
)
FILES = (".parquet", ".csv")
FRAMES = {frame.value.lower(): frame.value for frame in Timeframe}


def bars_words(text: str) -> list[str]:
    """Return which bars are meant; none for the newest thousand minutes of the desk."""
    words: list[str] = []
    for part in text.split():
        name, sign, value = part.partition("=")
        if sign and name in ("from", "to"):
            words += [f"--{name}", value]
        elif part.lower() in FRAMES:
            words += ["--timeframe", FRAMES[part.lower()]]
        elif part.replace(",", "").isdecimal():
            words += ["--bars", part.replace(",", "")]
        elif part == "all":
            words += ["--session", "all"]
        elif part.lower().endswith(FILES):
            words += ["--file", part]
        elif part not in ("desk", "dataset"):
            words += ["--dataset", part]
    return words


def terms_words(text: str) -> list[str]:
    """Return the terms and parameters that are meant; a range is a sweep.

    Raises:
        ValueError: with the sentence that says what is wrong.
    """
    words: list[str] = []
    for part in text.split():
        name, sign, value = part.partition("=")
        if part in FLAGS:
            words.append(f"--{part}")
        elif not sign:
            raise ValueError(f"{part} says no value: write {part}=…")
        elif name in OPTIONS:
            words += [f"--{name}", value]
        elif ":" in value or "," in value:
            words += ["--sweep", part]
        else:
            words += ["--set", part]
    return words
