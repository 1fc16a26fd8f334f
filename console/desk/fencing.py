"""When a halt's fence is set: after the flatten question, and as the trader chooses.

A broker may refuse closing orders while the account is suspended: so positions are
closed first, or somebody says that they stay, and only then is the fence set.
"""

import asyncio
from collections.abc import Sequence

from console.desk.board import Board
from console.desk.fence import Fence, FenceFailed
from console.desk.limits import Limits
from console.desk.recorder import THE_DESK, Recorder
from console.desk.sight import Sight
from console.desk.workers import Sleep
from console.domain.flatten import Flatten
from console.domain.halt import StepStatus
from console.domain.permissions import Actor
from console.domain.positions import Position
from console.ports import BrokerError


class Fencing:
    """Asks the flatten question, and sets the fence once it is answered."""

    def __init__(
        self,
        *,
        fence: Fence,
        sight: Sight,
        board: Board,
        recorder: Recorder,
        limits: Limits,
        sleep: Sleep,
    ) -> None:
        self._fence = fence
        self._sight = sight
        self._board = board
        self._recorder = recorder
        self._pace = limits.pace
        self._sleep = sleep
        self._is_wanted_at_first = limits.halt_sets_fence
        self._is_wanted = limits.halt_sets_fence
        self._answer = ""
        self._is_settled = False
        self.words = "not set"

    def ask_again(self) -> None:
        """Begin with a halt's question unanswered."""
        self._answer = ""
        self._is_wanted = self._is_wanted_at_first
        self._is_settled = False
        self.words = "not set"

    def decline(self, actor: Actor) -> None:
        """Positions stay as they are: the fence may be set."""
        self._answer = f"declined by {actor}: the positions stay"

    def want(self, *, is_set: bool) -> None:
        """Choose whether the fence is to stand."""
        self._is_wanted = is_set

    def flattened(self, flatten: Flatten) -> None:
        """A flatten is over: the question is answered, whatever was left."""
        self._answer = str(flatten)
        status = StepStatus.FAILED if flatten.left else StepStatus.DONE
        self._board.tick("flatten", status, self._answer)

    def reopen(self) -> None:
        """See to the fence once more."""
        self._is_settled = False

    async def settle(self) -> None:
        """Try once to come to an end with the question and the fence; tell how far that went."""
        self._is_settled = False
        try:
            async with asyncio.timeout(self._pace.sweep_deadline):
                await self._settle()
        except TimeoutError:
            self.words = "not known: the broker did not answer in time"
            self._tell_fence(StepStatus.RUNNING, "the broker did not answer in time; trying again")

    async def _settle(self) -> None:
        try:
            held = await self._sight.positions()
        except BrokerError as error:
            self._tell_flatten(StepStatus.RUNNING, f"what is held is not known: {error}")
            self.words = "not set: what is held is not known"
            return
        self._ask(held)
        if self._board.is_question_open:
            self.words = "not set: positions are open"
            self._tell_fence(StepStatus.WAITING, "set once the positions are closed or declined")
            self._is_settled = True
            return
        await self._set()

    async def persist(self) -> bool:
        """Try until it has come to an end; return whether anything was left to do."""
        pause, was_settled = self._pace.retry_first, self._is_settled
        while not self._is_settled:
            await self._sleep(pause)
            pause = min(pause * 2, self._pace.retry_longest)
            await self.settle()
        if not was_settled:
            self._recorder.note("halt.fenced", THE_DESK, {"fence": self.words})
        return not was_settled

    def _ask(self, held: Sequence[Position]) -> None:
        count = "1 position is" if len(held) == 1 else f"{len(held)} positions are"
        self._board.is_question_open = bool(held) and not self._answer
        if not held and not self._answer:
            self._tell_flatten(StepStatus.DONE, "no position is open")
        elif self._answer and not self._answer.startswith("declined"):
            return
        elif self._answer:
            self._tell_flatten(StepStatus.DONE, self._answer)
        else:
            names = ", ".join(sorted(position.symbol for position in held))
            self._tell_flatten(StepStatus.WAITING, f"{count} open ({names}): close or leave them?")

    async def _set(self) -> None:
        if not self._is_wanted:
            self.words = "not set, by choice"
            self._is_settled = True
            self._tell_fence(StepStatus.WAITING, self.words)
            return
        self._tell_fence(StepStatus.RUNNING, "suspending the account at the broker")
        try:
            await self._fence.put(is_set=True)
        except FenceFailed as failure:
            self.words = f"NOT SET: {failure}"
            self._board.is_fenced = False
            self._tell_fence(StepStatus.FAILED, f"{failure}; trying again")
            return
        self.words = "set and read back: the broker refuses new orders of every program"
        self._is_settled = True
        self._tell_fence(StepStatus.DONE, "set and read back")

    def _tell_flatten(self, status: StepStatus, detail: str) -> None:
        self._board.tick("flatten", status, detail)

    def _tell_fence(self, status: StepStatus, detail: str) -> None:
        self._board.tick("fence", status, detail)
