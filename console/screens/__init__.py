"""What the trader sees: one composition of widgets per file."""
