"""The command line's twins of what the console shows and does, for scripts and SSH."""
