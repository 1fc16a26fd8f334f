"""By which numbers the screens judge: read from the settings and the files of sectors."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

from console.folders import StateFolder, settings_file

if TYPE_CHECKING:
    from console.studies.study_rules import StudyRules

SECTORS = "sectors.csv"


def read_study_rules(folder: StateFolder) -> "StudyRules":
    """Return what counts now; with a mistake in a file the defaults, and what is wrong."""
    from console.settings import read_settings  # noqa: PLC0415 - not before the first paint
    from console.settings_sources import BadSettings  # noqa: PLC0415 - as above
    from console.studies.sectors import BadSectors, read_sectors  # noqa: PLC0415 - as above
    from console.studies.study_rules import StudyRules  # noqa: PLC0415 - as above

    try:
        settings = read_settings(folder, os.environ)
    except BadSettings as wrong:
        return StudyRules(trouble=f"Defaults are used: {wrong}")
    sectors: dict[str, str] = {}
    trouble = ""
    for path in (settings_file().with_name(SECTORS), folder.path / SECTORS):
        try:
            sectors |= read_sectors(_text_of(path), str(path))
        except (BadSectors, OSError, UnicodeDecodeError) as wrong:
            trouble = f"Sectors are not known: {wrong}"
    return StudyRules(
        pivots=settings.pivots,
        attention=settings.attention,
        portfolio=settings.portfolio,
        sectors={} if trouble else sectors,
        trouble=trouble,
    )


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""
