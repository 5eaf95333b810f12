import json

from local.function_logs import problem


def test_warning_is_shown_with_its_cause_and_keys() -> None:
    line = json.dumps(
        {
            "level": "WARNING",
            "message": "agent_unreachable",
            "cause": "refused",
            "service": "parley",
        }
    )
    assert problem(line) == "WARNING agent_unreachable · cause=refused"


def test_exception_is_shown_by_its_last_line() -> None:
    trace = "Traceback (most recent call last):\n  ...\nValueError: no"
    shown = problem(json.dumps({"level": "ERROR", "message": "broken", "exception": trace}))
    assert shown == "ERROR broken · ValueError: no"


def test_ordinary_lines_are_not_shown() -> None:
    assert problem(json.dumps({"level": "INFO", "message": "fine"})) is None
    assert problem("START RequestId: 1 Version: $LATEST") is None
    assert problem("[1, 2]") is None
