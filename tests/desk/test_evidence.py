"""The stream's word against the source's: a truthful stream is never called mute, a mute one is."""

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from console.desk.evidence import SETTLED_AFTER, Evidence, Voice
from console.domain.market import Quote, Trade
from tests.builders import at, quote, trade

TOLERANCE = 1.0
SYMBOLS = ("AAPL", "MSFT", "SPY")
SECONDS = 60.0

moments = st.floats(0, SECONDS, allow_nan=False)


@st.composite
def tapes(draw):
    """What the market makes: a minute of quotes and trades."""
    made = draw(st.lists(st.tuples(moments, st.sampled_from(SYMBOLS), st.booleans()), max_size=40))
    return [
        (second, (quote if is_quote else trade)(symbol, made_at=at(second)))
        for second, symbol, is_quote in sorted(made, key=lambda row: row[0])
    ]


def source_at(tape, second):
    """What the source knows at a moment: the newest of each."""
    known = {(type(tick), tick.symbol): tick for made, tick in tape if made <= second}
    return list(known.values())


def is_ever_mute(tape, told, looks, subscribed) -> bool:
    """Play what was told and what the source said into the evidence, judged all the time."""
    evidence = Evidence(TOLERANCE)
    evidence.begin(SYMBOLS, subscribed)
    steps = [(second, 0, tick) for second, tick in told]
    steps += [(asked + took, 1, (asked, asked + took * part)) for asked, took, part in looks]
    for now, is_look, what in sorted(steps, key=lambda step: step[:2]):
        if is_look:
            asked, answered = what
            evidence.compare(source_at(tape, answered), asked=asked, now=now)
        else:
            evidence.hear([what])
        if evidence.mute(now) or evidence.mute(now + TOLERANCE / 2):
            return True
    return bool(evidence.mute(SECONDS * 10))


questions = st.lists(
    st.tuples(moments, st.floats(0, 8, allow_nan=False), st.floats(0, 1)), max_size=15
)


@given(tape=tapes(), looks=questions, subscribed=moments, data=st.data())
def test_a_stream_that_is_late_and_out_of_order_within_the_tolerance_is_never_mute(
    tape, looks, subscribed, data
):
    late = st.floats(0, TOLERANCE, allow_nan=False)
    told = [(made + data.draw(late), tick) for made, tick in tape if made >= subscribed]

    assert not is_ever_mute(tape, told, looks, subscribed)


@given(tape=tapes(), looks=questions, subscribed=moments, data=st.data())
def test_a_stream_that_is_late_by_any_time_but_in_order_is_never_mute(
    tape, looks, subscribed, data
):
    told, due = [], 0.0
    for made, tick in tape:
        due = max(due, made + data.draw(st.floats(0, SECONDS, allow_nan=False)))
        if made >= subscribed:
            told.append((due, tick))

    assert not is_ever_mute(tape, told, looks, subscribed)


@given(looks=questions, data=st.data())
def test_a_source_that_lags_within_the_tolerance_makes_nobody_mute(looks, data):
    tape = [(second * 0.7, quote("AAPL", made_at=at(second * 0.7))) for second in range(80)]
    lag = st.floats(0, TOLERANCE, allow_nan=False)
    evidence = Evidence(TOLERANCE)
    evidence.begin(SYMBOLS, 20.0)
    steps = [(made, 0, tick) for made, tick in tape if made >= 20.0]
    steps += [(asked, 1, asked - data.draw(lag)) for asked, _, _ in looks]

    for now, is_look, what in sorted(steps, key=lambda step: step[:2]):
        if is_look:
            evidence.compare(source_at(tape, what), asked=now, now=now)
        else:
            evidence.hear([what])
        assert evidence.mute(now) == set()


@settings(max_examples=30)
@given(
    symbol=st.sampled_from(SYMBOLS),
    is_quote=st.booleans(),
    mute_at=st.floats(0, 20, allow_nan=False),
    offset=st.floats(0, 6, allow_nan=False),
)
def test_what_moves_and_is_kept_back_is_found_within_fifteen_seconds(
    symbol, is_quote, mute_at, offset
):
    kind = Quote if is_quote else Trade
    evidence = Evidence(TOLERANCE)
    evidence.begin(SYMBOLS, -SETTLED_AFTER)
    tape, found_at = [], None

    for tenth in range(400):
        now = tenth / 10
        ticks = [b(s, made_at=at(now)) for s in SYMBOLS for b in (quote, trade)]
        tape += [(now, tick) for tick in ticks]
        is_kept_back = now >= mute_at
        silent = [t for t in ticks if is_kept_back and (t.symbol, type(t)) == (symbol, kind)]
        evidence.hear(tick for tick in ticks if tick not in silent)
        if tenth % 60 == int(offset * 10) % 60:
            evidence.compare(source_at(tape, now), asked=now, now=now)
        if found_at is None and evidence.mute(now):
            assert evidence.mute(now) == {Voice(symbol, kind)}
            found_at = now

    assert found_at is not None
    assert found_at - mute_at <= 15


def silent_evidence() -> Evidence:
    """AAPL has been silent since it was asked about; SPY talks of something younger."""
    evidence = Evidence(TOLERANCE)
    evidence.begin(SYMBOLS, 0.0)
    evidence.compare([quote("AAPL", made_at=at(5))], asked=5.0, now=5.0)
    evidence.compare([quote("AAPL", made_at=at(11))], asked=11.0, now=11.0)
    evidence.hear([quote("SPY", made_at=at(13))])
    return evidence


def test_a_symbol_is_mute_once_what_is_late_has_had_its_time():
    evidence = silent_evidence()

    assert evidence.mute(11.9) == set()
    assert evidence.mute(12.0) == {Voice("AAPL", Quote)}


def test_one_word_of_it_and_it_is_mute_no_more():
    evidence = silent_evidence()

    evidence.hear([quote("AAPL", made_at=at(2))])

    assert evidence.mute(20.0) == set()


def test_a_new_subscription_a_new_connection_and_the_end_of_both_begin_anew():
    for begin in (
        lambda evidence: evidence.begin(["AAPL"], 12.0),
        lambda evidence: evidence.begin_anew(12.0),
        lambda evidence: evidence.end(["AAPL"]),
    ):
        evidence = silent_evidence()
        begin(evidence)
        evidence.compare([quote("AAPL", made_at=at(11))], asked=20.0, now=20.0)
        evidence.hear([quote("SPY", made_at=at(60))])

        assert evidence.mute(60.0) == set()


def test_on_a_new_connection_nobody_has_talked_yet():
    evidence = silent_evidence()

    evidence.begin_anew(12.0)
    evidence.compare([quote("AAPL", made_at=at(5))], asked=16.0, now=16.0)
    evidence.compare([quote("AAPL", made_at=at(11))], asked=22.0, now=22.0)

    assert evidence.mute(60.0) == set()


def test_what_was_made_within_the_tolerance_after_the_last_word_is_no_proof():
    evidence = silent_evidence()
    evidence.begin_anew(12.0)
    evidence.hear([quote("SPY", made_at=at(60))])

    evidence.compare([quote("AAPL", made_at=at(5))], asked=16.0, now=16.0)
    evidence.compare([quote("AAPL", made_at=at(6))], asked=22.0, now=22.0)
    assert evidence.mute(60.0) == set()
    evidence.compare([quote("AAPL", made_at=at(6.01))], asked=28.0, now=28.0)

    assert evidence.mute(60.0) == {Voice("AAPL", Quote)}


def test_more_that_is_kept_back_postpones_nothing():
    evidence = silent_evidence()

    evidence.compare([quote("AAPL", made_at=at(11.9))], asked=11.9, now=11.9)

    assert evidence.mute(12.0) == {Voice("AAPL", Quote)}


def test_a_question_asked_before_the_subscription_had_settled_tells_nothing():
    evidence = Evidence(TOLERANCE)
    evidence.begin(["AAPL"], -100.0)
    evidence.begin(["AAPL"], 0.0)
    evidence.compare([quote("AAPL", made_at=at(0))], asked=SETTLED_AFTER - 0.1, now=3.0)
    evidence.compare([quote("AAPL", made_at=at(9))], asked=9.0, now=9.0)
    evidence.hear([quote("SPY", made_at=at(30))])

    assert evidence.mute(30.0) == set()


def test_one_thing_dated_far_ahead_accuses_nobody_and_two_after_a_lull_do():
    for dates, is_mute in (
        ((7_200,), False),
        ((7_200, 12.9, 7_200), False),
        ((7_200, 300, 7_200), False),
        ((7_200, 7_201), True),
        ((7_200, 13), True),
    ):
        evidence = Evidence(TOLERANCE)
        evidence.begin(SYMBOLS, 0.0)
        evidence.hear([quote("SPY", made_at=at(12))])
        evidence.compare([quote("AAPL", made_at=at(5))], asked=5.0, now=5.0)
        evidence.compare([quote("AAPL", made_at=at(12))], asked=11.0, now=11.0)

        evidence.hear([quote(f"S{n}", made_at=at(date)) for n, date in enumerate(dates)])

        assert bool(evidence.mute(600.0)) is is_mute, dates


def test_nobody_is_mute_while_nobody_talks_of_anything_younger():
    evidence = Evidence(TOLERANCE)
    evidence.begin(SYMBOLS, 0.0)
    evidence.hear([quote("SPY", made_at=at(11.9))])
    evidence.compare([quote("AAPL", made_at=at(5))], asked=5.0, now=5.0)
    evidence.compare([quote("AAPL", made_at=at(11))], asked=11.0, now=11.0)

    assert evidence.mute(600.0) == set()
    evidence.hear([quote("SPY", made_at=at(11) + timedelta(seconds=TOLERANCE))])
    assert evidence.mute(600.0) == {Voice("AAPL", Quote)}
