"""How the desk gets at the world outside."""
