"""The console process: a screen, a link made after the first paint, and a halt without the desk."""

import asyncio
import gc
import json
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from console.bootstrap.study_rules import read_study_rules
from console.folders import StateFolder

if TYPE_CHECKING:
    from console.domain.receipts import Receipt
    from console.screens.cord_line import CordLine
    from console.screens.desk_link import DeskLink

TURN_SECONDS = 0.0001
"""How long the screen is drawn while the thread that reads the keys is ready to hand one on."""


def run_console(
    folder: StateFolder,
    why_no_desk: Callable[[], str],
    start_desk: Callable[[], str],
    cord: "CordLine | None" = None,
) -> int:
    """Open the console on the profile's desk; return its exit status."""
    gc.disable()  # nothing that is loaded now is garbage
    sys.setswitchinterval(TURN_SECONDS)
    from console.app import Killcord  # noqa: PLC0415 - this process only
    from console.bootstrap.lab_processes import LabProcesses  # noqa: PLC0415 - as above

    def connect() -> "DeskLink":
        from console.link.replica import Replica  # noqa: PLC0415 - after the first paint

        gc.freeze()
        gc.enable()
        return Replica(folder.socket, "console", explain=why_no_desk)

    async def halt_alone(reason: str) -> "Receipt":
        return await _halt_alone(folder, reason)

    app = Killcord(
        connect,
        profile=folder.profile,
        halt_alone=halt_alone,
        start_desk=start_desk,
        cord=cord,
        run_drill=lambda: _drill(folder),
        lab=LabProcesses(folder.profile),
        rules=lambda: read_study_rules(folder),
        log_file=folder.path / "console.log",
    )
    app.run()
    return app.return_code or 0


async def _halt_alone(folder: StateFolder, reason: str) -> "Receipt":
    """Run `killcord halt`, which needs no desk."""
    from console.domain.receipts import Outcome, Receipt  # noqa: PLC0415 - rarely needed

    command = [sys.executable, "-P", "-m", "console", "halt", "--json"]
    process = await asyncio.create_subprocess_exec(
        *command,
        *("--profile", folder.profile, "--reason", reason),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    told, _ = await process.communicate()
    try:
        said = json.loads(told)
    except ValueError:
        return Receipt(outcome=Outcome.UNKNOWN, detail="the halt command gave no answer")
    if said["latched"] is None:
        return Receipt(outcome=Outcome.UNKNOWN, detail=" ".join(said["steps"]))
    proof = "CONFIRMED" if said["confirmed"] else "NOT CONFIRMED"
    return Receipt(outcome=Outcome.ACCEPTED, detail=f"HALTED without the desk, {proof}")


async def _drill(folder: StateFolder) -> str:
    """Run `killcord halt --drill` and return what it told; ended here, it is ended there too."""
    command = [sys.executable, "-P", "-m", "console", "halt", "--drill"]
    process = await asyncio.create_subprocess_exec(
        *command,
        *("--profile", folder.profile),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        told, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.terminate()
    return told.decode(errors="replace").strip() or "the drill gave no answer"
