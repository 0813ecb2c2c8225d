"""What holds for all tests of properties: how fast the machine is has no say in what they find."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

settings.register_profile("nixlite", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("nixlite")
