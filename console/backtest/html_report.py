"""One back-test as one HTML page: no script, no network, nothing but itself.

Every word from outside is escaped, and the page's own policy forbids it to load anything.
"""

from collections.abc import Sequence
from html import escape

from console.backtest.findings import Finding, Plain
from console.backtest.heat import heat_of

WIDTH, HEIGHT = 900, 220
TRADES_SHOWN = 500
POLICY = "default-src 'none'; style-src 'unsafe-inline'"
STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
body { color: #1d2430; background: #fff } h1, h2 { line-height: 1.2 } h2 { margin-top: 2.2rem }
table { border-collapse: collapse; font-variant-numeric: tabular-nums }
td, th { padding: .2rem .8rem; text-align: right; border-bottom: 1px solid #dde2ea }
td:first-child, th:first-child { text-align: left } svg { width: 100%; height: auto }
.line { fill: none; stroke: #205493; stroke-width: 1.5 } .fall { fill: #c0554f }
text { font: 12px system-ui, sans-serif; fill: #5a6475 }
p { color: #3c4656 }
"""
Rows = Sequence[Sequence[str]]


def html_report(found: Finding, figures: Rows, words: Sequence[str]) -> str:
    """Return the page.

    Args:
        found: the back-test.
        figures: its figures as rows of text: a name, the strategy's, buy and hold's.
        words: sentences on terms and method, put below the title.
    """
    named = ", ".join(f"{name} {value:g}" for name, value in found.parameters.items())
    title = escape(f"{found.strategy} ({named}) on {found.symbol}")
    parts = [
        f"<h1>{title}</h1>",
        *(f"<p>{escape(word)}</p>" for word in words),
        "<h2>Figures</h2>",
        _table(("", "strategy", "buy and hold"), figures),
        "<h2>Equity</h2>",
        _svg(found.at, found.equity, is_fall=False),
        "<h2>Drawdown</h2>",
        _svg(found.at, [100 * value for value in found.drawdown], is_fall=True),
        _heat(found),
        _trades(found),
    ]
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        f"<title>{title}</title><style>{STYLE}</style></head>\n<body>\n"
        + "\n".join(parts)
        + "\n</body></html>\n"
    )


def _table(header: Sequence[str], rows: Rows) -> str:
    head = "".join(f"<th>{escape(cell)}</th>" for cell in header)
    body = "\n".join(
        "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows
    )
    return f"<table><tr>{head}</tr>\n{body}</table>"


def _svg(at: Sequence[str], values: Sequence[float], *, is_fall: bool) -> str:
    low, high = min(values), max(0.0, *values) if is_fall else max(values)
    span = (high - low) or 1.0
    step = WIDTH / max(len(values) - 1, 1)
    points = " ".join(
        f"{place * step:.1f},{HEIGHT - (value - low) / span * HEIGHT:.1f}"
        for place, value in enumerate(values)
    )
    shape = (
        f'<polygon class="fall" points="0,0 {points} {WIDTH},0"/>'
        if is_fall
        else f'<polyline class="line" points="{points}"/>'
    )
    unit = " %" if is_fall else ""
    return (
        f'<svg viewBox="0 -16 {WIDTH} {HEIGHT + 34}" role="img">{shape}'
        f'<text x="0" y="-4">{high:,.2f}{unit}</text>'
        f'<text x="0" y="{HEIGHT - 4}">{low:,.2f}{unit}</text>'
        f'<text x="0" y="{HEIGHT + 16}">{escape(at[0][:10])}</text>'
        f'<text x="{WIDTH}" y="{HEIGHT + 16}" text-anchor="end">{escape(at[-1][:10])}</text></svg>'
    )


def _heat(found: Finding) -> str:
    """Return the Sharpe ratios of a sweep over two parameters as a coloured table."""
    heat = heat_of(found)
    if heat is None:
        return ""
    body = "\n".join(
        f"<tr><th>{row:g}</th>"
        + "".join(_cell(heat.cells.get((row, head)), heat.most or 1.0) for head in heat.heads)
        + "</tr>"
        for row in heat.rows
    )
    top = "".join(f"<th>{head:g}</th>" for head in heat.heads)
    return (
        f"<h2>Sharpe ratio by {escape(heat.down)} (down) and {escape(heat.across)} (across)</h2>"
        f"<table><tr><th></th>{top}</tr>\n{body}</table>"
    )


def _cell(value: float | None, most: float) -> str:
    if value is None:
        return "<td>—</td>"
    colour = "32,84,147" if value >= 0 else "192,85,79"
    return f'<td style="background: rgba({colour},{abs(value) / most * 0.6:.2f})">{value:+.2f}</td>'


def _trades(found: Finding) -> str:
    rows = [_trade(one) for one in found.trades[:TRADES_SHOWN]]
    header = ("entered", "left", "side", "shares", "at", "to", "P&L")
    rest = len(found.trades) - len(rows)
    more = f"<p>And {rest:,} more.</p>" if rest > 0 else ""
    return f"<h2>Trades</h2>{_table(header, rows)}{more}"


def _trade(one: Plain) -> tuple[str, ...]:
    is_open = one["left_at"] is None
    return (
        _moment(one["entered_at"]),
        "still open" if is_open else _moment(one["left_at"]),
        one["side"],
        f"{one['qty']:,.2f}",
        f"{one['entry_price']:,.4f}",
        "—" if is_open else f"{one['exit_price']:,.4f}",
        f"{one['pnl']:+,.2f}",
    )


def _moment(at: str) -> str:
    return f"{at[:10]} {at[11:16]}"
