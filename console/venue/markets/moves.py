"""How far a market may be moved by hand."""

LOWEST_PRICE, HIGHEST_PRICE = 0.02, 1_000_000.0
"""In dollars: a bid of one cent must fit below."""

PRICE_RANGE = "a price is from 0.02 to 1,000,000"
