"""The guard of positions whose stops were lifted: what is put back, and what is said aloud."""

import asyncio
from decimal import Decimal
from types import SimpleNamespace

import pytest

from console.desk.guard import Guard
from console.desk.leave import Leave, sold
from console.desk.limits import Limits, Pace
from console.desk.recorder import THE_DESK
from console.desk.store import Store
from console.domain.alerts import AlertKind, Severity
from console.domain.events import OrderUpdated, PositionsReported
from console.domain.orders import OrderStatus, OrderType
from console.domain.receipts import Outcome, Receipt
from tests.builders import OWNER, at, buy, order, position, sell

D = Decimal
CALM = Limits(pace=Pace(absent_after=5.0, flat_poll=1.0))


def stop(key: str = "kc-t-1", qty: str = "100", status=OrderStatus.NEW, **more):
    wanted = sell(qty, key=key, limit=None, order_type=OrderType.STOP, stop_price=D(180))
    return order(key, status, wanted=wanted, **more)


class Guarding:
    """A guard whose broker holds what it is told and whose orders are taken or not."""

    def __init__(self, held: str = "100", *working) -> None:
        self.store = Store()
        self.held = None if held == "0" else position(qty=held)
        self.working_ = list(working)
        self.answers: list[Receipt] = []
        self.submitted, self.written, self.noted, self.raised, self.slept = [], [], [], [], []
        self.seconds = 0.0
        self.meanwhile = lambda: None
        self.reconciler = SimpleNamespace(is_done=True)
        self.tell(self.held)
        self.store.apply(*(OrderUpdated(told) for told in working))
        self.guard = Guard(
            sight=self,
            store=self.store,
            orders=self,
            recorder=self,
            reconciler=self.reconciler,
            alerts=self,
            clock=SimpleNamespace(now=lambda: at(self.seconds), monotonic=lambda: self.seconds),
            limits=CALM,
            sleep=self.sleep,
        )

    def tell(self, held) -> None:
        positions = () if held is None else (held,)
        self.store.apply(PositionsReported(positions=positions, at=at(self.seconds)))

    async def position(self, _symbol):
        return self.held

    async def working(self, _symbol):
        return self.working_

    async def submit(self, request, actor):
        assert actor is OWNER
        self.submitted.append(str(request))
        answer = self.answers.pop(0) if self.answers else None
        if answer is None:
            back = order(f"kc-t-9{len(self.submitted)}", wanted=request)
            self.store.apply(OrderUpdated(back))
            return Receipt(outcome=Outcome.ACCEPTED, detail="taken")
        return answer

    async def try_write(self, kind, actor, body, *_rows) -> None:
        self.written.append((kind, actor, dict(body)))

    def note(self, kind, actor, body, *_rows) -> None:
        assert actor is THE_DESK
        self.noted.append((kind, dict(body)))

    def alert(self, kind, severity, text, symbol=None) -> None:
        assert (kind, symbol) == (AlertKind.SYSTEM, "AAPL")
        self.raised.append((severity, text))

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.seconds += seconds
        self.meanwhile()
        await asyncio.sleep(0)

    async def protect(self, *lifted, outcome=Outcome.REJECTED, why="it was too late."):
        return await self.guard.protect("AAPL", lifted, OWNER, outcome, why)

    async def report(self, *lifted: str) -> None:
        async with asyncio.timeout(30):
            await self.guard.report({"AAPL": list(lifted)})


async def test_what_was_lifted_is_put_back_for_what_is_left_and_told():
    desk = Guarding("60")

    receipt = await desk.protect(stop())

    assert desk.submitted == ["sell 60 AAPL stop 180.00 day"]
    assert (receipt.outcome, receipt.detail) == (
        Outcome.REJECTED,
        "Not exited: it was too late. 60 AAPL are left. Put back: sell 60 AAPL stop 180.00 day.",
    )
    assert desk.raised == []
    assert desk.written == [
        (
            "exit.protected",
            OWNER,
            {
                "symbol": "AAPL",
                "why": "it was too late.",
                "put_back": ["sell 60 AAPL stop 180.00 day"],
                "failed": [],
            },
        )
    ]


async def test_an_exit_in_part_is_told_as_that():
    receipt = await Guarding("60").protect(stop(), outcome=Outcome.ACCEPTED)

    assert receipt.outcome is Outcome.ACCEPTED
    assert receipt.detail.startswith("Exited in part: it was too late. 60 AAPL are left.")


async def test_what_is_flat_needs_no_protection():
    desk = Guarding("0")

    receipt = await desk.protect(stop())

    assert (receipt.outcome, receipt.detail) == (Outcome.ACCEPTED, "AAPL is flat.")
    assert (desk.submitted, desk.written) == ([], [])


async def test_what_still_works_is_not_put_back_beside_itself():
    kept = stop("kc-t-1", "60")
    desk = Guarding("60", kept)

    receipt = await desk.protect(kept)

    assert (desk.submitted, desk.raised) == ([], [])
    assert receipt.detail == "Not exited: it was too late. 60 AAPL are left."


async def test_where_nothing_was_lifted_nothing_is_missing():
    desk = Guarding("60")

    receipt = await desk.protect()

    assert (desk.submitted, desk.raised) == ([], [])
    assert "protection" not in receipt.detail


async def test_a_short_is_told_by_how_much_of_it_is_left():
    desk = Guarding("-60")

    receipt = await desk.protect()

    assert "60 AAPL are left." in receipt.detail
    assert "-60" not in receipt.detail


async def test_a_position_that_stays_bare_is_a_critical_alert_with_every_reason():
    desk = Guarding("60")
    no = Receipt(outcome=Outcome.REJECTED, detail="The broker rejected it.")
    desk.answers = [no, no]

    receipt = await desk.protect(stop("kc-t-1", "30"), stop("kc-t-2", "30"))

    assert receipt.detail.endswith("60 AAPL are left. They are without protection.")
    [(severity, text)] = desk.raised
    assert severity is Severity.CRITICAL
    assert text.startswith("60 AAPL may be held WITHOUT PROTECTION: The broker rejected it.; The")
    assert text.endswith("broker rejected it. Place a stop, or exit.")
    assert desk.written[0][2]["failed"] == [no.detail, no.detail]


async def test_an_order_that_protects_nothing_leaves_a_position_bare():
    desk = Guarding("60")
    profit = order("kc-t-1", wanted=sell("60", key="kc-t-1", limit="200"))

    receipt = await desk.protect(profit)

    assert desk.submitted == ["sell 60 AAPL @ 200.00 day"]
    assert receipt.detail.endswith("They are without protection.")
    [(severity, text)] = desk.raised
    assert severity is Severity.CRITICAL
    assert "none of its orders could be put back" in text


async def test_what_became_of_an_exit_later_is_a_warning():
    desk = Guarding()

    desk.guard.tell("AAPL", "Exited: Sold 100 AAPL.")

    assert desk.raised == [(Severity.WARNING, "Exited: Sold 100 AAPL.")]


async def test_an_exit_of_a_former_desk_is_told_of_once_the_brokers_truth_is_known():
    desk = Guarding("0")
    desk.reconciler.is_done = False
    desk.meanwhile = lambda: setattr(desk.reconciler, "is_done", len(desk.slept) == 3)

    await desk.report("sell 100 AAPL stop 180.00 day")

    assert desk.slept == [1.0, 1.0, 1.0]
    assert desk.raised == [
        (
            Severity.INFO,
            "The exit of AAPL that the former desk began has left nothing held.",
        )
    ]
    assert desk.noted == [
        (
            "exit.interrupted",
            {"symbol": "AAPL", "lifted": ["sell 100 AAPL stop 180.00 day"], "is_left": False},
        )
    ]


async def test_a_single_share_is_left_as_much_as_many():
    desk = Guarding("1")

    await desk.report("stop a")

    assert desk.noted[0][1]["is_left"]
    assert desk.raised[0][1].startswith("1 AAPL may be held WITHOUT PROTECTION")


@pytest.mark.parametrize(("lifted", "words"), [((), "none"), (("stop a", "stop b"), "stop a; st")])
async def test_a_position_left_bare_by_a_former_desk_is_a_critical_alert(lifted, words):
    desk = Guarding("-60")

    await desk.report(*lifted)

    [(severity, text)] = desk.raised
    assert severity is Severity.CRITICAL
    assert text.startswith("60 AAPL may be held WITHOUT PROTECTION: the desk ended while AAPL was")
    assert f"its orders were: {words}" in text
    assert desk.slept == []
    assert desk.noted[0][1]["is_left"]


async def test_a_stop_that_stays_until_every_cancel_has_arrived_is_told_calmly():
    desk = Guarding("100", stop())

    await desk.report("stop a")

    assert desk.raised == [
        (
            Severity.WARNING,
            "The desk ended while AAPL was being exited; a stop still protects it.",
        )
    ]
    assert desk.slept == [1.0] * 5


async def test_a_stop_that_is_canceled_after_all_leaves_the_position_bare():
    desk = Guarding("100", stop())
    gone = stop(status=OrderStatus.CANCELED, updated=1)
    desk.meanwhile = lambda: desk.store.apply(OrderUpdated(gone))

    await desk.report("stop a")

    assert [severity for severity, _ in desk.raised] == [Severity.CRITICAL]
    assert desk.slept == [1.0]


async def test_a_stop_that_is_being_canceled_protects_nothing():
    desk = Guarding("100", stop(status=OrderStatus.PENDING_CANCEL))

    await desk.report("stop a")

    assert [severity for severity, _ in desk.raised] == [Severity.CRITICAL]


async def test_a_position_that_is_listed_as_flat_has_left_nothing():
    desk = Guarding("0")
    desk.tell(position(qty="0"))

    await desk.report("stop a")

    assert [severity for severity, _ in desk.raised] == [Severity.INFO]


def leave(*told: str) -> Leave:
    return Leave(symbol="AAPL", actor=OWNER, lifted=(), worst=None, told=list(told))


def test_an_exit_tells_what_it_sold_or_that_others_were_quicker():
    assert leave("Sold 1", "Sold 2").words == "Exited: Sold 1; Sold 2."
    assert leave().words == "AAPL is flat: one of its own orders was filled meanwhile."


def test_a_closing_is_told_by_side_quantity_and_average_price():
    shares = order(wanted=sell("10"), filled="10", filled_avg_price=D("190.048"))
    short = order(wanted=buy("10"), filled="4")

    assert sold(shares) == "Sold 10 AAPL @ 190.05"
    assert sold(short) == "Bought back 4 AAPL"
