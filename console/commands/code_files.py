"""The trader's files of code: small texts in one folder of the profile, by names one can type."""

import re
from pathlib import Path

from console.sandbox.endings import SandboxProblem
from console.sandbox.limits import LIMITS
from widgets.outside import neutral

SUFFIX = ".py"
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}", re.ASCII)


def file_names(folder: Path) -> list[str]:
    """Return the names of the files, the newest first."""
    found = [path for path in folder.glob(f"*{SUFFIX}") if _NAME.fullmatch(path.stem)]
    return [path.stem for path in sorted(found, key=lambda path: -path.stat().st_mtime)]


def read_file(folder: Path, name: str) -> str:
    """Return a file's text, without what would act on a terminal.

    Raises:
        SandboxProblem: when there is none of that name.
    """
    path = _path(folder, name)
    try:
        if path.stat().st_size > LIMITS.code_bytes:
            raise SandboxProblem(f"{name} is too long to be shown.")
        text = path.read_bytes().decode(errors="replace")
    except FileNotFoundError:
        known = ", ".join(file_names(folder)) or "none"
        raise SandboxProblem(f"There is no file {name}: there are {known}.") from None
    return clean_code(text)


def has_file(folder: Path, name: str) -> bool:
    """Return whether there is a file of that name.

    Raises:
        SandboxProblem: when the name is none.
    """
    return _path(folder, name).exists()


def write_file(folder: Path, name: str, text: str, *, known: str | None = None) -> None:
    """Write a file, whole or not at all; `known` is what its writer takes it to hold.

    Raises:
        SandboxProblem: when the name is none, the text too long, or the file holds another text
            than the one known.
    """
    path = _path(folder, name)
    told = text.encode(errors="replace")
    if len(told) > LIMITS.code_bytes:
        raise SandboxProblem(f"The code is too long: {LIMITS.code_bytes // 1024} KiB is the most.")
    if known is not None and path.exists():
        _refuse_another(read_file(folder, name), (known, text), name)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    part = folder / f".{name}.part"
    part.write_bytes(told)
    part.replace(path)


def clean_code(text: str) -> str:
    """Return code as a screen can show it: tabs are four blanks, and nothing acts."""
    return "\n".join(neutral(line.expandtabs(4)) for line in text.splitlines())


def _refuse_another(held: str, known: tuple[str, ...], name: str) -> None:
    """Keep what somebody else has written: it may be all there is of it."""
    if held not in [clean_code(text) for text in known]:
        raise SandboxProblem(
            f"{name} holds another text, which is kept: save this one under another name (ctrl+s),"
            " or open that one (ctrl+o)."
        )


def _path(folder: Path, name: str) -> Path:
    if not _NAME.fullmatch(name):
        raise SandboxProblem(
            f"{neutral(name[:60])} cannot be the name of a file: use up to 40 of a-z, 0-9, '_' and"
            " '-', beginning with a letter or a digit."
        )
    return folder / f"{name}{SUFFIX}"
