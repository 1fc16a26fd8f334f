"""The option feeds' addresses: the contracts are made when somebody first listens."""

from aiohttp import web

from console.venue.floor import Floor
from console.venue.rest.service import Handler
from console.venue.streams.feeds import Asset, Feed
from console.venue.streams.option_quotes import OptionQuotes
from console.venue.streams.subscriptions import Told


def serving(floor: Floor, feed: Feed) -> Handler:
    """Return the handler of an option feed."""
    serve = floor.data_hub.serving(feed)

    async def serve_options(request: web.Request) -> web.StreamResponse:
        if not any(isinstance(tells, Quotes) for tells in floor.told_besides):
            floor.told_besides.append(await _quotes_of(floor))
        return await serve(request)

    return serve_options


async def _quotes_of(floor: Floor) -> "Quotes":
    from console.venue.rest.options import chains_of  # noqa: PLC0415 - only when somebody listens

    return Quotes(floor, OptionQuotes(await chains_of(floor)))


class Quotes:
    """The option quotes of a floor, for whoever listens."""

    def __init__(self, floor: Floor, quotes: OptionQuotes) -> None:
        self._floor = floor
        self._quotes = quotes

    def __call__(self, before: int, until: int) -> list[Told]:
        """Return what moved in (before, until]."""
        wanted = self._floor.data_hub.wanted(Asset.OPTIONS, "quotes")
        return self._quotes.told_between(before, until, wanted)
