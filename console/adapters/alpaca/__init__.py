"""Alpaca over alpaca-py."""
