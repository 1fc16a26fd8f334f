from hypothesis import given
from hypothesis import strategies as st

from console.domain.scans import Facts, Mark
from console.scanning.comparing import Before, gone, marked
from console.scanning.judging import row
from console.scanning.rules import RULES
from tests.builders import NOON

MOVERS = RULES[1]
SYMBOLS = st.sampled_from("ABCDE")


def before(ranks, judged):
    return Before(at=NOON, ranks=ranks, judged=frozenset(judged) | frozenset(ranks))


def mark(symbol, change, earlier):
    return marked(MOVERS, row(MOVERS, Facts(symbol=symbol, change=change)), earlier).mark


def test_rows_are_new_up_down_the_same_or_not_comparable():
    earlier = before({"A": 12.0, "B": 12.0, "C": 12.0, "N": None}, {"D"})

    marks = [
        mark(s, c, earlier) for s, c in zip("ABCDEN", (13.0, 11.0, 12.0, 12, 12, 12), strict=True)
    ]

    assert marks == [Mark.UP, Mark.DOWN, Mark.SAME, Mark.NEW, Mark.NOT_KNOWN, Mark.NOT_KNOWN]
    assert mark("A", 12.0, None) is Mark.NOT_KNOWN


@given(
    matched=st.dictionaries(SYMBOLS, st.floats(10, 50)),
    judged=st.frozensets(SYMBOLS),
    refused=st.frozensets(SYMBOLS),
)
def test_only_what_was_judged_both_times_is_new_or_gone(matched, judged, refused):
    earlier = before(matched, judged)

    assert set(gone(earlier, refused)) == refused & set(matched)
    for symbol in "ABCDE":
        is_new = mark(symbol, 12.0, earlier) is Mark.NEW
        assert is_new is (symbol in judged and symbol not in matched)
