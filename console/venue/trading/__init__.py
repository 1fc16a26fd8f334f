"""What an exchange does: orders checked, matched and booked to accounts; no socket, no file."""
