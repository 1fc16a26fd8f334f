"""What trading is: pure values and functions, standard library only."""
