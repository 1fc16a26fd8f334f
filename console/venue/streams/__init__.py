"""The websockets: market data, crypto, news and order events."""
