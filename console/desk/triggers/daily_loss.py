"""The day's loss, realised and unrealised, as the broker reckons it."""

from decimal import Decimal

from console.domain.account import Account


def daily_loss(account: Account | None, limit: Decimal) -> str:
    """Return why the day's loss pulls, with its figures; empty while it does not.

    Equity is read with every refresh of positions and account. A broker that has not told
    the equity at the close before gives nothing to reckon by.
    """
    if account is None or account.last_equity <= 0:
        return ""
    loss = -account.day_pnl
    most = limit * account.last_equity
    if loss < most:
        return ""
    share = loss / account.last_equity
    return f"the day's loss is ${loss:,.2f} ({share:.2%}); the limit is {limit:.2%}, ${most:,.2f}"
