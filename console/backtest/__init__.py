"""Back-tests: a strategy meets past bars one at a time, and is charged for what it does."""
