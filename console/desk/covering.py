"""Whom a halt stops and whom it does not, in words. Standard library only."""

BROKERS = {"demo": "the embedded venue", "paper": "Alpaca paper", "live": "Alpaca live"}


def covered(profile: str, account: str = "") -> str:
    """Return which account of which broker a halt of a profile holds for."""
    number = f"account {account}" if account else "the account"
    return (
        f"Covers {number} at {BROKERS.get(profile, profile)} ({profile} profile). "
        "Every other profile and account goes on."
    )
