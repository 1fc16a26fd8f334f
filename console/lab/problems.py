"""What can be wrong in the lab; each message is one sentence for the person who asked."""

from console.lab.outside import neutral

SHOWN = 60


class LabProblem(Exception):  # noqa: N818 - the message is for people
    """Something that was asked of the lab cannot be done; the message says why and what to do."""


class UnknownDataset(LabProblem):
    """There is no dataset of this name."""


class NameTaken(LabProblem):
    """A dataset of this name is there already."""


class Unreadable(LabProblem):
    """A file cannot become a dataset."""


class NotAsked(LabProblem):
    """The question does not fit the dataset: a column is missing, or of another kind."""


def shown(text: str) -> str:
    """Return outside text as a sentence quotes it: harmless and short."""
    clean = neutral(text[: SHOWN * 4])
    return f"'{clean if len(clean) <= SHOWN else clean[: SHOWN - 1] + '…'}'"
