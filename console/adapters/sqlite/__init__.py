"""The store, over sqlite-utils."""
