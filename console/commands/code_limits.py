"""What one run of a trader's code may take: as `killcord.toml` says, read anew at each run."""

import os

from console.folders import StateFolder
from console.sandbox.endings import SandboxProblem
from console.sandbox.limits import RunLimits
from console.settings import read_settings
from console.settings_sources import BadSettings


def code_limits(folder: StateFolder) -> RunLimits:
    """Return what counts for a profile.

    Raises:
        SandboxProblem: when a setting is wrong: then no code is run.
    """
    try:
        return read_settings(folder, os.environ).code
    except BadSettings as bad:
        raise SandboxProblem(f"Your code was not run: {bad}") from None
