"""Who goes first when all want the processor: the console and the desk, before any reckoning.

Standard library only: a sandboxed worker reads it before anything else is there.
"""

import os
from contextlib import suppress
from pathlib import Path

NICENESS = 10
"""About a tenth of the processor where the console or the desk want it too; all of it otherwise."""


def give_way(process: int = 0) -> None:
    """Have others go before a process and all it starts; 0 is this one. It is never undone."""
    with suppress(OSError):
        before = os.getpriority(os.PRIO_PROCESS, process)
        os.setpriority(os.PRIO_PROCESS, process, max(NICENESS, before))
    if not hasattr(os, "sched_setscheduler"):
        return
    with suppress(OSError):
        # what wakes up in it interrupts nobody
        os.sched_setscheduler(process, os.SCHED_BATCH, os.sched_param(0))
    with suppress(OSError):
        _let_session_give_way(process or os.getpid())


def _let_session_give_way(process: int) -> None:
    """Lower a whole session: where Linux groups by session, niceness counts only within one."""
    if os.getsid(process) == process:
        Path(f"/proc/{process}/autogroup").write_text(str(NICENESS), encoding="ascii")
