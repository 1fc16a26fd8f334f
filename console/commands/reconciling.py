"""The command that has the desk compare with the broker, and prints what was found."""

from typing import Any

from console.commands import exits
from console.commands.asking import attached
from console.commands.tables import as_json
from console.commands.trading import STATUS_OF
from console.domain.receipts import Outcome, Receipt
from console.domain.reconciliation import Reconciliation
from console.folders import StateFolder
from console.link.client import LinkClient
from console.link.errors import DeskLost, DeskRefused

REPORT_SECONDS = 5.0


async def reconcile(folder: StateFolder, *, wants_json: bool) -> int:
    """Compare now and print the report; nothing is known when the broker does not answer."""
    async with attached(folder) as desk:
        before = desk.state.reconciliation
        receipt = await _asked(desk.link)
        if receipt.outcome is Outcome.ACCEPTED:
            await desk.until(lambda state: state.reconciliation is not before, REPORT_SECONDS)
        report = desk.state.reconciliation
    if receipt.outcome is not Outcome.ACCEPTED or report is None:
        told = {"outcome": receipt.outcome, "detail": receipt.detail}
        print(as_json(told) if wants_json else f"{receipt.outcome.value}: {receipt.detail}")
        return STATUS_OF[receipt.outcome]
    print(as_json(report_facts(report)) if wants_json else report_words(report))
    return exits.DONE


async def _asked(link: LinkClient) -> Receipt:
    try:
        return await link.reconcile()
    except DeskLost as lost:
        return Receipt(outcome=Outcome.UNKNOWN, detail=str(lost))
    except DeskRefused as refused:
        return Receipt(outcome=Outcome.DENIED, detail=str(refused))


def report_facts(report: Reconciliation) -> dict[str, Any]:
    """Return a comparison as plain values."""
    return {
        "number": report.number,
        "cause": report.cause,
        "at": report.at,
        "seconds": round(report.seconds, 3),
        "orders": report.orders,
        "fills": report.fills,
        "positions": report.positions,
        "differences": [
            {
                "subject": found.subject,
                "symbol": found.symbol,
                "order": found.order,
                "text": found.text,
                "done": found.done,
            }
            for found in report.differences
        ],
    }


def report_words(report: Reconciliation) -> str:
    """Return the same for a person."""
    at = report.at.astimezone().strftime("%H:%M:%S")
    lines = [f"Reconciled at {at}: {report} ({report.seconds:.2f} s)."]
    for found in report.differences:
        lines += [f"  {found.text}", f"      {found.done}"]
    return "\n".join(lines)
