"""Alpaca's HTTP routes, by area."""
