"""The outer wall: bubblewrap, where it works; where it does not, no code is run at all.

Inside there is the system's `/usr`, this Python with its libraries, and nothing else: no
home, no state folder, no `/proc`, no network but an empty one, nothing that can be written
to, and no other process. `console.sandbox.lock` closes the rest from within.
"""

import platform
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from console.sandbox import lock
from console.sandbox.endings import NoIsolation
from console.sandbox.limits import MIB, RunLimits

PROGRAM = "bwrap"
PROBE_SECONDS = 30.0
HOST = Path("/killcord")
"""Where our own few files stand inside."""
LIBRARIES = "/libraries"
REMEDY = "install the package bubblewrap (apt install bubblewrap, or dnf install bubblewrap)"
_SYSTEM = ("/usr", "/lib", "/lib64", "/bin", "/etc/ld.so.cache", "/etc/alternatives")
_ENVIRONMENT = {
    "LANG": "C.UTF-8",
    "TZ": "UTC",
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "ARROW_DEFAULT_MEMORY_POOL": "system",
}
"""All of it. A second thread of a library would be one thread too many for the lock."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Isolation:
    """A bubblewrap that was tried and works."""

    program: Path
    version: str

    def command(self, inside: Sequence[str], packages: Sequence[str] = ()) -> list[str]:
        """Return the command line that runs `inside` behind the wall.

        Args:
            inside: modules of `console.sandbox` that stand inside, the program first.
            packages: further modules and packages of `console` that it may import.
        """
        first = HOST / "console" / "sandbox" / f"{inside[0]}.py"
        return [
            str(self.program),
            *_walls(),
            *_system(),
            *_python(),
            *_ours([f"sandbox/{name}.py" for name in inside], packages),
            *("--remount-ro", "/", "--chdir", "/", "--"),
            *(sys._base_executable, "-I", "-S", "-B", "-X", "utf8", str(first)),  # type: ignore[attr-defined] # noqa: SLF001 - the Python behind a virtual environment has no other name
            str(HOST),
            LIBRARIES,
        ]

    def described(self, limits: RunLimits) -> str:
        """Say in one sentence what holds code in."""
        return (
            f"Code runs inside bubblewrap {self.version} and a filter of system calls: no network,"
            " no files but Python's own, no other process, and at most"
            f" {limits.cpu_seconds} s of processor time, {limits.memory_bytes // MIB:,} MiB of"
            f" memory and {limits.printed_bytes // MIB:,} MiB printed."
        )


def find_isolation(
    which: Callable[[str], str | None] = shutil.which,
    *,
    system: str = sys.platform,
    machine: str | None = None,
) -> Isolation:
    """Return the wall of this machine, tried out.

    Args:
        which: finds a program.
        system: as Python names it.
        machine: the kind of processor; this machine's unless said.

    Raises:
        NoIsolation: when there is none that holds; then no code is run.
    """
    processor = machine or platform.machine()
    if system != "linux":
        raise NoIsolation(
            "Your code was not run: it runs only inside bubblewrap, and that is for Linux alone."
        )
    if processor != lock.MACHINE:
        raise NoIsolation(
            f"Your code was not run: for a processor of the kind {processor} there is no filter of"
            " system calls."
        )
    found = which(PROGRAM)
    if found is None:
        raise NoIsolation(
            "Your code was not run: it runs only inside bubblewrap, and there is none here;"
            f" {REMEDY}."
        )
    program = Path(found)
    return Isolation(program=program, version=_tried(program))


def _tried(program: Path) -> str:
    """Return the version of a bubblewrap that can make its walls here."""
    version = _said([str(program), "--version"])
    _said([str(program), *_walls(), *_system(), "--remount-ro", "/", "--", "/usr/bin/env", "true"])
    return version.removeprefix("bubblewrap").strip()


def _said(command: Sequence[str]) -> str:
    try:
        done = subprocess.run(  # noqa: S603 - a fixed command
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=PROBE_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NoIsolation(
            f"Your code was not run: bubblewrap cannot be started: {error}."
        ) from None
    if done.returncode:
        why = (done.stderr.strip().splitlines() or ["no word of why"])[-1].removeprefix("bwrap: ")
        raise NoIsolation(
            f"Your code was not run: bubblewrap is here but cannot wall anything off ({why});"
            " this system or its container must allow user namespaces."
        )
    return done.stdout


def _walls() -> list[str]:
    """Return what is parted; the session is not, for `Worker` begins one without a terminal."""
    made = ["--unshare-all", "--unshare-user", "--die-with-parent"]
    made += ["--cap-drop", "ALL", "--hostname", "sandbox", "--clearenv"]
    for name, value in _ENVIRONMENT.items():
        made += ["--setenv", name, value]
    return made


def _system() -> list[str]:
    """Return what libraries and the loader need of the system; links stay links."""
    made: list[str] = ["--dev-bind", "/dev/null", "/dev/null"]
    for name in _SYSTEM:
        path = Path(name)
        if path.is_symlink():
            made += ["--symlink", str(path.readlink()), name]
        elif path.exists():
            made += ["--ro-bind", name, name]
    return made


def _python() -> list[str]:
    """Return the interpreter, and its libraries under a name of their own."""
    made: list[str] = []
    prefix = str(Path(sys.base_prefix).resolve())
    if not prefix.startswith("/usr/") and prefix != "/usr":
        made = ["--ro-bind", sys.base_prefix, sys.base_prefix]
    return [*made, "--ro-bind", sysconfig.get_paths()["platlib"], LIBRARIES]


def _ours(files: Sequence[str], packages: Sequence[str]) -> list[str]:
    root = Path(__file__).parents[1]
    names = ["__init__.py", "sandbox/__init__.py", *files, *packages]
    pairs = [(str(root / name), str(HOST / "console" / name)) for name in dict.fromkeys(names)]
    return [word for pair in pairs for word in ("--ro-bind", *pair)]
