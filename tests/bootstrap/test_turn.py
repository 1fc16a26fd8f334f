"""How long one thread of the desk computes while another is ready to."""

import os
import subprocess
import sys

BEGIN_A_DESK = """
import sys
from pathlib import Path
from console.bootstrap.desk import CannotStart, run_desk
from console.folders import StateFolder
try:
    run_desk(StateFolder(Path(sys.argv[1]) / "paper"), {})
except CannotStart:
    print(sys.getswitchinterval())
"""


def test_a_desk_lets_no_thread_of_an_order_wait_the_five_milliseconds_of_python(tmp_path):
    env = {k: v for k, v in os.environ.items() if not k.startswith(("APCA_", "KILLCORD_"))}

    done = subprocess.run(
        [sys.executable, "-c", BEGIN_A_DESK, str(tmp_path)],
        env={**env, "XDG_CONFIG_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert float(done.stdout) <= 0.001
