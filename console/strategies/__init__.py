"""Strategies of the trader's own: held in the sandbox, held to every check, and judged."""
