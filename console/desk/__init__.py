"""What the trader can do: the headless engine that holds the keys."""
