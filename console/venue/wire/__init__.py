"""The shapes and times of Alpaca's wire."""
