"""One profile for all properties: a slow machine is no counterexample."""

from hypothesis import HealthCheck, settings

settings.register_profile("killcord", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("killcord")
