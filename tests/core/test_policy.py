"""Which tool calls run, which do not, and which a person is asked about."""

import pytest

from parley.core.batch import Ruling, ToolCall, Verdict
from parley.core.policy import ApprovalMode, ToolPolicy, spellings

ALL, NONE, LISTED = ApprovalMode.ALLOW_ALL, ApprovalMode.DENY_ALL, ApprovalMode.ALLOWLIST
ASK = ApprovalMode.ASK


@pytest.mark.parametrize(
    ("mode", "allowlist", "tool", "allowed"),
    [
        (ALL, [], "stakpak__run_command", True),
        (NONE, [], "stakpak__view", False),
        (NONE, ["view"], "stakpak__view", False),
        (LISTED, [], "stakpak__view", False),
        (LISTED, ["view"], "stakpak__view", True),
        (LISTED, ["view"], "view", True),
        (LISTED, ["stakpak__view"], "stakpak__view", True),
        (LISTED, ["stakpak__view"], "view", False),
        (LISTED, ["stakpak__view"], "other__view", False),
        (LISTED, ["view"], "other__view", True),
        (LISTED, ["view"], "stakpak__view_all", False),
        (LISTED, ["view"], "stakpak__my__view", False),
        (LISTED, ["my__view"], "stakpak__my__view", True),
        (LISTED, ["View"], "stakpak__view", False),
        (LISTED, [""], "stakpak__", False),
    ],
)
def test_modes(mode: ApprovalMode, allowlist: list[str], tool: str, allowed: bool) -> None:
    policy = ToolPolicy(mode, frozenset(allowlist))
    [verdict] = policy.decide([ToolCall("c1", tool, {})])
    assert verdict.ruling is (Ruling.ALLOW if allowed else Ruling.DENY)
    assert bool(verdict.reason) is not allowed


def test_each_call_has_its_own_verdict_in_order() -> None:
    calls = [ToolCall("c2", "a__run", {}), ToolCall("c1", "a__view", {})]
    assert ToolPolicy(LISTED, frozenset({"view"})).decide(calls) == (
        Verdict("c2", Ruling.DENY, "Denied by policy: a__run is not allowed here."),
        Verdict("c1", Ruling.ALLOW),
    )


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("view", ["view"]),
        ("a__view", ["a__view", "view"]),
        ("a__b__view", ["a__b__view", "b__view"]),
        ("a__", ["a__"]),
        ("__view", ["__view", "view"]),
        ("a_view", ["a_view"]),
    ],
)
def test_spellings(name: str, expected: list[str]) -> None:
    assert list(spellings(name)) == expected


@pytest.mark.parametrize(
    ("mode", "allowlist", "always", "ruling"),
    [
        (ASK, [], [], Ruling.ASK),
        (ASK, ["view"], [], Ruling.ALLOW),
        (ASK, [], ["a__view"], Ruling.ALLOW),
        (ASK, [], ["view"], Ruling.ASK),
        (ASK, [], ["a__run"], Ruling.ASK),
        (NONE, [], ["a__view"], Ruling.DENY),
        (LISTED, [], ["a__view"], Ruling.DENY),
        (ALL, [], [], Ruling.ALLOW),
    ],
)
def test_a_rule_spares_the_question_and_never_overrules_a_denial(
    mode: ApprovalMode, allowlist: list[str], always: list[str], ruling: Ruling
) -> None:
    policy = ToolPolicy(mode, frozenset(allowlist))
    [verdict] = policy.decide([ToolCall("c1", "a__view", {})], frozenset(always))
    assert verdict.ruling is ruling
    assert bool(verdict.reason) is (ruling is Ruling.DENY)


def test_where_nobody_can_be_asked_it_is_denied_and_said_so() -> None:
    policy = ToolPolicy(ASK, frozenset({"view"}), attended=False)
    calls = [ToolCall("c1", "a__run", {}), ToolCall("c2", "a__view", {})]
    asked, listed = policy.decide(calls)
    assert (asked.ruling, listed.ruling) == (Ruling.DENY, Ruling.ALLOW)
    assert "a__run" in asked.reason
    assert "nobody can be asked" in asked.reason


@pytest.mark.parametrize("mode", [ALL, NONE, LISTED])
def test_where_nobody_would_be_asked_it_makes_no_difference(mode: ApprovalMode) -> None:
    calls = [ToolCall("c1", "a__run", {})]
    there = ToolPolicy(mode).decide(calls)
    assert ToolPolicy(mode, attended=False).decide(calls) == there
