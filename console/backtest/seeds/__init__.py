"""The strategies that come with Killcord: to begin from, not to get rich by."""
