"""What an account was worth, against sums done by hand."""

from decimal import Decimal

from console.venue.trading.accounts import Activity
from console.venue.trading.portfolio import Closes, Window, Worth, history, windows
from tests.venue.fakes import NOON, buy, open_pit, quote, sell

SECOND = 1_000_000_000
HOUR = 3_600 * SECOND


def test_the_past_is_worth_what_its_fills_and_prices_say():
    pit = open_pit()
    pit.submit(buy(10))
    pit.now += HOUR
    pit.tick(quote(110, 110.02, at=pit.now))
    pit.submit(sell(4))
    pit.now += HOUR
    prices = {NOON + HOUR // 2: Decimal(105), NOON + HOUR + HOUR // 2: Decimal(120)}

    worth = Worth(pit.account, pit.fills, lambda _symbol, at: prices[at], pit.now)

    assert len(pit.fills) == 2
    assert worth.at(NOON) == 100_000
    assert worth.at(NOON + HOUR // 2) == Decimal(100000) - Decimal("1000.10") + 1_050
    later = Decimal(100000) - Decimal("1000.10") + 440 + 6 * 120
    assert worth.at(NOON + HOUR + HOUR // 2) == later
    assert worth.at(pit.now) == pit.account.equity


def test_gains_begin_anew_with_the_day_only_when_asked():
    days = [(0, 2 * HOUR), (24 * HOUR, 26 * HOUR)]
    asked = windows(days, HOUR, 0, 26 * HOUR)
    values = {w.ends_at: Decimal(100 + 10 * i) for i, w in enumerate(asked)}

    daily, whole = (
        history(
            asked,
            lambda at: values[at],
            opened=(0, Decimal(100)),
            close_before=None,
            resets_daily=flag,
        )
        for flag in (True, False)
    )

    assert daily.equity == whole.equity == [100, 110, 120, 130]
    assert daily.profit_loss == [0, 10, 10, 20]
    assert whole.profit_loss == [0, 10, 20, 30]
    assert daily.profit_loss_pct[-1] == round(20 / 110, 6)
    assert daily.base_value_asof is None


def test_nothing_is_told_of_the_time_before_the_account():
    asked = [Window(0, HOUR, 0), Window(HOUR, 2 * HOUR, 0)]

    told = history(
        asked,
        lambda _at: Decimal(7),
        opened=(HOUR, Decimal(5)),
        close_before=HOUR,
        resets_daily=False,
    )

    assert told.timestamp == [3_600]
    assert (told.base_value, told.profit_loss) == (5, [2])


def test_a_close_is_known_from_when_its_bar_ends():
    closes = Closes([(20, Decimal(2)), (10, Decimal(1))])

    assert [closes.before(at) for at in (9, 10, 19, 20, 99)] == [None, 1, 1, 2, 2]


def test_dividends_and_splits_are_part_of_the_past():
    pit = open_pit()
    pit.submit(buy(10))
    paid = Activity(id="1", kind="DIV", symbol="AAPL", at=NOON + 1, net_amount=Decimal(5))
    split = Activity(id="2", kind="SPLIT", symbol="AAPL", at=NOON + 2, qty=Decimal(30))

    worth = Worth(pit.account, [*pit.fills, paid, split], lambda *_: Decimal(25), NOON + HOUR)

    assert worth.at(NOON + 2) == Decimal(100005) - Decimal("1000.10") + 10 * 25
    assert worth.at(NOON + 3) == Decimal(100005) - Decimal("1000.10") + 40 * 25
