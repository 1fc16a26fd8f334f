"""What is counted over a minute: orders asked for, orders rejected, orders repeated."""


def order_rate(asked: int, limit: int) -> str:
    """Return why too many orders pull, with the figures; empty while they do not."""
    if asked < limit:
        return ""
    return f"{asked} orders were asked for within a minute; the limit is {limit}"


def rejects(rejected: int, limit: int) -> str:
    """Return why too many rejections pull, with the figures; empty while they do not."""
    if rejected < limit:
        return ""
    return f"the broker rejected {rejected} orders within a minute; the limit is {limit}"


def duplicates(twins: int, limit: int) -> str:
    """Return why too many repetitions pull, with the figures; empty while they do not."""
    if twins < limit:
        return ""
    return f"the same order came again {twins} times within a minute; the limit is {limit}"
