"""The tape is told again exactly as it was written down."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from console.domain.market import Timeframe
from console.venue.markets.daytime import MINUTE, SECOND
from console.venue.markets.market import QuoteTick, TradeTick
from console.venue.markets.recording import COLUMNS, TapeError
from console.venue.markets.tape import TapeMarket

RECORDED = Path(__file__).parents[2] / "../shared/data/tape-20131007.parquet"
FOREVER = 2**62
START = 1_381_152_600 * SECOND


def quote(at, symbol="IBM", bid=180.00, ask=180.04):
    return {
        "ts": START + at,
        "symbol": symbol,
        "kind": "q",
        "price": None,
        "size": 0,
        "exchange": "NBBO",
        "bid": bid,
        "bid_size": 300,
        "ask": ask,
        "ask_size": 200,
    }


def trade(at, symbol="IBM", price=180.02, size=100):
    return {
        "ts": START + at,
        "symbol": symbol,
        "kind": "t",
        "price": price,
        "size": size,
        "exchange": "Q",
        "bid": None,
        "bid_size": 0,
        "ask": None,
        "ask_size": 0,
    }


def written(folder, rows):
    path = folder / "tape.parquet"
    pq.write_table(pa.Table.from_pylist(rows), path)
    return path


@pytest.fixture(scope="module")
def recorded():
    if not RECORDED.exists():
        pytest.skip("the recorded tape is not there: ../shared/data/tape-20131007.parquet")
    return RECORDED


def test_the_recorded_tape_replays_row_by_row(recorded):
    rows = pq.ParquetFile(recorded).read().slice(0, 60_000).to_pylist()
    market = TapeMarket(recorded)
    cut = rows[-1]["ts"] - 1

    ticks = []
    for at in range(market.starts_at, cut + 1, 7 * SECOND):
        ticks.extend(market.advance(at))
    ticks.extend(market.advance(cut))

    expected = [row for row in rows if row["ts"] <= cut]
    assert len(ticks) == len(expected)
    for tick, row in zip(ticks, expected, strict=True):
        assert (tick.symbol, tick.at) == (row["symbol"], row["ts"])
        if isinstance(tick, QuoteTick):
            assert (tick.bid, tick.bid_size) == (row["bid"], row["bid_size"])
            assert (tick.ask, tick.ask_size) == (row["ask"], row["ask_size"])
        else:
            assert (tick.price, tick.size) == (row["price"], row["size"])
            assert tick.exchange == row["exchange"]


def test_the_whole_recorded_tape_is_told_and_then_nothing_more(recorded):
    market = TapeMarket(recorded)
    table = pq.ParquetFile(recorded).read()

    told, at = 0, market.starts_at
    while at < market.ends_at:
        at += 30 * MINUTE
        told += len(market.advance(at))

    assert told == table.num_rows
    assert market.advance(market.ends_at + SECOND) == []
    traded = sum(
        s
        for s, k in zip(table["size"].to_pylist(), table["kind"].to_pylist(), strict=True)
        if k == "t"
    )
    booked = [market.bars(one.symbol, Timeframe.DAY_1, 0, FOREVER) for one in market.listings]
    assert sum(bar.volume for bars in booked for bar in bars) == traded


def test_its_clock_is_the_tape_s(tmp_path):
    market = TapeMarket(written(tmp_path, [quote(5), trade(9 * SECOND)]))

    assert (market.starts_at, market.ends_at) == (START + 5, START + 9 * SECOND)
    assert [listing.symbol for listing in market.listings] == ["IBM"]


def test_nothing_is_told_before_its_time_or_twice(tmp_path):
    market = TapeMarket(written(tmp_path, [quote(0), trade(SECOND), quote(2 * SECOND)]))

    assert [t.at - START for t in market.advance(START + SECOND)] == [0, SECOND]
    assert market.advance(START + SECOND) == []
    assert market.advance(START) == []
    assert [t.at - START for t in market.advance(START + MINUTE)] == [2 * SECOND]


def test_rows_out_of_order_are_told_in_order(tmp_path):
    market = TapeMarket(written(tmp_path, [trade(3), quote(1), trade(2, price=181.0)]))

    assert [t.at - START for t in market.advance(FOREVER)] == [1, 2, 3]


def test_bars_hold_only_what_has_traded_so_far(tmp_path):
    rows = [quote(0), trade(1), trade(2, price=181.0), trade(3 * MINUTE, price=190.0)]
    market = TapeMarket(written(tmp_path, rows))

    before = market.bars("IBM", Timeframe.DAY_1, 0, FOREVER)
    market.advance(START + MINUTE)

    (bar,) = market.bars("IBM", Timeframe.DAY_1, 0, FOREVER)
    assert before == []
    assert (bar.open, bar.high, bar.close, bar.volume) == (180.02, 181.0, 181.0, 200)


def test_a_move_shifts_the_rest_of_the_tape_of_that_symbol_by_cents(tmp_path):
    rows = [
        quote(0),
        quote(1, "BAC", 13.91, 13.92),
        trade(SECOND),
        quote(MINUTE, bid=180.10, ask=180.12),
    ]
    market = TapeMarket(written(tmp_path, [*rows, trade(MINUTE, "BAC", 13.92)]))
    market.advance(START + 10)

    first, moved, print_ = market.move("IBM", 150.00, START + 2 * SECOND)
    later = market.advance(FOREVER)

    assert first.price == 180.02
    assert (moved.bid, moved.ask, print_.price) == (149.98, 150.02, 150.00)
    assert moved.at == print_.at == START + 2 * SECOND
    assert [(t.bid, t.ask) for t in later if isinstance(t, QuoteTick)] == [(150.08, 150.10)]
    assert [t.price for t in later if isinstance(t, TradeTick)] == [13.92]


def test_a_market_moved_down_never_reaches_zero(tmp_path):
    market = TapeMarket(
        written(tmp_path, [quote(0), quote(1, bid=100.0, ask=100.01), trade(2, price=100.0)])
    )
    market.advance(START)

    market.move("IBM", 0.02, START)
    quoted, printed = market.advance(FOREVER)

    assert (quoted.bid, quoted.ask, printed.price) == (0.01, 0.02, 0.01)


def test_a_market_may_be_moved_before_its_first_quote(tmp_path):
    market = TapeMarket(written(tmp_path, [trade(0, "BAC", 13.9), quote(SECOND)]))

    *_, moved, print_ = market.move("IBM", 170.0, START)

    assert moved.bid < print_.price == 170.0 < moved.ask
    assert market.advance(FOREVER)[0].bid == 169.98


def test_a_symbol_without_any_quote_cannot_be_moved(tmp_path):
    market = TapeMarket(written(tmp_path, [trade(0), quote(1, "BAC", 13.9, 13.91)]))

    with pytest.raises(ValueError, match="no quote of IBM"):
        market.move("IBM", 170.0, START)


def test_a_symbol_that_is_not_on_the_tape_is_a_key_error(tmp_path):
    market = TapeMarket(written(tmp_path, [quote(0)]))

    with pytest.raises(KeyError):
        market.move("AAPL", 170.0, START)
    with pytest.raises(KeyError):
        market.bars("AAPL", Timeframe.MIN_1, 0, FOREVER)


def test_a_tape_that_is_not_there_is_said_so(tmp_path):
    with pytest.raises(TapeError, match=r"there is no tape at .*gone\.parquet"):
        TapeMarket(tmp_path / "gone.parquet")


def test_a_file_that_is_not_parquet_is_said_so(tmp_path):
    path = tmp_path / "tape.csv"
    path.write_text("ts,symbol\n")

    with pytest.raises(TapeError, match="it is not a whole Parquet file"):
        TapeMarket(path)


def test_missing_columns_are_named(tmp_path):
    path = tmp_path / "tape.parquet"
    pq.write_table(pa.table({name: [1] for name in COLUMNS if name not in {"bid", "ask"}}), path)

    with pytest.raises(TapeError, match="it has no column bid, ask"):
        TapeMarket(path)


def test_an_empty_tape_is_said_so(tmp_path):
    path = tmp_path / "tape.parquet"
    pq.write_table(pa.table({name: pa.array([], pa.int64()) for name in COLUMNS}), path)

    with pytest.raises(TapeError, match="a tape needs at least one tick"):
        TapeMarket(path)


def test_a_column_without_numbers_is_said_so(tmp_path):
    rows = [quote(0) | {"bid_size": "many"}]

    with pytest.raises(TapeError, match="its column bid_size holds no numbers"):
        TapeMarket(written(tmp_path, rows))


def test_a_kind_that_is_neither_quote_nor_trade_is_said_so(tmp_path):
    with pytest.raises(TapeError, match="its column kind holds"):
        TapeMarket(written(tmp_path, [quote(0) | {"kind": "auction"}]))


def test_what_a_row_has_no_use_for_may_be_null(tmp_path):
    rows = [quote(0) | {"size": None, "exchange": None}, trade(1) | {"bid_size": None}]

    quoted, printed = TapeMarket(written(tmp_path, rows)).advance(FOREVER)

    assert quoted == QuoteTick("IBM", START, 180.00, 300, 180.04, 200)
    assert printed == TradeTick("IBM", START + 1, 180.02, 100, "Q", 2)
