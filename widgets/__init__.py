"""What the trader sees: one view per file, each of one part of the state."""
