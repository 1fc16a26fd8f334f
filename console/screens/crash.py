"""What is kept and said when the console itself fails: never the values it held.

A traceback with local variables could show keys and money; the log gets the lines
of code only, the terminal one sentence.
"""

import os
import traceback
from datetime import UTC, datetime
from pathlib import Path


def record_crash(error: BaseException, log_file: Path) -> str:
    """Append the traceback to `log_file` and return the sentence for the terminal."""
    told = "".join(traceback.TracebackException.from_exception(error).format())
    name = type(error).__name__
    safe = "The desk goes on and your orders stay where they are; start killcord again."
    try:
        log_file.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(
            os.open(log_file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), "a", encoding="utf-8"
        ) as log:
            log.write(f"{datetime.now(UTC).isoformat()} the console failed\n{told}\n")
    except OSError as reason:
        return f"The console failed ({name}) and its log cannot be written: {reason}. {safe}"
    return f"The console failed ({name}); the log {log_file} says where. {safe}"
