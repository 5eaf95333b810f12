from local.pace import Pace


def test_so_many_at_once_and_again_when_they_are_old() -> None:
    now = [100.0]
    pace = Pace(2, 10.0, lambda: now[0])
    assert [pace.take("a"), pace.take("a")] == [0.0, 0.0]
    now[0] = 104.0
    assert pace.take("a") == 6.0
    assert pace.take("b") == 0.0
    now[0] = 110.0
    assert pace.take("a") == 0.0
