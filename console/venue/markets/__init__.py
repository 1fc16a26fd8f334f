"""What trades: a synthetic market, recorded tapes, two coins, option contracts, and their bars."""
