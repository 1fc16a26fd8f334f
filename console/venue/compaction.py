"""Books written anew: the last telling of every order, and nothing it was before.

An order is told five times or so until it ends; whoever opens the books needs the last
one only.
"""

from collections.abc import Iterator
from itertools import chain, islice

from console.venue.books import Books, Entry, Record, Whose

MOST_WASTED = 20_000
"""Entries of no use that the books may hold, some ten megabytes, before they are written anew."""

LINE = 500
"""Entries on one line."""


def read_short(books: Books, *, most: int = MOST_WASTED) -> Record | None:
    """Return what the books say; write them anew if much of it is of no use any more.

    Raises:
        BooksUnreadable: when a whole line makes no sense.
        OSError: when they cannot be written.
    """
    record = books.read()
    if record and wasted(record) > most:
        books.rewrite(lines(record))
    return record


def wasted(record: Record) -> int:
    """Return how many entries of the books say nothing any more."""
    needed = sum(1 for account in _accounts(record) for _ in _entries(account))
    return record.entries - needed


def lines(record: Record) -> Iterator[list[Entry]]:
    """Yield the lines of short books that say the same."""
    for account in _accounts(record):
        is_first = account is record
        yield [account.opened]
        entries = _entries(account)
        while line := [*islice(entries, LINE)]:
            yield line if is_first else [Whose(account=account.opened.id), *line]


def _accounts(record: Record) -> Iterator[Record]:
    return chain([record], record.others.values())


def _entries(account: Record) -> Iterator[Entry]:
    yield account.settings
    if account.day_closed:
        yield account.day_closed
    yield from account.watchlists.values()
    yield from account.orders.values()
    booked = 0
    for place, activity in account.activities:
        yield from account.fills[booked:place]
        yield activity
        booked = place
    yield from account.fills[booked:]
