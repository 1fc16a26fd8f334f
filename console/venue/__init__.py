"""The embedded paper exchange: a market, a matching engine, accounts, and the wire of Alpaca."""
