"""The SQLite file of a trader's code: what was run, and what was tried. One folder, one file.

Like the catalog of datasets it is not the desk's database, which has one writer.
"""

from pathlib import Path
from urllib.parse import quote as percent_encoded

import pysqlite3
from sqlite_utils import Database

from console.sandbox.endings import SandboxProblem

DATABASE = "code.db"
BUSY_MS = 10_000


def open_books(folder: Path) -> Database:
    """Open the file in a folder, which is made if there is none.

    Raises:
        SandboxProblem: when it cannot be.
    """
    path = folder / DATABASE
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.touch(mode=0o600)
        connection = pysqlite3.connect(
            f"file:{percent_encoded(str(path))}?mode=rw", uri=True, isolation_level=None
        )
    except (OSError, pysqlite3.Error) as error:
        raise SandboxProblem(f"The record in {folder} cannot be opened: {error}.") from None
    try:
        for pragma in (
            f"busy_timeout = {BUSY_MS}",
            "journal_mode = WAL",
            "synchronous = FULL",
            "trusted_schema = OFF",
        ):
            connection.execute(f"PRAGMA {pragma}").fetchall()
    except pysqlite3.Error as error:
        connection.close()
        raise SandboxProblem(f"The record in {folder} is damaged: {error}.") from None
    return Database(connection, execute_plugins=False)
