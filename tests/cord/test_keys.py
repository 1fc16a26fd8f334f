"""The halt keys: seen in every encoding, however cut; never in a paste or a reply."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.cord.keys import (
    PASTE_BEGIN,
    PASTE_END,
    PASTE_SECONDS,
    SEQUENCE_SECONDS,
    STRING_GAP_SECONDS,
    STRING_SECONDS,
    HaltKeys,
    is_halt_key,
)

HALTING = [
    b"\x07",
    b"\x1b[24~",
    b"\x1b[24;1~",
    b"\x1b[24;129~",
    b"\x1b[24;1:1~",
    b"\x1b[103;5u",
    b"\x1b[103;5:1u",
    b"\x1b[103;69u",
    b"\x1b[103;197u",
    b"\x1b[103:71:103;5u",
    b"\x1b[1087::103;5u",
    b"\x1b[103;5;7u",
    b"\x1b[27;5;103~",
    b"\x1b[27;5;71~",
]
HARMLESS = [
    b"\x1b[A",
    b"\x1bOP",
    b"\x1b[23~",
    b"\x1b[24;5~",
    b"\x1b[24;1:2~",
    b"\x1b[24;1:3~",
    b"\x1b[103;5:2u",
    b"\x1b[103;5:3u",
    b"\x1b[103u",
    b"\x1b[103;7u",
    b"\x1b[104;5u",
    b"\x1b[27;5;104~",
    b"\x1b[27;5~",
    b"\x1b[?24~",
    b"\x1b[I",
    b"\x1b[<35;24;7M",
    b"\x1b[48;40;120;800;1200t",
    b"\x1b[?2026;2$y",
    b"\x1bg",
    b"g",
    b"\x03",
]
printable = st.binary(max_size=30).map(lambda raw: bytes(32 + byte % 95 for byte in raw))
typed = (
    printable | st.sampled_from(HARMLESS) | st.sampled_from([b"\r", b"\x7f", b"\t", "é€".encode()])
)
pasted = st.lists(st.sampled_from(HALTING + HARMLESS) | st.binary(max_size=20), max_size=4).map(
    lambda parts: PASTE_BEGIN + b"".join(parts).replace(PASTE_END, b"") + PASTE_END
)
replied = st.tuples(printable, st.sampled_from([b"\x07", b"\x1b\\"])).map(
    lambda parts: b"\x1b]11;" + parts[0] + parts[1]
)
told = st.tuples(
    st.sampled_from([b"\x1bP1$r", b"\x1b_Gi=1;", b"\x1bX1", b"\x1b^1"]), printable
).map(lambda parts: parts[0] + parts[1] + b"\x07" + parts[1] + b"\x1b\\")
streams = st.lists(
    st.tuples(typed | pasted | replied | told, st.just(0))
    | st.tuples(st.sampled_from(HALTING), st.just(1)),
    max_size=12,
)


def fed(chunks, keys=None):
    keys = keys or HaltKeys()
    return sum(keys.feed(chunk) for chunk in chunks)


def cut(stream, places):
    edges = [0, *sorted(place % (len(stream) + 1) for place in places), len(stream)]
    return [stream[a:b] for a, b in pairwise(edges)]


@pytest.mark.parametrize("key", HALTING)
def test_each_encoding_of_a_halt_key_counts_once(key):
    assert fed([key]) == 1
    assert fed([bytes([byte]) for byte in key]) == 1
    assert is_halt_key(key)


@pytest.mark.parametrize("key", HARMLESS)
def test_no_other_key_counts(key):
    assert fed([key]) == 0
    assert not is_halt_key(key)


@given(streams, st.lists(st.integers(0, 500), max_size=20))
def test_keys_count_outside_pastes_and_replies_and_only_there(parts, places):
    stream = b"".join(text for text, _ in parts)

    assert fed(cut(stream, places)) == sum(is_key for _, is_key in parts)


@given(
    st.lists(typed | pasted | replied | told | st.binary(max_size=5)), st.lists(st.integers(0, 99))
)
def test_how_a_stream_is_cut_changes_nothing(parts, places):
    stream = b"".join(parts)

    assert fed(cut(stream, places)) == fed([stream])


@pytest.mark.parametrize("key", HALTING)
@pytest.mark.parametrize("before", [b"\x1b", b"\x1b[", b"\x1b]", b"\x1bP", b"\x1b[12;3"])
def test_a_key_after_an_escape_that_led_nowhere_counts(before, key):
    assert fed([before + key]) == 1


def test_f12_ends_a_string_that_has_no_end():
    assert fed([b"\x1b]11;rgb", b"\x1b[24~"]) == 1


def test_alt_and_a_bracket_do_not_swallow_the_key_that_is_pressed_next():
    keys = HaltKeys()
    keys.feed(b"\x1b]x", 10.0)

    assert keys.feed(b"\x07", 10.0 + STRING_GAP_SECONDS * 1.1) == 1


def test_a_held_key_after_alt_and_a_bracket_swallows_no_halt_for_long():
    keys = HaltKeys()
    keys.feed(b"\x1b]x", 10.0)
    for tenth in range(11):
        keys.feed(b"j", 10.0 + tenth / 10)

    assert keys.feed(b"\x07", 10.1 + STRING_SECONDS) == 1


def test_what_is_typed_slowly_after_escape_is_no_f12():
    keys = HaltKeys()
    keys.feed(b"\x1b[24", 10.0)

    assert keys.feed(b"~", 10.0 + SEQUENCE_SECONDS * 1.1) == 0


@pytest.mark.parametrize("key", HALTING)
def test_a_paste_whose_end_was_lost_swallows_no_key_for_ever(key):
    keys = HaltKeys()
    keys.feed(PASTE_BEGIN + b"lost", 10.0)

    assert keys.feed(key, 10.1) == 0
    assert keys.feed(key, 10.2 + PASTE_SECONDS) == 1


def test_a_slow_paste_stays_a_paste():
    keys = HaltKeys()
    keys.feed(PASTE_BEGIN + b"one", 10.0)

    assert keys.feed(b"\x07two", 10.1 + PASTE_SECONDS) == 0
    assert keys.feed(b"\x07" + PASTE_END, 10.2) == 0


def test_a_megabyte_of_paste_full_of_keys_is_no_halt():
    paste = PASTE_BEGIN + b"".join(HALTING) * 8_000 + PASTE_END

    assert fed([paste[at : at + 4096] for at in range(0, len(paste), 4096)]) == 0
    assert len(paste) > 500_000
