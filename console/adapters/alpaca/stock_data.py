"""Questions about stocks to Alpaca's market data API, over a lane of their own."""

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from alpaca.common.rest import RESTClient
from alpaca.data.historical.stock import StockHistoricalDataClient

from console.adapters.alpaca.access import AlpacaAccess
from console.adapters.alpaca.answers import question_failure
from console.adapters.alpaca.budget import Budget
from console.adapters.alpaca.lanes import Lane

DEADLINE = 8.0
BARS_A_PAGE = 10_000

T = TypeVar("T")


class StockData:
    """A lane of unmodified alpaca-py clients, and what it means when one fails."""

    def __init__(
        self,
        access: AlpacaAccess,
        name: str,
        *,
        workers: int,
        deadline: float,
        budget: Budget | None,
        keep: float,
        is_patient: bool = False,
    ) -> None:
        self._access = access
        self._lane = Lane(
            name,
            self._open_client,
            workers=workers,
            deadline=deadline,
            budget=budget,
            keep=keep,
            is_patient=is_patient,
        )

    async def ask(self, send: Callable[[RESTClient], T]) -> T:
        """Run `send` with a client of the lane. BrokerUnavailable when no answer is to be had."""
        try:
            return await self._lane.ask(send)
        except Exception as error:  # noqa: BLE001 - whatever it was, nothing is known
            raise question_failure(error) from None

    def query(self, symbols: Sequence[str]) -> Mapping[str, str]:
        """Return what every question about symbols says."""
        return {"symbols": ",".join(symbols), "feed": self._access.feed}

    async def close(self) -> None:
        """Let go of threads and sockets."""
        await self._lane.close()

    def _open_client(self) -> StockHistoricalDataClient:
        return StockHistoricalDataClient(
            self._access.key,
            self._access.secret,
            raw_data=True,
            url_override=self._access.data_url,
        )
