"""Where things are kept: the folders platformdirs would name, by the standard library alone.

`killcord halt` must work in the barest of circumstances, so this imports nothing
else; a test holds it against platformdirs on Linux and macOS.
"""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

PROFILES = ("demo", "paper", "live")
STATE_VARIABLE = "KILLCORD_STATE"
RECEIPT_NAME = "HALT.receipt.json"
RECEIPTS = "receipts"


@dataclass(frozen=True, slots=True)
class StateFolder:
    """The folder of one profile; every process of that profile meets in it."""

    path: Path

    @property
    def profile(self) -> str:
        """The profile whose folder this is."""
        return self.path.name

    @property
    def socket(self) -> Path:
        """Where the desk listens to consoles."""
        return self.path / "desk.sock"

    @property
    def halt_socket(self) -> Path:
        """Where the desk listens to `killcord halt`: one line of JSON each way."""
        return self.path / "halt.sock"

    @property
    def database(self) -> Path:
        """The audit, orders, fills, alerts, settings."""
        return self.path / "desk.db"

    @property
    def lab(self) -> Path:
        """The datasets and their catalog, which the desk never opens."""
        return self.path / "lab"

    @property
    def code(self) -> Path:
        """The trader's own code and the record of it, which the desk never opens."""
        return self.path / "code"

    @property
    def latch(self) -> Path:
        """The halt latch: while this file exists nothing is sent."""
        return self.path / "HALT"

    @property
    def reducing(self) -> Path:
        """The reducing latch: while this file exists only orders that reduce are sent."""
        return self.path / "REDUCING"

    @property
    def settings(self) -> Path:
        """What this profile decides by, where it is not the default."""
        return self.path / "killcord.toml"

    @property
    def scans(self) -> Path:
        """The newest scan of each rule and universe, one file each."""
        return self.path / "scans"

    @property
    def scan_rules(self) -> Path:
        """The trader's own scan rules for this profile."""
        return self.path / "scans.toml"

    @property
    def receipt(self) -> Path:
        """The receipt of the newest halt that was confirmed."""
        return self.path / RECEIPT_NAME

    @property
    def receipts(self) -> Path:
        """The receipts of all halts, one file each, named by the time of the proof."""
        return self.path / RECEIPTS

    @property
    def lock(self) -> Path:
        """Held by the one desk of this profile."""
        return self.path / "desk.lock"

    @property
    def log(self) -> Path:
        """What the desk has to say to an engineer."""
        return self.path / "desk.log"

    @property
    def keys(self) -> Path:
        """The broker's keys, readable by the owner alone."""
        return self.path / "keys.json"

    @property
    def venue(self) -> Path:
        """Where the embedded venue listens, and its keys."""
        return self.path / "venue.json"

    @property
    def venue_books(self) -> Path:
        """The embedded venue's own accounts and orders."""
        return self.path / "venue.books"


def state_folder(profile: str) -> StateFolder:
    """Return the folder of a profile, which may not exist yet."""
    return StateFolder(state_root() / profile)


def settings_file(environment: Mapping[str, str] | None = None) -> Path:
    """Return where the settings of every profile are looked for, before the profile's own."""
    told = os.environ if environment is None else environment
    if xdg := told.get("XDG_CONFIG_HOME", "").strip():
        return Path(xdg) / "killcord" / "killcord.toml"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "killcord" / "killcord.toml"
    return Path.home() / ".config" / "killcord" / "killcord.toml"


def state_root() -> Path:
    """Return the folder of all profiles: $KILLCORD_STATE, else the system's place for state."""
    if chosen := os.environ.get(STATE_VARIABLE):
        return Path(chosen).expanduser().absolute()
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "killcord"
    if xdg := os.environ.get("XDG_STATE_HOME", "").strip():
        return Path(xdg) / "killcord"
    return Path.home() / ".local" / "state" / "killcord"
