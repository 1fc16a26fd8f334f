"""What one console is still to be sent, in order and within bounds."""

from collections import deque
from datetime import datetime

import msgspec

from console.link.messages import Message, Told
from console.link.wire import encode

MAX_ITEMS = 10_000
MAX_BYTES = 8 * 1024 * 1024
FACTS_AT_ONCE = 1_000


class Outbox:
    """Facts and answers waiting to be sent; `is_over` once there are too many."""

    def __init__(self, *, max_items: int = MAX_ITEMS, max_bytes: int = MAX_BYTES) -> None:
        self._waiting: deque[msgspec.Raw | bytes] = deque()
        self._answers = 0
        self._bytes = 0
        self._max_items = max_items
        self._max_bytes = max_bytes

    def __len__(self) -> int:
        return len(self._waiting)

    @property
    def has_answer(self) -> bool:
        """Whether somebody waits for what is in it."""
        return self._answers > 0

    @property
    def is_over(self) -> bool:
        """Whether more waits than a console may be behind: it has to attach anew."""
        return len(self._waiting) > self._max_items or self._bytes > self._max_bytes

    def tell(self, fact: msgspec.Raw) -> None:
        """Add a packed event, shared by all consoles."""
        self._waiting.append(fact)
        self._bytes += len(fact)

    def answer(self, message: Message) -> None:
        """Add a message meant for this console alone."""
        data = encode(message)
        self._answers += 1
        self._waiting.append(data)
        self._bytes += len(data)

    def take(self, now: datetime) -> bytes | None:
        """Return the next message, facts that follow each other as one; None when empty."""
        if not self._waiting:
            return None
        first = self._waiting[0]
        if not isinstance(first, msgspec.Raw):
            self._waiting.popleft()
            self._answers -= 1
            self._bytes -= len(first)
            return first
        return encode(Told(now=now, events=tuple(self._take_facts())))

    def drop(self) -> None:
        """Forget all of it: the console is gone."""
        self._waiting.clear()
        self._answers = 0
        self._bytes = 0

    def _take_facts(self) -> list[msgspec.Raw]:
        facts: list[msgspec.Raw] = []
        while self._waiting and len(facts) < FACTS_AT_ONCE:
            fact = self._waiting[0]
            if not isinstance(fact, msgspec.Raw):
                break
            self._waiting.popleft()
            self._bytes -= len(fact)
            facts.append(fact)
        return facts
