"""Changes of an exchange as its books keep them, written before anybody is told."""

from collections.abc import Sequence

from console.venue.books import Books, Entry, Whose
from console.venue.trading.orders import OrderEvent
from console.venue.trading.proceedings import Change


def write_down(books: Books, changes: Sequence[Change], *, owner: str | None) -> None:
    """Write changes to the books; an exchange that cannot must stop before it answers.

    Its clients then hear nothing, which is true: it is not known what will be there
    when the venue starts again.
    """
    try:
        whose: list[Entry] = [] if owner is None else [Whose(account=owner)]
        books.append(whose + entries(changes))
    except OSError as error:
        raise SystemExit(f"killcord venue: the books cannot be written ({error})") from error


def entries(changes: Sequence[Change]) -> list[Entry]:
    """Return what the books keep of some changes: the last telling of each order, every fill."""
    kept: list[Entry] = []
    for change in changes:
        if not isinstance(change, OrderEvent):
            kept.append(change)
            continue
        if change.fill:
            kept.append(change.fill)
        kept.append(change.order)
    return kept
