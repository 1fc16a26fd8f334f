"""A trader's session with the older Python SDK, `alpaca-trade-api`, which is not ours.

Runs in an environment of its own. Where the venue is comes by the environment, in the
SDK's own variables; each thing done or heard is printed as one line of JSON.
"""

import json
import os
import threading
import time
from datetime import UTC, datetime, timedelta

import requests
from alpaca_trade_api.rest import REST, APIError, TimeFrame, TimeFrameUnit
from alpaca_trade_api.stream import Stream

PATIENCE = 60.0
CONTROL = os.environ["VENUE_CONTROL_URL"]
AGAIN_AFTER = 0.5


def say(step, **seen):
    """Print what was done and seen."""
    print(json.dumps({"step": step, **seen}, default=str), flush=True)


def control(knob, **body):
    """Turn one of the venue's knobs, as the hand of the market."""
    requests.post(f"{CONTROL}/{knob}", json=body, timeout=PATIENCE).raise_for_status()


def until(look, what):
    """Look again and again until there is something to see."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if found := look():
            return found
        time.sleep(0.02)
    raise SystemExit(f"waited {PATIENCE} s for {what}")


class Ears:
    """Everything the streams have told, by kind."""

    def __init__(self):
        self.heard = {}

    def hear(self, kind):
        """Return a handler that keeps what it is given."""

        async def keep(message):
            self.heard.setdefault(kind, []).append(message)

        return keep

    def until(self, kind, act=lambda: None):
        """Do something again and again until a kind of message is heard."""
        acted_at = 0.0

        def look():
            nonlocal acted_at
            if kind not in self.heard and time.monotonic() > acted_at + AGAIN_AFTER:
                acted_at = time.monotonic()
                act()
            return self.heard.get(kind)

        return until(look, kind)[-1]


def refused(act):
    """Return how the SDK tells that something was refused."""
    try:
        act()
    except APIError as error:
        return {"status": error.status_code, "code": error.code, "message": str(error)}
    return None


def placed(api, step, **ticket):
    """Place an order and say how it was answered."""
    order = api.submit_order(**ticket)
    say(step, **order._raw)
    return order


def reached(api, order, status):
    """Return an order once it has a status."""

    def look():
        now = api.get_order(order.id)
        return now if now.status == status else None

    return until(look, f"{order.id} to be {status}")


def canceled(api, order):
    """Cancel an order and return it once it is canceled."""
    api.cancel_order(order.id)
    return reached(api, order, "canceled")


def follow(ears):
    """Open all streams and subscribe to everything they offer."""
    stream = Stream(data_feed="iex")
    stream.subscribe_trade_updates(ears.hear("trade_update"))
    for kind in ("trades", "quotes", "statuses", "lulds"):
        getattr(stream, f"subscribe_{kind}")(ears.hear(kind), "AAPL")
    for kind in ("bars", "updated_bars", "daily_bars"):
        getattr(stream, f"subscribe_{kind}")(ears.hear(kind), "*")
    stream._data_ws._handlers["corrections"]["AAPL"] = ears.hear("corrections")
    stream._data_ws._handlers["cancelErrors"]["AAPL"] = ears.hear("cancel_errors")
    for kind in ("crypto_trades", "crypto_quotes", "crypto_orderbooks", "crypto_bars"):
        getattr(stream, f"subscribe_{kind}")(ears.hear(kind), "BTC/USD")
    stream.subscribe_news(ears.hear("news"), "*")
    threading.Thread(target=stream.run, daemon=True).start()


def look_around(api):
    """Account, clock, calendar, assets and watchlists."""
    say("account", **api.get_account()._raw)
    say("clock", **api.get_clock()._raw)
    days = api.get_calendar("2025-11-24", "2025-11-28")
    say("calendar", days=[[str(day.date.date()), str(day.close)] for day in days])
    assets = api.list_assets(status="active", asset_class="us_equity")
    say("assets", symbols=[asset.symbol for asset in assets])
    say("asset", **api.get_asset("AAPL")._raw)
    say("asset.unknown", error=refused(lambda: api.get_asset("NOSUCH")))
    made = api.create_watchlist("Tech", ["AAPL"])
    added = api.add_to_watchlist(made.id, "MSFT")
    api.delete_from_watchlist(made.id, "AAPL")
    kept = api.get_watchlist_by_name("Tech")
    api.delete_watchlist(made.id)
    left = [each.name for each in api.get_watchlists()]
    say("watchlist", added=_symbols(added), kept=_symbols(kept), left=left)


def _symbols(watchlist):
    return [asset["symbol"] for asset in watchlist._raw["assets"]]


def set_account(api):
    """Suspend trading and let it go on."""
    suspended = api.update_account_configurations(suspend_trade=True)
    error = refused(lambda: api.submit_order("KO", qty=1))
    api.update_account_configurations(suspend_trade=False)
    now = api.get_account_configurations()._raw["suspend_trade"]
    say("configurations", suspended=suspended._raw["suspend_trade"], error=error, now=now)


def trade_plainly(api):
    """Every type and time in force, replace and cancel."""
    bought = placed(api, "market", symbol="AAPL", qty=10, side="buy", client_order_id="py-1")
    say("market.filled", **reached(api, bought, "filled")._raw)
    parts = placed(api, "notional", symbol="MSFT", notional=500.55, side="buy")
    say("notional.filled", **reached(api, parts, "filled")._raw)
    limit = placed(
        api, "limit", symbol="KO", qty=7, type="limit", limit_price="1.25", time_in_force="gtc"
    )
    reached(api, limit, "new")
    other = api.replace_order(limit.id, qty="8", limit_price="1.3", client_order_id="py-2")
    say("replace", old=limit.id, **other._raw)
    say("by_client_order_id", **api.get_order_by_client_order_id("py-2")._raw)
    reached(api, other, "new")
    say("cancel", **canceled(api, other)._raw)
    say("cancel.again", error=refused(lambda: api.cancel_order(other.id)))
    for step, ticket in RESTING.items():
        order = placed(api, step, symbol="AAPL", qty=1, **ticket)
        canceled(api, order)
    for tif in ("ioc", "fok"):
        order = placed(
            api, tif, symbol="KO", qty=1, type="limit", limit_price="1.25", time_in_force=tif
        )
        reached(api, order, "canceled")


RESTING = {
    "stop": {"side": "sell", "type": "stop", "stop_price": "2.5"},
    "stop_limit": {"side": "sell", "type": "stop_limit", "stop_price": "2.5", "limit_price": "2"},
    "trailing_percent": {"side": "sell", "type": "trailing_stop", "trail_percent": "50"},
    "trailing_price": {
        "side": "sell",
        "type": "trailing_stop",
        "trail_price": "50",
        "time_in_force": "gtc",
    },
    "opg": {"side": "sell", "type": "limit", "limit_price": "9000", "time_in_force": "opg"},
    "cls": {"side": "sell", "type": "market", "time_in_force": "cls"},
    "extended": {"side": "sell", "type": "limit", "limit_price": "9000", "extended_hours": True},
}
"""Orders that wait: each is placed on ten shares that are held, and canceled."""


def trade_in_classes(api):
    """Bracket, OCO and OTO; legs nested and flat."""
    exits = {"take_profit": {"limit_price": "9000"}, "stop_loss": {"stop_price": "2"}}
    bracket = placed(
        api, "bracket", symbol="NVDA", qty=2, order_class="bracket", time_in_force="gtc", **exits
    )
    reached(api, bracket, "filled")

    def legs_work():
        told = api.get_order(bracket.id, nested=True)
        return told if {leg.status for leg in told.legs} == {"new", "held"} else None

    say("bracket.filled", **until(legs_work, "the legs to work")._raw)
    nested = api.list_orders(status="all", nested=True, symbols=["NVDA"], limit=10)
    flat = api.list_orders(status="all", nested=False, symbols=["NVDA"], limit=10)
    say("nested", nested=[o.id for o in nested], flat=[o.id for o in flat])
    canceled(api, until(legs_work, "the legs to work").legs[0])
    oco = placed(
        api,
        "oco",
        symbol="NVDA",
        qty=2,
        side="sell",
        type="limit",
        order_class="oco",
        time_in_force="gtc",
        **exits,
    )
    canceled(api, oco)
    oto = placed(
        api,
        "oto",
        symbol="F",
        qty=1,
        type="limit",
        limit_price="1.5",
        order_class="oto",
        stop_loss={"stop_price": "1.2", "limit_price": "1.1"},
    )
    canceled(api, oto)
    say("list", statuses=[o.status for o in api.list_orders(status="closed", direction="asc")])


def be_refused(api):
    """Orders that the venue must not take."""
    for step, ticket in REFUSED.items():
        say(f"refused.{step}", error=refused(lambda asked=ticket: api.submit_order(**asked)))
    unknown = "00000000-0000-0000-0000-000000000000"
    say("refused.unknown_order", error=refused(lambda: api.get_order(unknown)))


REFUSED = {
    "buying_power": {"symbol": "AAPL", "qty": 1_000_000, "type": "limit", "limit_price": "100"},
    "symbol": {"symbol": "NOSUCH", "qty": 1},
    "sub_penny": {"symbol": "AAPL", "qty": 1, "type": "limit", "limit_price": "100.123"},
    "twice": {"symbol": "KO", "qty": 1, "client_order_id": "py-1"},
    "mleg": {"symbol": "AAPL", "qty": 1, "order_class": "mleg"},
    "qty": {"symbol": "AAPL"},
}


def close_positions(api):
    """Close by quantity, by percentage, and all at once; a short one too."""
    short = placed(api, "short", symbol="TSLA", qty=5, side="sell")
    reached(api, short, "filled")
    say("positions", held={p.symbol: [p.side, p.qty] for p in api.list_positions()})
    say("position", **api.get_position("AAPL")._raw)
    by_qty = api.close_position("AAPL", qty=4)
    reached(api, by_qty, "filled")
    by_percentage = api.delete("/positions/AAPL", {"percentage": 50})
    until(lambda: api.get_order(by_percentage["id"]).status == "filled", "half to be sold")
    say("close", by_qty=by_qty.qty, left=api.get_position("AAPL").qty)
    resting = api.submit_order("KO", qty=1, type="limit", limit_price="1.25")
    reached(api, resting, "new")
    api.cancel_all_orders()
    reached(api, resting, "canceled")
    told = api.close_all_positions()
    say("close_all", told=[[each.symbol, each.status] for each in told])
    until(lambda: not api.list_positions(), "the account to be flat")
    say("position.none", error=refused(lambda: api.get_position("AAPL")))
    fills = api.get_activities(activity_types="FILL", page_size=100)
    say("activities", fills=[[a.symbol, a.side, a.qty] for a in fills])
    history = api.get_portfolio_history(period="1D", timeframe="5Min")
    say("history", points=len(history.equity), base=history.base_value)


def days_ago(days):
    """Return a day of the past, as the SDK writes one."""
    return (datetime.now(UTC) - timedelta(days=days)).date().isoformat()


def read_data(api):
    """Bars, quotes, trades, snapshots, news; of stocks and coins."""
    days = api.get_bars("AAPL", TimeFrame.Day, days_ago(30), adjustment="all").df
    hours = api.get_bars(["AAPL", "KO"], TimeFrame(1, TimeFrameUnit.Hour), days_ago(2), limit=20)
    minutes = api.get_bars("KO", TimeFrame.Minute, days_ago(2), limit=30).df
    say("bars", days=len(days), closes=list(days["close"])[:2], hours=len(hours), min=len(minutes))
    say("quotes", count=len(api.get_quotes("AAPL", limit=5)), frame=_columns(api.get_quotes))
    say("trades", count=len(api.get_trades("AAPL", limit=5)), frame=_columns(api.get_trades))
    quote, trade = api.get_latest_quote("AAPL"), api.get_latest_trade("AAPL")
    bars, quotes = api.get_latest_bars(["AAPL"]), api.get_latest_quotes(["AAPL", "KO"])
    say("latest", bid=quote.bp, ask=quote.ap, price=trade.p, bars=[*bars], quotes=[*quotes])
    shot, shots = api.get_snapshot("AAPL"), api.get_snapshots(["AAPL", "KO"])
    say("snapshot", price=shot.latest_trade.p, day=shot.daily_bar.c, symbols=[*shots])
    say("news.rest", headlines=[each.headline for each in api.get_news("AAPL", limit=3)])
    coins = api.get_crypto_bars("BTC/USD", TimeFrame.Hour, days_ago(2), limit=4).df
    trades, quotes = (
        ask("BTC/USD", days_ago(2), limit=3)
        for ask in (api.get_crypto_trades, api.get_crypto_quotes)
    )
    books = api.get_latest_crypto_orderbooks(["BTC/USD"])
    shots = api.get_crypto_snapshots(["BTC/USD", "ETH/USD"])
    latest = api.get_latest_crypto_quotes(["BTC/USD"])
    say(
        "crypto",
        bars=len(coins),
        trades=len(trades),
        quotes=len(quotes),
        book=len(books["BTC/USD"].bids),
        snapshots=[*shots],
        latest=latest["BTC/USD"].ap,
    )


def _columns(ask):
    return list(ask("AAPL", limit=5).df.columns)


def listen(ears):
    """Wait until every channel has told something, on a quick clock."""
    control("speed", speed=60)
    for kind in ("quotes", "trades", "crypto_quotes", "crypto_trades", "crypto_orderbooks"):
        say(f"stream.{kind}", **ears.until(kind)._raw)
    for kind, channel in TOLD.items():
        told = ears.until(kind, lambda name=channel: control("tell", channel=name, symbol="AAPL"))
        say(f"stream.{kind}", **told._raw)
    told = ears.until("news", lambda: control("news", headline="Heard", symbols=["AAPL"]))
    say("stream.news", **told._raw)
    for kind in ("bars", "daily_bars", "updated_bars", "crypto_bars"):
        say(f"stream.{kind}", **ears.until(kind)._raw)


TOLD = {
    "statuses": "statuses",
    "lulds": "lulds",
    "corrections": "corrections",
    "cancel_errors": "cancelErrors",
}


def main():
    """Hold the session from the first look to the last bar."""
    ears, api = Ears(), REST()
    follow(ears)

    def buy_and_sell():
        api.submit_order("INTC", qty=1)

    first = ears.until("trade_update", buy_and_sell)
    say("stream.trade_update", **first._raw)
    look_around(api)
    set_account(api)
    trade_plainly(api)
    trade_in_classes(api)
    be_refused(api)
    close_positions(api)
    read_data(api)
    events = [[u.event, u.order["client_order_id"]] for u in ears.heard["trade_update"]]
    say("stream.events", events=events)
    listen(ears)
    say("end")


main()
