import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.link import intake


def test_values_no_market_has_are_named() -> None:
    wrong = {
        "the quantity must be more than 0, it is -5": submit(qty="-5"),
        "a number in it is not a number": submit(qty="NaN"),
        "the qty must be a number, it is Infinity": submit(qty="Infinity"),
        "the qty 1E+99999 is a number no market has": submit(qty="1E+99999"),
        "the limit price must be more than 0, it is 0": submit(limit_price="0"),
        "Invalid enum value 'hold'": submit(side="hold"),
        "Expected `int`, got `str`": {"type": "cancel_all", "id": "one"},
        "missing required field `symbol`": {"type": "flat", "id": 9},
        "Invalid value 'sell_everything'": {"type": "sell_everything", "id": 9},
        "the qty must be a number, it is NaN": {"type": "check", "id": 9, "ticket": ticket("NaN")},
        "the quantity must be a number, it is 'ten'": {
            "type": "replace",
            "id": 9,
            "order": "o",
            "qty": "ten",
        },
        "the quantity must be more than 0, it is -1": {
            "type": "replace",
            "id": 9,
            "order": "o",
            "qty": "-1",
        },
        "the price must be a number, it is nan": {
            "type": "set_crossing",
            "id": 9,
            "symbol": "A",
            "direction": "above",
            "price": float("nan"),
        },
        "between 1 and 10000 bars can be asked for, not 0": {
            "type": "bars",
            "id": 9,
            "symbol": "A",
            "timeframe": "1Min",
            "limit": 0,
        },
        "the reason may have 1000 characters, it has 2000": {
            "type": "halt",
            "id": 9,
            "reason": "x" * 2000,
        },
        "a list may have 1000 entries, this one has 1001": {
            "type": "show",
            "symbols": ["A"] * 1001,
        },
    }
    for sentence, message in wrong.items():
        with pytest.raises(intake.NotUnderstood) as caught:
            intake.read(msgspec.msgpack.encode(message))
        assert sentence in str(caught.value)
        assert caught.value.id == (message["id"] if message.get("id") == 9 else 0)


def submit(**terms: object) -> dict[str, object]:
    request = {"client_order_id": "o", "symbol": "A", "side": "buy", "qty": "1", "limit_price": "1"}
    return {"type": "submit", "id": 9, "request": request | terms}


def ticket(qty: str) -> dict[str, object]:
    return {"symbol": "A", "side": "buy", "qty": qty}


@given(data=st.binary(max_size=200))
def test_no_bytes_at_all_break_the_reader(data: bytes) -> None:
    with pytest.raises(intake.NotUnderstood, match=r".+"):
        intake.read(data)


@given(
    message=st.recursive(
        st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats() | st.text(),
        lambda inner: (
            st.lists(inner) | st.dictionaries(st.sampled_from(["type", "id", "request"]), inner)
        ),
    )
)
def test_no_value_at_all_breaks_the_reader(message: object) -> None:
    with pytest.raises(intake.NotUnderstood):
        intake.read(msgspec.msgpack.encode(message))


def test_nesting_without_end_is_refused() -> None:
    with pytest.raises(intake.NotUnderstood):
        intake.read(b"\x91" * 500_000)


def test_nesting_without_end_in_a_field_nobody_reads_is_refused() -> None:
    start = msgspec.msgpack.encode({"type": "cancel_all", "id": 7})
    deep = b"\x83" + start[1:] + msgspec.msgpack.encode("extra") + b"\x91" * 500_000 + b"\xc0"

    with pytest.raises(intake.NotUnderstood):
        intake.read(deep)
