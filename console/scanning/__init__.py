"""The rules of the scanners: pure functions from what the market shows to who matches."""
