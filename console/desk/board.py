"""What everybody sees of a halt: its checklist, its orders, its receipt, told as events."""

from collections.abc import Collection
from datetime import UTC, datetime

from console.desk.checklist import Checklist
from console.desk.cord import Cord
from console.desk.covering import covered
from console.desk.latch import Latched
from console.desk.store import Store
from console.domain.events import Event, HaltChanged, OrderUpdated
from console.domain.halt import Halt, HaltedOrder, StepStatus
from console.ports import Clock


class Board:
    """Holds how far the present halt has come, and tells every change."""

    def __init__(self, *, cord: Cord, store: Store, clock: Clock, profile: str) -> None:
        self._cord = cord
        self._store = store
        self._clock = clock
        self._profile = profile
        self._checklist = Checklist(clock)
        self._touched: Collection[str] = ()
        self._over: dict[str, float] = {}
        self.kept: frozenset[str] = frozenset()
        """The protective stops that stay, by key."""
        self.receipt = ""
        """What was proven, in words; empty until it is."""
        self.is_question_open = False
        self.is_fenced = False
        store.listen(self._see)

    @property
    def is_confirmed(self) -> bool:
        """Whether the receipt is there."""
        return bool(self.receipt)

    def see_fence(self, stands: bool) -> None:  # noqa: FBT001 - the broker's own word
        """Take in what the broker says of the fence, whoever has asked."""
        self.is_fenced = stands

    @property
    def elapsed_ms(self) -> float:
        """Milliseconds since the pull."""
        return self._checklist.elapsed_ms

    @property
    def said(self) -> Latched:
        """The puller's word."""
        return self._cord.said or found()

    @property
    def pulled_at(self) -> datetime:
        """When the cord was pulled, as the latch says; now when it does not say."""
        try:
            at = datetime.fromisoformat(self.said.at)
        except ValueError:
            return self._clock.now()
        return at if at.tzinfo is not None else at.replace(tzinfo=UTC)

    @property
    def covers(self) -> str:
        """Which account the halt holds for, in words."""
        account = self._store.state.account
        return covered(self._profile, "" if account is None else account.number)

    @property
    def orders(self) -> tuple[HaltedOrder, ...]:
        """Every order that was open since the pull, with what has become of it."""
        known = self._store.state.orders
        return tuple(
            HaltedOrder(
                order=key,
                terms=str(known[key].request),
                status=known[key].status.value,
                elapsed_ms=self._over.get(key),
                is_kept=key in self.kept,
            )
            for key in sorted(self._touched)
            if key in known
        )

    def begin(self, touched: Collection[str], already_s: float = 0.0) -> None:
        """Start anew, `already_s` seconds after the pull; `touched` grows as orders are seen."""
        self._checklist.begin(already_s)
        self._touched = touched
        self._over = {}
        self.kept = frozenset()
        self.receipt = ""
        self.is_question_open = False

    def withdraw(self) -> None:
        """What was proven holds no more: there is no receipt until it is proven anew."""
        if not self.receipt:
            return
        self.receipt = ""
        for name in ("proof", "receipt"):
            self._checklist.tick(name, StepStatus.WAITING, "to be proven anew")
        self.tell()

    def tick(self, name: str, status: StepStatus, detail: str = "") -> None:
        """Note how far a step has come; tell it when that is new."""
        if self._checklist.tick(name, status, detail):
            self.tell()

    def tell(self) -> None:
        """Tell the halt as it stands now."""
        said = self.said
        self._tell(
            Halt(
                id=said.id,
                reason=said.reason,
                by=said.by,
                at=self.pulled_at,
                steps=self._checklist.steps,
                is_confirmed=self.is_confirmed,
                receipt=self.receipt,
                covers=self.covers,
                orders=self.orders,
                is_question_open=self.is_question_open,
                is_fenced=self.is_fenced,
            )
        )

    def tell_lifted(self) -> None:
        """Tell that there is no halt any more; its receipt is none of the next one's."""
        self.receipt = ""
        self._tell(None)

    def _see(self, event: Event) -> None:
        if not isinstance(event, OrderUpdated) or event.order.key not in self._touched:
            return
        if event.order.status.is_closed:
            self._over.setdefault(event.order.key, self.elapsed_ms)

    def _tell(self, halt: Halt | None) -> None:
        # Grows over restarts too, without anything to remember.
        now = int(self._clock.now().timestamp() * 1_000)
        revision = max(now, self._store.state.halt_revision + 1)
        self._store.apply(HaltChanged(halt=halt, revision=revision))


def found() -> Latched:
    """Return what a latch that says nothing is taken to say."""
    return Latched(id="unknown", reason="the latch was found", by="?", at="")
