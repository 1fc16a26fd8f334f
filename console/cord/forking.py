"""Starting the console in a terminal of its own, with the cord before it.

One process becomes both: it forks before anything heavy is loaded, so the cord stays
small and the console starts no later than it would alone. Standard library only.
"""

import os
import signal
import sys
from collections.abc import Callable

from console.cord.line import ConsoleEnd, CordEnd, new_line
from console.cord.terminal import OuterTerminal
from console.folders import StateFolder

TURN_SECONDS = 0.0001
"""How long output is copied while the thread that reads the keys is ready to go on."""

RunConsole = Callable[[ConsoleEnd | None], int]


def run_behind_the_cord(folder: StateFolder, run_console: RunConsole) -> int:
    """Run the console behind the cord and return its exit status, in both processes.

    Without a terminal there is no keyboard to watch: the console runs alone.
    """
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return run_console(None)
    terminal = OuterTerminal()
    master, slave = os.openpty()
    terminal.hand_settings_to(slave)
    ours, theirs = new_line()
    console = os.fork()
    if console == 0:
        os.close(master)
        ours.close()
        os.login_tty(slave)
        _forget_the_size()
        # even where hang-ups are ignored: without the cord this console has no terminal
        signal.signal(signal.SIGHUP, signal.SIG_DFL)
        return run_console(ConsoleEnd(theirs, folder.latch))
    os.close(slave)
    theirs.close()
    # what only the cord needs is loaded while the console loads its screen
    from console.cord.guard import Guard  # noqa: PLC0415 - as above
    from console.cord.pull import Puller  # noqa: PLC0415 - as above

    guard = Guard(
        console=console,
        master=master,
        terminal=terminal,
        line=CordEnd(ours),
        puller=Puller(folder),
    )
    sys.setswitchinterval(TURN_SECONDS)
    return guard.run()


def _forget_the_size() -> None:
    """Have the terminal asked for its size: an exported one would outlive every resize."""
    for name in ("COLUMNS", "LINES"):
        os.environ.pop(name, None)
