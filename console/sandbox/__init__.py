"""The trader's own code, run where it can harm nothing: no network, no files, no keys."""
