"""One at a time while halted: who has to wait for whom, and what is said then."""

from contextlib import ExitStack
from itertools import product
from types import SimpleNamespace

import pytest

from console.desk.fence import FenceFailed
from console.desk.turns import Turns
from console.domain.flatten import Extent, FlattenRequest
from console.domain.receipts import Outcome
from tests.builders import OWNER, STRANGER

CLOSE = FlattenRequest(extent=Extent.ALL)
CLOSE_UNFENCED = FlattenRequest(extent=Extent.ALL, lifts_fence=True)
UNDER_WAY = ["nothing", "a re-arm", "a flatten", "the fence", "a pull", "a sweep"]


class Halted:
    """A halt as far as its turns see it; keeps what was done, in its order."""

    def __init__(self, *, is_halted: bool = True) -> None:
        self.done: list[str] = []
        self.pulls = ExitStack()
        self.trouble: Exception | None = None
        self.rearm = SimpleNamespace(is_lifting=False, objection=None)
        self.flattens = SimpleNamespace(is_under_way=False, is_running=False)
        self.sequence = SimpleNamespace(
            is_sweeping=False,
            **{name: self._does(name) for name in ("doubt", "rest", "go_on", "take_up")},
            reissue=self._reissue,
        )
        self.board = SimpleNamespace(
            see_fence=lambda: None, is_confirmed=True, is_question_open=True, is_fenced=True
        )
        self.turns = Turns(
            cord=SimpleNamespace(said="smoke" if is_halted else None),
            board=self.board,
            sequence=self.sequence,
            fence=SimpleNamespace(put=self._put),
            fencing=SimpleNamespace(
                words="as you wish",
                decline=lambda actor: self.done.append(f"declined by {actor}"),
                want=lambda *, is_set: self.done.append(f"wanted: {is_set}"),
                settle=self._settle,
            ),
            flattens=self.flattens,
            rearm=self.rearm,
            recorder=SimpleNamespace(try_write=self._write),
        )

    def begin(self, what: str) -> None:
        """Have something be under way."""
        self.rearm.is_lifting = what == "a re-arm"
        self.flattens.is_under_way = self.flattens.is_running = what == "a flatten"
        self.sequence.is_sweeping = what == "a sweep"
        if what == "the fence":
            self.turns._is_fence_moving = True
        if what == "a pull":
            self.pulls.enter_context(self.turns.pulling())

    def _does(self, name: str):
        return lambda: self.done.append(name)

    async def _put(self, *, is_set: bool) -> None:
        self.done.append(f"put: {is_set}")
        if self.trouble is not None:
            raise self.trouble

    async def _settle(self) -> None:
        self.done.append("settled")

    async def _reissue(self) -> None:
        self.done.append("reissued")

    async def _write(self, kind: str, actor: object, body: object) -> None:
        self.done.append(f"{kind} by {actor}: {body}")


FENCE_WAITS = {
    "a re-arm": "The fence belongs to a halt, and trading is not halted.",
    "a flatten": "Positions are being closed; choose when that is over.",
    "the fence": "The fence is being changed already; wait for it.",
}
FLATTEN_WAITS = {
    "a re-arm": "The halt is being lifted; ask again after that.",
    "the fence": "The fence is being changed; ask again after that.",
    "a pull": "The cord is being pulled; confirm again after that.",
}
REARM_WAITS = {
    "a flatten": "Positions are being closed; re-arm once that is over.",
    "the fence": "The fence is being changed; re-arm once that is over.",
}


@pytest.mark.parametrize(("what", "is_set"), product(UNDER_WAY, (True, False)))
async def test_the_fence_waits_for_what_would_see_it_move(what: str, is_set: bool):
    halted = Halted()
    halted.begin(what)

    receipt = await halted.turns.fence(OWNER, is_set=is_set)

    if what in FENCE_WAITS:
        assert (receipt.outcome, receipt.detail) == (Outcome.DENIED, FENCE_WAITS[what])
        assert halted.done == []
    else:
        assert (receipt.outcome, receipt.detail) == (Outcome.ACCEPTED, "The fence: as you wish.")
        assert halted.done[0] == f"fence.chosen by {OWNER}: {{'is_set': {is_set}}}"
        # A pull takes its sequence up by itself.
        assert ("take_up" in halted.done) == (what != "a pull")


@pytest.mark.parametrize("what", UNDER_WAY)
async def test_a_flatten_waits_for_what_would_sweep_it_away(what: str):
    halted = Halted()
    halted.begin(what)

    assert await halted.turns.make_way(CLOSE_UNFENCED) == FLATTEN_WAITS.get(what, "")
    assert halted.done == ([] if what in FLATTEN_WAITS else ["rest", "put: False"])


@pytest.mark.parametrize("what", UNDER_WAY)
def test_a_re_arm_waits_for_what_it_would_lift_from_under(what: str):
    halted = Halted()
    halted.begin(what)

    assert halted.rearm.objection() == REARM_WAITS.get(what, "")


@pytest.mark.parametrize("what", UNDER_WAY)
def test_what_is_doubted_is_swept_again_once_nobody_else_has_the_floor(what: str):
    halted = Halted()
    halted.begin(what)

    halted.turns.doubt()

    assert halted.done == (["doubt", "go_on"] if what == "nothing" else ["doubt"])


@pytest.mark.parametrize("what", UNDER_WAY)
def test_a_flatten_that_never_began_gives_the_sequence_back_where_nobody_holds_it(what: str):
    halted = Halted()
    halted.begin(what)

    halted.flattens.on_prepared()

    assert halted.done == (["take_up"] if what in ("nothing", "a sweep") else [])


def test_no_halt_has_no_sequence_to_take_up():
    halted = Halted(is_halted=False)

    halted.flattens.on_prepared()

    assert halted.done == []


async def test_a_flatten_under_the_fence_leaves_it_alone():
    halted = Halted()

    assert await halted.turns.make_way(CLOSE) == ""
    assert halted.done == []


async def test_a_fence_that_is_not_lifted_keeps_a_flatten_from_beginning():
    halted = Halted()
    halted.trouble = FenceFailed("no answer")

    why = await halted.turns.make_way(CLOSE_UNFENCED)

    assert why == "The fence at the broker cannot be lifted: no answer."


async def test_what_no_one_foresaw_gives_the_sequence_back():
    halted = Halted()
    halted.trouble = ZeroDivisionError()

    with pytest.raises(ZeroDivisionError):
        await halted.turns.make_way(CLOSE_UNFENCED)

    assert halted.done == ["rest", "put: False", "take_up"]


async def test_setting_the_fence_declines_to_close_and_lifting_it_declines_nothing():
    setting, lifting, settled = Halted(), Halted(), Halted()
    settled.board.is_question_open = False

    await setting.turns.fence(OWNER, is_set=True)
    await lifting.turns.fence(OWNER, is_set=False)
    await settled.turns.fence(OWNER, is_set=True)

    end = ["settled", "take_up", "reissued"]
    assert setting.done[1:] == ["rest", f"declined by {OWNER}", "wanted: True", *end]
    assert lifting.done[1:] == ["rest", "put: False", "wanted: False", *end]
    assert settled.done[1:] == ["rest", "wanted: True", *end]


async def test_a_sweep_does_not_rest_while_the_fence_is_chosen():
    halted = Halted()
    halted.board.is_confirmed = False

    await halted.turns.fence(OWNER, is_set=True)

    assert "rest" not in halted.done


async def test_a_fence_that_does_not_stand_is_not_known_to():
    halted = Halted()
    halted.board.is_fenced = False

    setting = await halted.turns.fence(OWNER, is_set=True)
    halted.trouble = FenceFailed("no answer")
    lifting = await halted.turns.fence(OWNER, is_set=False)

    not_known = "The fence is not known to stand as you wish: "
    assert (setting.outcome, setting.detail) == (Outcome.UNKNOWN, f"{not_known}as you wish.")
    assert (lifting.outcome, lifting.detail) == (Outcome.UNKNOWN, f"{not_known}no answer.")
    assert "reissued" not in halted.done
    # The next one finds nobody in its way.
    assert halted.rearm.objection() == ""


async def test_only_the_owner_touches_the_fence_and_only_while_halted():
    stranger = await Halted().turns.fence(STRANGER, is_set=False)
    active = await Halted(is_halted=False).turns.fence(OWNER, is_set=True)

    assert stranger.outcome is Outcome.FORBIDDEN
    assert stranger.detail == f"{STRANGER} may not change the fence of this desk."
    assert (active.outcome, active.detail) == (Outcome.DENIED, FENCE_WAITS["a re-arm"])
