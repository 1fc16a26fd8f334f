"""The words of a worker are read as a stranger's: whole, or not at all."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.sandbox.frames import LENGTH, LONGEST_HEAD, BadFrame, packed, read_frame

MOST = 100_000
HEADS = st.dictionaries(st.text(max_size=9).filter(lambda key: key != "blobs"), st.integers())


def read(told, most=MOST):
    return read_frame(io.BytesIO(told).read, most=most)


@given(HEADS, st.lists(st.binary(max_size=300), max_size=4))
def test_what_is_said_is_heard(head, blobs):
    frame = read(b"".join(packed(head, blobs)))

    assert (frame.head, frame.blobs) == (head, blobs)


@given(HEADS, st.lists(st.binary(min_size=1, max_size=300), min_size=1), st.data())
def test_what_breaks_off_is_no_frame(head, blobs, data):
    told = b"".join(packed(head, blobs))
    cut = data.draw(st.integers(1, len(told) - 1))

    with pytest.raises(BadFrame):
        read(told[:cut])


@given(st.binary(max_size=300))
def test_noise_never_does_more_than_be_refused(noise):
    try:
        frame = read(noise)
    except BadFrame:
        return
    assert frame is None or isinstance(frame.head, dict)


def test_what_is_too_long_is_refused_before_it_is_read():
    told = b"".join(packed({}, [b"x" * 1000]))

    with pytest.raises(BadFrame, match="too many"):
        read(told, most=500)


def test_a_head_that_could_grow_when_it_is_read_is_refused():
    told = LENGTH.pack(LONGEST_HEAD + 1) + b"[" * (LONGEST_HEAD + 1)

    with pytest.raises(BadFrame, match="too long"):
        read(told, most=2 * LONGEST_HEAD)
