"""Names that are derived from others."""

from parley.core.tasks import change, names


def test_one_request_is_one_id() -> None:
    assert names.task_id("slack", "T1", "C1", "1.2") == names.task_id("slack", "T1", "C1", "1.2")


def test_parts_are_not_run_together() -> None:
    assert names.task_id("a", "bc") != names.task_id("ab", "c")


def test_an_id_fits_a_button_a_branch_and_an_execution() -> None:
    id = names.task_id("x")

    assert change.parse_payload(change.payload(id, change.Ruling.APPLY)) == (
        id,
        change.Ruling.APPLY,
    )
    assert names.branch(id) == f"parley/{id}"
    assert len(names.execution(id, 10**6)) <= 80


def test_a_native_session_is_told_from_chats_by_its_conversation() -> None:
    assert names.session_of(names.conversation("t1")) == "t1"
    assert names.session_of("slack:dm:U1") is None
