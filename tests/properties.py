"""How property tests run here: the same examples every time, none kept on disk."""

from hypothesis import HealthCheck, settings

PROPERTY = settings(
    max_examples=150,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
