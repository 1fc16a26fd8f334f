"""Names of datasets: words that can be typed, and can never be a path or an option."""

import re

from console.lab.problems import LabProblem, shown

LONGEST = 64
_NAME = re.compile(r"[a-z0-9](?:[a-z0-9_.-]*[a-z0-9_])?", re.ASCII)


class BadName(LabProblem):
    """A dataset cannot be called so."""


def dataset_name(text: str) -> str:
    """Return the name, in small letters.

    Raises:
        BadName: when it is no name.
    """
    name = text.lower()
    if len(name) <= LONGEST and _NAME.fullmatch(name) and ".." not in name:
        return name
    raise BadName(
        f"{shown(text)} cannot be the name of a dataset: use up to {LONGEST} of a-z, 0-9, '_', '-'"
        " and '.', beginning with a letter or a digit."
    )


def name_from(stem: str) -> str:
    """Return a name made of a file's.

    Raises:
        BadName: when nothing of it can be used.
    """
    words = re.sub(r"[^a-z0-9_]+", "-", stem.lower()).strip("-_")
    if not words:
        raise BadName(f"No name can be made of {shown(stem)}: give it a name.")
    return dataset_name(words[:LONGEST].rstrip("-"))
