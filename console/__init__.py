"""The Killcord trading console: domain, desk, venue, link and screens."""
