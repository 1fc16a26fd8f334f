"""Who may do what: a table, denied unless it says otherwise."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Capability(StrEnum):
    """One kind of thing a person can ask of the desk."""

    OBSERVE = "observe"
    TRADE = "trade"
    CANCEL = "cancel"
    ALERT = "alert"
    ARRANGE = "arrange"
    FLATTEN = "flatten"
    HALT = "halt"
    REARM = "re-arm"
    STOP_DESK = "stop the desk"


class Role(StrEnum):
    """What somebody is to this desk."""

    OWNER = "owner"
    STRANGER = "stranger"


ALLOWED: Mapping[Role, frozenset[Capability]] = {
    Role.OWNER: frozenset(Capability),
    Role.STRANGER: frozenset({Capability.HALT}),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Whoever sent a command: the Unix user and process, named by the kernel."""

    uid: int
    name: str
    pid: int | None
    role: Role
    via: str
    """Through what: console, command line, signal, file, the desk itself."""

    def may(self, capability: Capability) -> bool:
        """Whether the role's row of the table has it."""
        return capability in ALLOWED[self.role]

    def __str__(self) -> str:
        return f"{self.name} ({self.via})"
