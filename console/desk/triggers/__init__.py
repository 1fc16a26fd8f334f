"""What pulls the cord by itself: one module a cause, and the watcher that runs them."""
