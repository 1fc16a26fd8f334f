"""Routes that name the codes of conditions and exchanges in stock and option data.

Sources: the participant and sale-condition tables of the CTA (tapes A and B), the
UTP plan (tape C) and OPRA, in the words of their published specifications.
"""

from aiohttp import web

from console.venue.rest.data_pages import rejected
from console.venue.rest.queries import choice_of
from console.venue.rest.service import answer

STOCK_EXCHANGES = {
    "A": "NYSE American (AMEX)",
    "B": "NASDAQ OMX BX",
    "C": "National Stock Exchange",
    "D": "FINRA ADF",
    "E": "Market Independent",
    "H": "MIAX",
    "I": "International Securities Exchange",
    "J": "Cboe EDGA",
    "K": "Cboe EDGX",
    "L": "Long Term Stock Exchange",
    "M": "Chicago Stock Exchange",
    "N": "New York Stock Exchange",
    "P": "NYSE Arca",
    "Q": "NASDAQ OMX",
    "S": "NASDAQ Small Cap",
    "T": "NASDAQ Int",
    "U": "Members Exchange",
    "V": "IEX",
    "W": "CBOE",
    "X": "NASDAQ OMX PSX",
    "Y": "Cboe BYX",
    "Z": "Cboe BZX",
}
OPTION_EXCHANGES = {
    "A": "AMEX - NYSE American",
    "B": "BOX - Boston Options Exchange",
    "C": "CBOE - Cboe Options Exchange",
    "D": "EMERALD - Miami International Holdings",
    "E": "EDGX - Cboe EDGX Options",
    "H": "GEMX - Nasdaq GEMX",
    "I": "ISE - Nasdaq International Securities Exchange",
    "J": "MRX - Nasdaq MRX",
    "M": "MIAX - Miami International Holdings",
    "N": "NYSE - New York Stock Exchange",
    "O": "OPRA - Options Price Reporting Authority",
    "P": "PEARL - Miami International Holdings",
    "Q": "NASD - Nasdaq Options",
    "S": "BX - Nasdaq BX Options",
    "T": "MEMX - Members Exchange Options",
    "U": "MIAX Sapphire",
    "W": "C2 - Cboe C2 Options",
    "X": "PHLX - Nasdaq PHLX",
    "Z": "BATS - Cboe BZX Options",
}
_CTA_TRADES = {
    " ": "Regular Sale",
    "B": "Average Price Trade",
    "C": "Cash Trade (Same Day Clearing)",
    "E": "Automatic Execution",
    "F": "Inter-market Sweep Order",
    "H": "Price Variation Trade",
    "I": "Odd Lot Trade",
    "K": "Rule 127 (NYSE only) or Rule 155 (NYSE MKT only)",
    "L": "Sold Last (Late Reporting)",
    "M": "Market Center Official Close",
    "N": "Next Day Trade (Next Day Clearing)",
    "O": "Market Center Opening Trade",
    "P": "Prior Reference Price",
    "Q": "Market Center Official Open",
    "R": "Seller",
    "T": "Extended Hours Trade",
    "U": "Extended Hours Sold (Out Of Sequence)",
    "V": "Contingent Trade",
    "X": "Cross Trade",
    "Z": "Sold (Out Of Sequence)",
    "4": "Derivatively Priced",
    "5": "Market Center Reopening Trade",
    "6": "Market Center Closing Trade",
    "7": "Qualified Contingent Trade",
    "9": "Corrected Consolidated Close (per listing market)",
}
_UTP_TRADES = {
    "@": "Regular Sale",
    "A": "Acquisition",
    "B": "Bunched Trade",
    "C": "Cash Sale",
    "D": "Distribution",
    "F": "Intermarket Sweep",
    "G": "Bunched Sold Trade",
    "H": "Price Variation Trade",
    "I": "Odd Lot Trade",
    "K": "Rule 155 Trade (AMEX)",
    "L": "Sold Last",
    "M": "Market Center Official Close",
    "N": "Next Day",
    "O": "Opening Prints",
    "P": "Prior Reference Price",
    "Q": "Market Center Official Open",
    "R": "Seller",
    "S": "Split Trade",
    "T": "Form T",
    "U": "Extended Trading Hours (Sold Out of Sequence)",
    "V": "Contingent Trade",
    "W": "Average Price Trade",
    "X": "Cross Trade",
    "Y": "Yellow Flag Regular Trade",
    "Z": "Sold (Out of Sequence)",
    "1": "Stopped Stock (Regular Trade)",
    "4": "Derivatively Priced",
    "5": "Re-Opening Prints",
    "6": "Closing Prints",
    "7": "Qualified Contingent Trade (QCT)",
    "8": "Placeholder For 611 Exempt",
    "9": "Corrected Consolidated Close (per listing market)",
}
_CTA_QUOTES = {
    "A": "Slow Quote Offer Side",
    "B": "Slow Quote Bid Side",
    "E": "Slow Quote LRP Bid Side",
    "F": "Slow Quote LRP Offer Side",
    "H": "Slow Quote Bid And Offer Side",
    "O": "Opening Quote",
    "R": "Regular Market Maker Open",
    "W": "Slow Quote Set Slow List",
    "C": "Closing Quote",
    "L": "Market Maker Quotes Closed",
    "U": "Slow Quote LRP Bid And Offer",
    "N": "Non Firm Quote",
    "4": "On Demand Intra Day Auction",
}
_UTP_QUOTES = {
    "A": "Manual Ask Automated Bid",
    "B": "Manual Bid Automated Ask",
    "F": "Fast Trading",
    "H": "Manual Bid And Ask",
    "I": "Order Imbalance",
    "L": "Closed Quote",
    "N": "Non Firm Quote",
    "O": "Opening Quote Automated",
    "R": "Regular Two Sided Open",
    "U": "Manual Bid And Ask Non Firm",
    "Y": "No Offer No Bid One Sided Open",
    "X": "Order Influx",
    "Z": "No Open No Resume",
    "4": "On Demand Intra Day Auction",
}
_OPTION_TRADES = {
    "a": "SLAN - Single Leg Auction Non ISO",
    "b": "SLAI - Single Leg Auction ISO",
    "c": "SLCN - Single Leg Cross Non ISO",
    "d": "SLCI - Single Leg Cross ISO",
    "e": "SLFT - Single Leg Floor Trade",
    "f": "MLET - Multi Leg auto-electronic trade",
    "g": "MLAT - Multi Leg Auction",
    "I": "AUTO - Automatic Execution",
    "J": "REOP - Reopening Trade",
    "S": "ISOI - Intermarket Sweep Order",
}
_OPTION_QUOTES = {
    "A": "Automated Quote",
    "B": "Bid Contains Customer Trading Interest",
    "C": "Both Bid and Offer Contain Customer Trading Interest",
    "F": "Non-Firm Quote",
    "I": "Indicative Value",
    "O": "Offer Contains Customer Trading Interest",
    "R": "Rotation",
    "X": "Offer Side of Quote Not Firm; Bid Side Firm",
    "Y": "Bid Side of Quote Not Firm; Offer Side Firm",
    " ": "Regular Trading",
}
STOCK_CONDITIONS = {"trade": (_CTA_TRADES, _UTP_TRADES), "quote": (_CTA_QUOTES, _UTP_QUOTES)}
OPTION_CONDITIONS = {"trade": _OPTION_TRADES, "quote": _OPTION_QUOTES}


async def stock_conditions(request: web.Request) -> web.Response:
    """Return the conditions of trades or quotes on a tape."""
    ticktype = _ticktype(request)
    if not request.query.get("tape"):
        raise rejected("tape is required")
    tape = choice_of(request, "tape", ("A", "B", "C"))
    return answer(STOCK_CONDITIONS[ticktype][tape == "C"])


def _ticktype(request: web.Request) -> str:
    ticktype = request.match_info["ticktype"].lower()
    if ticktype not in STOCK_CONDITIONS:
        raise rejected(f"invalid ticktype: {ticktype[:16]}")
    return ticktype


async def stock_exchanges(_request: web.Request) -> web.Response:
    """Return the exchanges that trade stocks."""
    return answer(STOCK_EXCHANGES)


async def option_conditions(request: web.Request) -> web.Response:
    """Return the conditions of option trades or quotes."""
    return answer(OPTION_CONDITIONS[_ticktype(request)])


async def option_exchanges(_request: web.Request) -> web.Response:
    """Return the exchanges that trade options."""
    return answer(OPTION_EXCHANGES)
