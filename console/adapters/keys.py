"""The broker's keys: read in the desk only, from a file nobody else may read.

Neither a key nor a secret ever appears in a message, a representation or a log.
"""

import json
import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

KEY_VARIABLE = "APCA_API_KEY_ID"
SECRET_VARIABLE = "APCA_API_SECRET_KEY"  # noqa: S105 - the variable's name, as Alpaca's tools use it
ISSUED_FOR = {"PK": "paper", "AK": "live"}
"""How Alpaca begins the keys of each kind of account; of any other beginning the broker decides."""
_OPEN_TO_OTHERS = stat.S_IRWXG | stat.S_IRWXO


class KeysMissing(Exception):  # noqa: N818 - reads as what it is
    """There are no usable keys; the message says what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """What the broker knows the account by."""

    key: str = field(repr=False)
    secret: str = field(repr=False)


def read_keys(path: Path | None, environment: Mapping[str, str]) -> Keys:
    """Return the keys from the file, or where there is none, from the environment.

    Raises:
        KeysMissing: when there are none, or their file could be read by others.
    """
    if path is not None and os.path.lexists(path):
        return _from_file(path)
    key = environment.get(KEY_VARIABLE, "").strip()
    secret = environment.get(SECRET_VARIABLE, "").strip()
    if key and secret:
        return _checked(key, secret, "the environment")
    if key or secret:
        absent = SECRET_VARIABLE if key else KEY_VARIABLE
        raise KeysMissing(f"{absent} is not set, its other half is: set both.")
    raise KeysMissing(
        f"there are no keys: set {KEY_VARIABLE} and {SECRET_VARIABLE}"
        + (f', or write {{"key": …, "secret": …}} to {path} with mode 0600.' if path else ".")
    )


def refuse_keys_of_another(profile: str, keys: Keys) -> None:
    """Let no paper key near the live account, nor a live one near paper.

    Raises:
        KeysMissing: when the key's beginning says that it was issued for the other.
    """
    kind = ISSUED_FOR.get(keys.key[:2], profile)
    if kind != profile:
        raise KeysMissing(
            f"these keys were issued for a {kind} account, and nothing was sent: "
            f"give those of a {profile} account."
        )


def _from_file(path: Path) -> Keys:
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        reason = error.strerror or "it cannot be opened"
        raise KeysMissing(f"the key file {path} cannot be read: {reason}.") from None
    with os.fdopen(handle, "rb") as file:
        _check_file(path, os.fstat(file.fileno()))
        content = file.read(65_536)
    try:
        told = json.loads(content)
    except ValueError:
        told = None
    if not isinstance(told, dict):
        raise KeysMissing(f'the key file {path} must hold JSON: {{"key": …, "secret": …}}.')
    key, secret = told.get("key"), told.get("secret")
    if not isinstance(key, str) or not isinstance(secret, str):
        raise KeysMissing(f'the key file {path} must hold both "key" and "secret", as text.')
    return _checked(key.strip(), secret.strip(), f"the key file {path}")


def _check_file(path: Path, status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise KeysMissing(f"the key file {path} is not a regular file.")
    if status.st_uid != os.geteuid():
        raise KeysMissing(f"the key file {path} belongs to another user: make it your own.")
    if status.st_mode & _OPEN_TO_OTHERS:
        mode = stat.S_IMODE(status.st_mode)
        raise KeysMissing(f"the key file {path} has mode {mode:04o}: run chmod 600 {path}")


def _checked(key: str, secret: str, source: str) -> Keys:
    """Refuse what cannot be an HTTP header, whose refusal would quote it."""
    for name, value in (("key", key), ("secret", secret)):
        if not value or not value.isascii() or not value.isprintable() or " " in value:
            raise KeysMissing(f"the {name} in {source} is empty or holds strange characters.")
    return Keys(key=key, secret=secret)
