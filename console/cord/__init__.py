"""The cord: a guard around the console's terminal that sees the halt keys first."""
