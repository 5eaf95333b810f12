import pytest

from local.bench_follower import least_memory


@pytest.mark.parametrize(
    ("peak_mb", "size"),
    [(40.0, 128), (85.3, 128), (85.4, 192), (128.0, 192), (128.1, 256)],
    ids=["Lambda's least", "just fits", "just not", "just fits again", "just not again"],
)
def test_a_third_of_the_memory_stays_free(peak_mb: float, size: int) -> None:
    assert least_memory(peak_mb) == size
