"""What a market can have: beyond these a number is no price, size or time."""

LEAST_PRICE = 1e-6
MOST_PRICE = 1e9
MOST_SIZE = 1e12
MOST_TIME = 1e11
"""Some three thousand years after the epoch, in seconds."""
