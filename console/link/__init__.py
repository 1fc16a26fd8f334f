"""Console and desk talking over a Unix socket."""
