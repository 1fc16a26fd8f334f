"""Each trigger pulls at its limit, not before it. Promise H10."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from console.desk.triggers.audit_silent import AuditSilent
from console.desk.triggers.clocks import ClockJump, clock_apart
from console.desk.triggers.counts import duplicates, order_rate, rejects
from console.desk.triggers.daily_loss import daily_loss
from console.desk.triggers.mismatch import Mismatch
from console.desk.triggers.stale_data import StaleData
from tests.builders import NOON, account, at, market_clock


@pytest.mark.parametrize(
    ("equity", "pulls"),
    [("98000.01", False), ("98000.00", True), ("97999.99", True), ("101000", False)],
)
def test_the_daily_loss_pulls_at_its_share_of_the_last_equity(equity, pulls):
    lost = replace(account(), equity=Decimal(equity), last_equity=Decimal(100_000))

    reason = daily_loss(lost, Decimal("0.02"))

    assert bool(reason) is pulls
    if pulls:
        assert f"${100_000 - Decimal(equity):,.2f}" in reason
        assert "$2,000.00" in reason


def test_without_an_account_or_a_last_equity_there_is_no_loss_to_reckon():
    broke = replace(account(), equity=Decimal(-1), last_equity=Decimal(0))

    assert daily_loss(None, Decimal("0.02")) == ""
    assert daily_loss(broke, Decimal("0.02")) == ""


@pytest.mark.parametrize("trigger", [order_rate, rejects, duplicates])
def test_a_count_pulls_at_its_limit(trigger):
    assert [bool(trigger(count, 10)) for count in (9, 10, 11)] == [False, True, True]
    assert "10" in trigger(10, 10)


def test_a_mismatch_pulls_from_so_many_holdings_on_until_it_is_acknowledged():
    trigger = Mismatch(2)

    trigger.tell(["AAPL differs."])
    assert trigger.look() == ""
    trigger.tell(["AAPL differs.", "MSFT differs."])
    assert "MSFT differs." in trigger.look()
    trigger.acknowledge()
    assert trigger.look() == ""


def test_silence_of_the_data_pulls_at_its_limit_and_a_word_ends_it():
    trigger = StaleData(60.0)

    seen = [bool(trigger.look(NOON, now, is_expected=True)) for now in (0.0, 59.999, 60.0, 60.001)]
    spoken = trigger.look(at(1), 60.1, is_expected=True)

    assert seen == [False, False, True, True]
    assert spoken == ""


def test_silence_counts_only_while_data_are_expected():
    trigger = StaleData(60.0)
    trigger.look(NOON, 0.0, is_expected=True)

    trigger.look(NOON, 59.0, is_expected=False)

    assert trigger.look(NOON, 118.9, is_expected=True) == ""
    assert trigger.look(NOON, 119.0, is_expected=True) != ""


def test_a_silent_audit_pulls_at_its_limit_and_a_record_ends_it():
    trigger = AuditSilent(1.0)

    seen = [bool(trigger.look("disk full", now)) for now in (5.0, 5.999, 6.0, 6.1)]

    assert seen == [False, False, True, True]
    assert trigger.look("", 6.2) == ""
    assert trigger.look("disk full", 6.3) == ""


@pytest.mark.parametrize("way", [1, -1])
@pytest.mark.parametrize(("jump", "pulls"), [(9.999, False), (10.0, True), (10.001, True)])
def test_a_clock_that_is_set_pulls_at_its_limit_either_way(way, jump, pulls):
    trigger = ClockJump(10.0)

    trigger.look(1_700_000_000.0, 100.0)

    assert bool(trigger.look(1_700_000_000.0 + way * jump, 100.1)) is pulls


def test_a_clock_that_stands_still_is_found_by_what_adds_up():
    trigger = ClockJump(10.0)

    seen = [bool(trigger.look(1_000.0 - tenth / 10, tenth / 10)) for tenth in range(101)]

    assert seen == [False] * 100 + [True]


def test_a_clock_that_is_corrected_slowly_does_not_pull():
    trigger = ClockJump(10.0)
    drift = 0.0005

    assert not any(trigger.look(1_000.0 + now * drift, float(now)) for now in range(86_400))


def test_a_jump_is_over_once_it_is_acknowledged():
    trigger = ClockJump(10.0)
    trigger.look(1_000.0, 0.0)
    assert trigger.look(1_020.0, 0.1) != ""

    trigger.acknowledge()

    assert trigger.look(1_020.0, 0.2) == ""


@pytest.mark.parametrize("way", [1, -1])
@pytest.mark.parametrize(("apart", "pulls"), [(9.999, False), (10.0, True), (10.001, True)])
def test_clocks_that_are_apart_pull_at_their_limit(way, apart, pulls):
    told = market_clock()
    told = replace(told, received_at=told.at + timedelta(seconds=way * apart))

    assert bool(clock_apart(told, 10.0, is_real=True)) is pulls


def test_a_replayed_market_has_a_time_of_its_own():
    told = market_clock()
    told = replace(told, received_at=told.at + timedelta(days=300))

    assert clock_apart(told, 10.0, is_real=False) == ""
    assert clock_apart(None, 10.0, is_real=True) == ""
