"""Where finished scans are kept: one file for each rule and universe, the newest scan in it."""

import hashlib
import logging
from pathlib import Path

import msgspec

from console.domain.scans import Scan
from console.scanning.comparing import Before

log = logging.getLogger(__name__)


class Kept(msgspec.Struct, frozen=True):
    """One scan as it lies in its file."""

    scan: Scan
    judged: tuple[str, ...]
    """Every symbol it could decide on."""


class ScanShelf:
    """The newest scan of each rule and universe."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, scan: Scan, judged: frozenset[str]) -> None:
        """Put a scan in the place of the one before; OSError when the disk does not take it."""
        self._folder.mkdir(mode=0o700, exist_ok=True)
        path = self._path(scan.rule.name, scan.universe)
        written = path.with_suffix(".new")
        written.write_bytes(msgspec.json.encode(Kept(scan, tuple(sorted(judged)))))
        written.replace(path)

    def before(self, rule: str, universe: str) -> Before | None:
        """Return what a new scan is compared with; None when there is nothing."""
        kept = _read(self._path(rule, universe))
        if kept is None:
            return None
        scan = kept.scan
        ranks = {found.symbol: found.facts.figure(scan.rule.ranks_by) for found in scan.rows}
        return Before(at=scan.at, ranks=ranks, judged=frozenset(kept.judged))

    def newest(self) -> Scan | None:
        """Return the scan kept last, whatever its rule."""
        try:
            paths = sorted(self._folder.glob("*.json"), key=lambda path: path.stat().st_mtime_ns)
        except OSError:
            return None
        kept = _read(paths[-1]) if paths else None
        return None if kept is None else kept.scan

    def _path(self, rule: str, universe: str) -> Path:
        digest = hashlib.sha256(f"{rule}\0{universe}".encode()).hexdigest()[:16]
        return self._folder / f"{digest}.json"


def _read(path: Path) -> Kept | None:
    try:
        return msgspec.json.decode(path.read_bytes(), type=Kept)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, msgspec.MsgspecError) as error:
        log.warning("the scan kept in %s cannot be read: %s", path, error)
        return None
