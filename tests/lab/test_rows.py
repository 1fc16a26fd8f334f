from datetime import UTC, datetime
from decimal import Decimal

import pytest

from console.domain.orders import Side
from console.lab.problems import LabProblem
from console.lab.rows import table_of


def test_money_stays_exact_times_aware_and_words_harmless():
    at = datetime(2024, 1, 2, 15, tzinfo=UTC)
    rows = [
        {"at": at, "price": Decimal("190.10"), "side": Side.BUY, "why": "no\x1b[2J", "none": None},
        {"at": None, "price": Decimal(7), "side": Side.SELL, "why": None, "none": None},
    ]

    told = table_of(rows, "orders").to_pylist()

    assert told == [
        {"at": at, "price": Decimal("190.10"), "side": "buy", "why": "no[2J", "none": None},
        {"at": None, "price": Decimal(7), "side": "sell", "why": None, "none": None},
    ]


def test_nothing_is_made_of_nothing():
    with pytest.raises(LabProblem, match="no fills now"):
        table_of([], "fills")
