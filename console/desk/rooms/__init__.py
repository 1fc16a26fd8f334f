"""The parts of the desk, a side a file, each built from what it needs."""
