"""Writing a halt's receipt where the trader is, from where the desk keeps it."""

import json
import os
from pathlib import Path

from console.folders import RECEIPT_NAME


def export_receipt(folder: Path, halt: str, to: Path) -> str:
    """Copy the receipt of a halt into a folder; return what came of it, in a sentence."""
    try:
        receipt = (folder / RECEIPT_NAME).read_text()
        if json.loads(receipt).get("halt") != halt:
            return "This halt has no receipt yet: it is not confirmed."
    except (OSError, ValueError, AttributeError) as error:
        return f"There is no receipt to export: {error}."
    name = "".join(letter for letter in halt if letter.isalnum() or letter == "-")
    target = to / f"killcord-halt-{name}.json"
    try:
        handle = os.open(target, os.O_CREAT | os.O_TRUNC | os.O_WRONLY | os.O_NOFOLLOW, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(receipt)
    except OSError as error:
        return f"The receipt could not be written to {target}: {error.strerror}."
    return f"The receipt is in {target}."
