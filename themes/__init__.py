"""Palettes and the stylesheet: colours by meaning."""
