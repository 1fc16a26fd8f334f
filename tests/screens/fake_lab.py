"""A lab inside the test: it answers from what it was given, and remembers what it was asked."""

import asyncio

from console.screens.lab_link import LabTrouble

COLUMNS = [["at", "time", "time"], ["symbol", "text", "symbol"], ["price", "number", "price"]]


def dataset(name, rows, **facts):
    return {
        "name": name,
        "rows": rows,
        "columns": COLUMNS,
        "memory": "30.7 MiB",
        "origin": f"file {name}.csv",
        "made": "2026-03-02 10:00",
        "notes": [],
        "is_live": False,
        **facts,
    }


def rows(first, count):
    return [
        [f"2026-03-02 {place // 3600 % 24:02}:{place // 60 % 60:02}:{place % 60:02}", "AAPL",
         f"{190 + place % 700 / 100:,.2f}"]
        for place in range(first, first + count)
    ]  # fmt: skip


NUMBERS = {"price", "missing", "backward", "outliers", "row", "score", "count", "median", "r"}
FOUND = {
    "sample": (["at", "symbol", "price"], rows(40, 20)),
    "quality": (
        ["column", "missing", "constant", "backward", "outliers"],
        [
            ["at", "0", "no", "0", "—"],
            ["symbol", "0", "yes", "—", "—"],
            ["price", "12", "no", "—", "0"],
        ],
    ),
    "outliers": (
        ["row", "at", "symbol", "price", "score"],
        [
            ["765,432", "2026-03-02 20:37:11", "AAPL", "1,903", "+5,776.1"],
            ["12", "2026-03-02 00:00:11", "AAPL", "1.9", "-93.2"],
        ],
    ),
    "segment": (["segment", "count", "median"], [["AAPL", "4", "190.1"], ["MSFT", "3", "390.1"]]),
    "correlate": (
        ["one", "other", "r", "pairs"],
        [["price", "size", "-0.550", "6"], ["price", "bid", "+0.100", "6"]],
    ),
    "compare": (
        ["column", "kind", "missing", "missing 2", "median", "median 2", "distance"],
        [["price", "number", "12", "0", "193.5", "193.4", "+0.010"]],
    ),
}


def run(key):
    return {
        "key": key,
        "about": "sma-cross SPY 1Min",
        "parameters": "fast=25 slow=30",
        "change": "+1.30 %",
        "gain": 0.013,
        "sharpe": "+8.40",
        "trades": "52",
    }


class FakeLab:
    """Answers at once, or when told to."""

    def __init__(self, *datasets):
        self.datasets = list(datasets or [dataset("prices", 1_000_000), dataset("quotes", 12)])
        self.runs = ["20260302-1", "20260302-2"]
        self.asked = []
        self.canceled = []
        self.closed = 0
        self.troubles = {}
        self.answers = {}
        self.progress = {}
        self.may_answer = asyncio.Event()
        self.may_answer.set()

    async def ask(self, hand, what, *, told=None, **words):
        self.asked.append((what, words))
        for share, text in self.progress.get(what, ()):
            told(share, text)
        if what not in ("datasets", "runs", "run"):
            await self.may_answer.wait()
        if what in self.troubles:
            raise LabTrouble(self.troubles[what])
        if what in self.answers:
            return self.answers[what]
        return getattr(self, f"_{what}")(**words)

    def cancel(self, hand):
        self.canceled.append(hand)

    async def close(self):
        self.closed += 1

    def asked_for(self, what):
        return [words for asked, words in self.asked if asked == what]

    def _datasets(self):
        return {"datasets": self.datasets, "total": "6.4 MiB on the disk, 30.7 MiB read whole"}

    def _page(self, name, first, count):
        return {"first": first, "rows": rows(first, count)}

    def _finding(self, name, view, **terms):
        header, rows = FOUND[view]
        sides = [[label, "right" if label in NUMBERS else "left"] for label in header]
        return {"words": [f"{view} of {name}"], "header": sides, "rows": rows}

    def _draw(self, name, view, row, width, height, **terms):
        about = " ".join([view, *map(str, terms.values()), *row[:2]])
        return self._picture(about, width, height)

    def _summary(self, name):
        figures = {
            "at": ["0", "1,000,000", "2026-03-02 00:00:00", "—", "—", "2026-03-13 13:46:39"],
            "symbol": ["0", "1", "AAPL", "—", "—", "AAPL"],
            "price": ["12", "700", "190", "193.5", "193.495", "196.99"],
        }
        return [[*column, *figures[column[0]]] for column in COLUMNS]

    def _runs(self):
        return {
            "runs": [run(key) for key in reversed(self.runs)],
            "strategies": {
                "sma-cross": {"name": "sma-cross", "parameters": "fast=20 slow=50", "options": []},
                "momentum": {"name": "momentum", "parameters": "bars=30", "options": []},
                "calm (mine.py)": {
                    "name": "calm",
                    "parameters": "bars=9",
                    "options": ["--code", "mine.py"],
                },
            },
        }

    def _run(self, key, width):
        words = [[[f" total return of {key}  +1.30 %", -1]], [[" it does not look ahead here", -1]]]
        trades = [
            ["long", f"{place - 20:+.2f}", "2026-03-02 15:00", "2026-03-02 15:30", "594.54",
             "168.1984", "168.2616", "0.00"]
            for place in range(300)
        ]  # fmt: skip
        return {"figures": words, "trades": trades, "sweep": [[["  Nothing was searched", 0]]]}

    def _run_compared(self, keys, width, height):
        lines = [[["a curve, ", 1], ["b curve", 2]], [[f" total return of {' '.join(keys)}", -1]]]
        return {"picture": [*lines, [[" 5 trades are the same", -1]]]}

    def _run_curve(self, key, width, height):
        return self._picture("equity", width, height)

    def _run_backtest(self, words):
        key = f"20260302-{len(self.runs) + 1}"
        self.runs.append(key)
        return {"key": key, "is_kept": True}

    def _run_report(self, key, path):
        return {"path": path}

    def _picture(self, column, width, height):
        line = [["└" + "─" * (width // 2), 0], ["▄" * (width // 2 - 2), 1]]
        return {"picture": [line] * height, "words": [f"a picture of {column}"]}

    def _load(self, path, name):
        self.datasets.append(dataset(name or "loaded", 3))
        return {"name": name or "loaded", "words": ["loaded: 3 rows, 3 columns."]}

    def _take(self, source, symbols, name):
        self.datasets.append(dataset(source, 7))
        return {"name": source, "words": [f"{source}: 7 rows, 3 columns."]}

    def _merge(self, name, other, into, **terms):
        origin = f"merge as of of {name}#1, {other}#2"
        self.datasets.append(dataset(into, 9, origin=origin))
        return {"name": into, "words": [f"{into}: 9 rows, 3 columns.", f"  {origin}"]}

    def _keep(self, name, view, into, **terms):
        self.datasets.append(dataset(into, 2, origin=f"{view} of {name}#1"))
        return {"name": into, "words": [f"{into}: 2 rows, 3 columns."]}

    def _export(self, name, path):
        return {"words": [f"{path}: 9 rows."]}

    def _drop(self, name):
        self.datasets = [one for one in self.datasets if one["name"] != name]
        return {"words": [f"{name} is dropped, 9 rows."]}

    def _follow(self, name, symbols, every, rows):
        return {"name": name, "words": [f"{name}: {rows} rows."]}

    def _roles(self, name, roles):
        for one in self.datasets:
            one["columns"] = [[n, kind, roles.get(n, role)] for n, kind, role in one["columns"]]
        return {}
