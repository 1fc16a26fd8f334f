"""What each trigger says and keeps when it pulls, to the letter, and its last boundaries."""

import os
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from console.desk.recorder import THE_DESK
from console.desk.triggers.audit_silent import AuditSilent
from console.desk.triggers.clocks import WINDOW, ClockJump, clock_apart
from console.desk.triggers.daily_loss import daily_loss
from tests.builders import account, market_clock
from tests.desk.conftest import World, until


@pytest.mark.parametrize(("jump", "way"), [(12.34, "on"), (-12.34, "back")])
def test_a_jump_says_which_way_it_went(jump, way):
    trigger = ClockJump(10.0)
    trigger.look(1_000.0, 0.0)

    said = trigger.look(1_000.0 + jump, 0.1)

    assert said == f"the clock jumped {way} by 12.3 s; the limit is 10"


@pytest.mark.parametrize(("later", "pulls"), [(WINDOW, True), (WINDOW + 0.001, False)])
def test_a_jump_is_forgotten_after_the_window_and_not_at_its_end(later, pulls):
    trigger = ClockJump(10.0)
    trigger.look(1_000.0, 0.0)

    assert bool(trigger.look(1_010.0, later)) is pulls


def test_the_window_is_a_minute():
    assert WINDOW == 60.0


@pytest.mark.parametrize(("apart", "way"), [(12.34, "ahead of"), (-12.34, "behind")])
def test_clocks_that_are_apart_say_whose_is_ahead(apart, way):
    told = market_clock()
    told = replace(told, received_at=told.at + timedelta(seconds=apart))

    said = clock_apart(told, 10.0, is_real=True)

    assert said == f"our clock is 12.3 s {way} the broker's; the limit is 10"


def test_a_silent_audit_says_the_trouble_without_its_full_stop():
    trigger = AuditSilent(1.0)
    trigger.look("disk full.", 5.0)

    said = trigger.look("disk full.", 6.26)

    assert said == "nothing could be recorded for 1.3 s, the limit is 1: disk full"


def test_the_day_s_loss_says_its_share_and_what_is_allowed():
    lost = replace(account(), equity=Decimal(97_000), last_equity=Decimal(100_000))

    said = daily_loss(lost, Decimal("0.02"))

    assert said == "the day's loss is $3,000.00 (3.00%); the limit is 2.00%, $2,000.00"


def test_an_account_of_a_dollar_has_a_loss_to_reckon():
    poor = replace(account(), equity=Decimal("0.90"), last_equity=Decimal(1))

    assert daily_loss(poor, Decimal("0.02")).startswith("the day's loss is $0.10 (10.00%)")


async def test_what_a_rule_did_is_kept_with_its_figures_and_its_process(world: World):
    world.broker.money = replace(world.broker.money, equity=Decimal(97000))

    def records(kind: str) -> list:
        return [record for record in world.journal.records if record.kind == kind]

    await until(lambda: records("reduce.pulled"), "the latch")
    [tripped], [pulled] = records("trigger.tripped"), records("reduce.pulled")
    reason = "the day's loss is $3,000.00 (3.00%); the limit is 2.00%, $2,000.00"
    assert tripped.actor == THE_DESK
    assert dict(tripped.body) == {
        "trigger": "daily loss",
        "reason": reason,
        "effect": "reduce",
    }
    assert (pulled.actor.uid, pulled.actor.pid) == (os.getuid(), os.getpid())
    assert (pulled.actor.name, pulled.actor.via) == ("rule", "daily loss")
    assert world.alerts("halt") == [f"REDUCING by rule (daily loss): {reason}."]
