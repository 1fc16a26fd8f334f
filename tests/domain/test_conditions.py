"""What a print counts for, by its sale conditions."""

import pytest

from console.domain.conditions import Counts, counts_for


@pytest.mark.parametrize(
    ("codes", "tape", "last", "in_range", "volume"),
    [
        ([], "", True, True, True),
        (["@", "F"], "C", True, True, True),
        ([" "], "A", True, True, True),
        (["@", "I"], "C", False, False, True),
        (["Z"], "A", False, True, True),
        (["@", "U"], "C", False, False, True),
        (["T"], "A", True, False, True),
        (["M"], "C", False, False, False),
        (["9"], "C", True, True, False),
        (["W"], "C", False, False, True),
        (["B"], "A", False, False, True),
        (["B"], "C", True, True, True),
        (["?", "unheard of"], "C", True, True, True),
    ],
)
def test_conditions_say_what_a_print_counts_for(codes, tape, last, in_range, volume):
    expected = Counts(sets_last=last, sets_range=in_range, has_volume=volume)

    assert counts_for(codes, tape) == expected
