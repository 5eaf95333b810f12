"""Native tasks on the whole path: one message, one turn, one outcome."""

from dataclasses import replace
from typing import Any, cast

import pytest

from parley.adapters.dynamodb.contexts import open_contexts
from parley.core import replies
from parley.core.approval import Choice
from parley.core.batch import ToolCall
from parley.core.context import DeliveryContext
from parley.core.events import StopReason
from parley.core.limits import HOUR, IDLE_TTL, SECOND
from parley.core.policy import ApprovalMode, ToolPolicy
from parley.core.tasks import native
from parley.core.tasks.task import API, Cost, Requester, TaskState
from parley.core.turn import Outcome, Usage
from parley.errors import AgentUnreachable, ChannelUnavailable, RateLimited
from tests.fakes.agent_runs import Answer, Die, Fail, Hold, Step, Stop
from tests.protocol import checks
from tests.protocol.native_simulation import SCRIPT, NativeSimulation
from tests.protocol.simulation import inbound

ASK = ToolPolicy(ApprovalMode.ASK, frozenset({"view"}))
COMMAND = ToolCall("c1", "stakpak__run_command", {"command": "make deploy"})
VIEW = ToolCall("c2", "view", {"path": "README.md"})
CONVERSATION = "task:t1"


def done(*steps: Step, **options: Any) -> NativeSimulation:
    """A task was asked for, and all has come to rest."""
    simulation = NativeSimulation(**options)
    simulation.agent.script(*steps)
    simulation.ask_for()
    simulation.settle()
    return simulation


def until_running(simulation: NativeSimulation, runs: int = 1) -> None:
    while len(simulation.agent.runs) < runs:
        assert simulation.turn_the_world()


def test_the_answer_goes_to_the_chat_and_its_beginning_to_the_task() -> None:
    text = "I fixed it. " * 100
    simulation = done(Answer(text))
    task = simulation.task()
    assert (task.state, task.summary) == (TaskState.COMPLETED, text.strip()[:500])
    assert task.cost == Cost(tokens=15)
    assert simulation.channel.chunks == [text.strip()]
    assert simulation.channel.posts[0].delivery.meta == {"channel": "D1"}
    checks.at_rest(simulation)


def test_the_session_has_the_tasks_title_and_the_projects_folder() -> None:
    simulation = done(Answer("Done."))
    [session] = simulation.agent.sessions.values()
    assert (session.title, session.folder) == ("Task: fix it", "/srv/demo")


def test_a_chats_session_has_no_folder() -> None:
    simulation = NativeSimulation()
    simulation.send(inbound(1, "hello"))
    simulation.settle()
    [session] = simulation.agent.sessions.values()
    assert session.folder == ""


@pytest.mark.parametrize(("chosen", "used"), [("large", "large"), ("", "small")])
def test_the_model_is_the_tasks_or_else_the_channels(chosen: str, used: str) -> None:
    simulation = NativeSimulation(slack={"model": "small"})
    simulation.ask_for(chosen=chosen)
    simulation.settle()
    [run] = simulation.agent.runs
    assert run.options.model == used


def test_a_task_that_goes_on_is_the_next_turn_of_the_session() -> None:
    simulation = done(Answer("One."))
    simulation.agent.script(Answer("Two."))
    simulation.ask_for("t2", "and now the docs", session="t1")
    simulation.settle()
    assert [run.session for run in simulation.agent.runs] == ["session-1", "session-1"]
    assert [run.prompt for run in simulation.agent.runs] == ["fix it", "and now the docs"]
    assert [simulation.task(id).summary for id in ("t1", "t2")] == ["One.", "Two."]
    assert [turn.id for turn in simulation.turns(CONVERSATION)] == ["t1", "t2"]


def test_a_session_of_long_ago_is_told_in_words() -> None:
    """The conversation expires after a week without a word, and with it the agent's session."""
    simulation = done(Answer("I used a queue."))
    simulation.clock.advance(IDLE_TTL + HOUR)
    expire_everything(simulation, "STATE")
    simulation.ask_for("t2", "now test it", session="t1")
    simulation.settle()
    assert [run.session for run in simulation.agent.runs] == ["session-1", "session-2"]
    told = simulation.agent.runs[1].prompt
    assert "Asked: fix it\n\nCame of it: I used a queue." in told
    assert told.endswith("\n\n---\n\nnow test it")


def test_tasks_of_other_sessions_run_beside_each_other_and_beside_the_chat() -> None:
    simulation = NativeSimulation()
    for _ in range(3):
        simulation.agent.script(Hold(), Answer("Done."))
    simulation.ask_for("t1")
    simulation.ask_for("t2")
    simulation.send(inbound(1, "hello"))
    until_running(simulation, 3)
    for session in list(simulation.agent.sessions):
        simulation.agent.finish(session, Answer("Done."))
    simulation.settle()
    assert len(simulation.agent.sessions) == 3
    assert [simulation.task(id).state for id in ("t1", "t2")] == [TaskState.COMPLETED] * 2
    checks.at_rest(simulation)


def test_two_tasks_of_one_session_are_never_one_prompt() -> None:
    """The store lets the second one wait. If it did not, they were two turns all the same."""
    simulation = NativeSimulation()
    simulation.ask_for("t1", "first")
    second = replace(simulation.task(), id="t2", prompt="second", created_at=2**41, outcome=None)
    simulation.task_store.tasks.create(replace(second, state=TaskState.PENDING))
    simulation.store.inbox.accept(native.message_of(second, 0), "title", simulation.clock.now())
    simulation.settle()
    assert [run.prompt for run in simulation.agent.runs] == ["first", "second"]


def test_what_a_notification_left_in_the_chat_waits_for_a_person() -> None:
    simulation = NativeSimulation()
    now = simulation.clock.now()
    left = DeliveryContext("slack:channel:D1", now - SECOND, now + HOUR, "disk", "failed", "", "")
    contexts = open_contexts(cast(Any, simulation.dynamodb), "conversations")
    contexts.put(left)
    simulation.ask_for()
    simulation.settle()
    assert simulation.agent.runs[0].prompt == "fix it"
    simulation.send(inbound(now + 1, "what happened?"))
    simulation.settle()
    assert "disk" in simulation.agent.runs[1].prompt


@pytest.mark.parametrize(
    ("steps", "state", "summary"),
    [
        ((Answer(""),), TaskState.COMPLETED, replies.NO_TEXT),
        ((Fail("the model is gone"),), TaskState.FAILED, "the model is gone"),
        ((Fail(""),), TaskState.FAILED, "Inference failed"),
        ((Answer("I began.", (VIEW,)), Fail("")), TaskState.FAILED, "I began."),
        ((Answer("I began.", (VIEW,)), Fail("broken")), TaskState.FAILED, "broken"),
        ((Die(),), TaskState.FAILED, replies.VANISHED),
        ((Stop(StopReason.MAX_TURNS),), TaskState.FAILED, replies.EXHAUSTED),
        ((Answer("Half."), Stop(StopReason.CANCELLED)), TaskState.CANCELLED, "Half."),
    ],
    ids=[
        "silent",
        "failed",
        "failed without a word",
        "failed without a reason",
        "failed with text and reason",
        "vanished",
        "exhausted",
        "cancelled at the server",
    ],
)
def test_how_a_turn_ends_is_how_its_task_ends(
    steps: tuple[Step, ...], state: TaskState, summary: str
) -> None:
    simulation = done(*steps)
    task = simulation.task()
    assert (task.state, task.summary) == (state, summary)


def test_a_cost_that_nobody_told_is_unknown() -> None:
    assert done(Die()).task().cost is None


def test_what_a_failed_task_used_is_recorded() -> None:
    one, two = Answer("", (VIEW,), Usage(8, 2, 10)), Answer("", (COMMAND,), Usage(20, 1, 21))
    assert done(one, two, Fail("broken")).task().cost == Cost(tokens=31)


def test_what_a_run_used_before_its_follower_changed_counts_once() -> None:
    simulation = NativeSimulation()
    simulation.agent.script(Answer("", (VIEW,), Usage(8, 2, 10)), Hold())
    simulation.ask_for()
    until_running(simulation)
    more = Answer("", (COMMAND,), Usage(20, 1, 21)), Fail("broken")
    simulation.clock.after(2_000, lambda: simulation.agent.finish("session-1", *more))
    simulation.settle()
    assert simulation.task().cost == Cost(tokens=31)


def test_what_was_used_is_unknown_where_events_were_lost() -> None:
    simulation = NativeSimulation()
    simulation.agent.script(Answer("", (VIEW,), Usage(8, 2, 10)), Hold())
    simulation.ask_for()
    until_running(simulation)

    def lose() -> None:
        simulation.agent.lose_events("session-1", up_to=9)
        simulation.agent.swallow(1)
        simulation.agent.finish("session-1", Answer("more"), Fail("broken"))

    simulation.clock.after(40, lose)
    simulation.settle()
    assert simulation.task().summary == "broken"
    assert simulation.task().cost is None


def test_a_cancelled_tasks_cost_is_recorded() -> None:
    simulation = NativeSimulation()
    simulation.agent.script(Answer("Half.", (VIEW,)), Hold())
    simulation.ask_for()
    until_running(simulation)
    simulation.clock.after(10, simulation.cancel)
    simulation.settle()
    assert simulation.task().state is TaskState.CANCELLED
    cost = simulation.task().cost
    assert cost is not None
    assert cost.tokens


def test_a_platform_that_takes_nothing_holds_up_the_chat_and_not_the_task() -> None:
    simulation = NativeSimulation()
    simulation.channel.fail(1, RateLimited(600))
    simulation.ask_for()
    began = simulation.clock.now()
    simulation.settle()
    task = simulation.task()
    assert task.ended_at is not None
    assert task.ended_at - began < 5 * SECOND
    assert simulation.channel.chunks == ["answer to: fix it"]


def test_a_lost_callback_is_found_by_the_sweep() -> None:
    simulation = NativeSimulation()
    simulation.machine.deaf = True
    simulation.ask_for()
    while simulation.task().outcome is None:
        assert simulation.turn_the_world()
    simulation.machine.deaf = False
    simulation.settle()
    assert simulation.task().state is TaskState.COMPLETED


def test_a_machine_that_starts_anew_after_days_runs_nothing_again() -> None:
    """The identity of a message is known for two days; a task may wait longer for people."""
    simulation = NativeSimulation(policy=ASK)
    simulation.agent.script(Answer("", (COMMAND,)), Answer("", (VIEW,)), Answer("Done."))
    simulation.ask_for()
    simulation.settle_until_asked()
    simulation.clock.advance(19 * HOUR)
    simulation.click(Choice.ALLOW)
    simulation.settle()
    expire_everything(simulation, "SEEN")
    assert simulation.task().state is TaskState.COMPLETED
    simulation.native.run.run("t1", "late token")
    simulation.settle()
    assert len(simulation.agent.runs) == 1


def expire_everything(simulation: NativeSimulation, kind: str) -> None:
    """As the table does it by itself, some days late."""
    for item in simulation.dynamodb.items("conversations"):
        if item["sk"]["S"] == kind and int(item.get("expires_at", {"N": 2**40})["N"]) < 2**40:
            key = {"pk": item["pk"], "sk": item["sk"]}
            simulation.dynamodb.delete_item(TableName="conversations", Key=key)


def test_a_second_start_while_the_turn_is_open_does_not_queue_again() -> None:
    simulation = NativeSimulation()
    simulation.agent.script(Hold())
    simulation.ask_for()
    until_running(simulation)
    expire_everything(simulation, "SEEN")
    simulation.machine.waiting["t1"] = None
    assert simulation.machine.step()
    state = simulation.state(CONVERSATION)
    assert state is not None
    assert state.pending == 1
    simulation.agent.finish("session-1", Answer("Done."))
    simulation.settle()
    assert len(simulation.agent.runs) == 1
    assert simulation.task().state is TaskState.COMPLETED


def test_nobody_is_shown_a_receipt_for_a_task() -> None:
    simulation = done(Answer("Done."))
    assert simulation.channel.acknowledged == []


# In no chat.


def test_a_task_of_the_api_runs_and_its_answer_is_kept() -> None:
    simulation = NativeSimulation()
    simulation.agent.script(Answer("Done."))
    simulation.ask_for(requester=SCRIPT, delivery=None)
    simulation.settle()
    assert simulation.task().summary == "Done."
    assert simulation.channel.posts == []
    [turn] = simulation.turns(CONVERSATION)
    assert [part.text for part in turn.reply] == ["Done."]
    checks.at_rest(simulation)


def test_what_somebody_would_have_to_allow_is_denied_where_nobody_can() -> None:
    simulation = NativeSimulation(policy=ASK)
    simulation.agent.script(Answer("", (COMMAND, VIEW)), Answer("I could not."))
    simulation.ask_for(requester=SCRIPT, delivery=None)
    simulation.settle()
    [run] = simulation.agent.runs
    assert [call.name for call in run.ran] == ["view"]
    [verdicts] = simulation.agent.decisions.values()
    assert [(each.call, str(each.ruling)) for each in verdicts] == [("c1", "deny"), ("c2", "allow")]
    assert "nobody can be asked" in verdicts[0].reason
    assert simulation.task().summary == "I could not."


# Approvals.


def test_a_tool_call_is_asked_about_in_the_requesters_chat() -> None:
    simulation = NativeSimulation(policy=ASK)
    simulation.agent.script(Answer("", (COMMAND,)), Answer("Deployed."))
    simulation.ask_for()
    simulation.settle_until_asked()
    assert simulation.channel.asked[0].delivery.meta == {"channel": "D1"}
    stranger = simulation.click(Choice.ALLOW, by="U2")
    while not stranger.told:
        simulation.turn_the_world()
    assert "You can't decide this" in stranger.told[0].text
    assert simulation.agent.runs[0].ran == []
    simulation.click(Choice.ALLOW, by="U1")
    simulation.settle()
    assert [call.name for call in simulation.agent.runs[0].ran] == [COMMAND.name]
    assert simulation.task().summary == "Deployed."


def test_a_tool_call_can_be_allowed_in_words() -> None:
    simulation = NativeSimulation(policy=ASK)
    simulation.agent.script(Answer("", (COMMAND,)), Answer("Deployed."))
    simulation.ask_for()
    simulation.settle_until_asked()
    simulation.send(inbound(1, f"/approve {simulation.channel.asked[0].prompt.id}"))
    simulation.settle()
    assert simulation.task().summary == "Deployed."


def test_an_approval_that_nobody_gives_fails_the_task() -> None:
    simulation = NativeSimulation(policy=ASK, approval_expiry_hours=1)
    simulation.agent.script(Answer("", (COMMAND,)), Answer("Deployed."))
    simulation.ask_for()
    simulation.settle()
    task = simulation.task()
    assert (task.state, task.summary) == (TaskState.FAILED, replies.EXPIRED)
    assert simulation.agent.runs[0].ran == []


def test_somebody_of_another_place_with_the_same_id_is_not_the_requester() -> None:
    simulation = NativeSimulation(policy=ASK)
    simulation.agent.script(Answer("", (COMMAND,)))
    simulation.ask_for(requester=Requester(API, "U1"))
    simulation.settle_until_asked()
    clicked = simulation.click(Choice.ALLOW, by="U1")
    while not clicked.told:
        simulation.turn_the_world()
    assert "You can't decide this" in clicked.told[0].text


def test_a_message_in_the_chat_does_not_disturb_a_task_that_waits() -> None:
    simulation = NativeSimulation(policy=ASK, busy_mode="interrupt")
    simulation.agent.script(Answer("", (COMMAND,)), Answer("Deployed."))
    simulation.ask_for()
    simulation.settle_until_asked()
    simulation.send(inbound(1, "hello"))
    while len(simulation.agent.runs) < 2:
        simulation.turn_the_world()
    simulation.click(Choice.ALLOW)
    simulation.settle()
    assert simulation.task().summary == "Deployed."


# Cancelling.


def cancelled_at(simulation: NativeSimulation) -> float:
    """Cancel now; seconds until the task is over."""
    at = simulation.clock.now()
    simulation.cancel()
    while simulation.task().outcome is None:
        assert simulation.turn_the_world()
    return (simulation.clock.now() - at) / SECOND


def test_a_task_that_runs_is_cancelled_within_seconds() -> None:
    simulation = NativeSimulation()
    simulation.agent.script(Answer("Half.", (VIEW,)), Hold())
    simulation.ask_for()
    until_running(simulation)
    simulation.clock.after(20, simulation.cancel)
    simulation.settle()
    task = simulation.task()
    assert (task.state, task.summary) == (TaskState.CANCELLED, "Half.")
    assert task.ended_at is not None
    assert task.cancel_at is not None
    assert task.ended_at - task.cancel_at <= 5 * SECOND
    assert simulation.channel.chunks == [f"Half.\n\n⚠️ {replies.CANCELLED}"]


def test_a_task_that_waits_for_a_person_is_cancelled_within_seconds() -> None:
    simulation = NativeSimulation(policy=ASK)
    simulation.agent.script(Answer("", (COMMAND,)), Answer("Deployed."))
    simulation.ask_for()
    simulation.settle_until_asked()
    simulation.clock.advance(2 * HOUR)
    assert cancelled_at(simulation) <= 5
    simulation.settle()
    assert simulation.task().state is TaskState.CANCELLED
    assert simulation.agent.runs[0].ran == []
    assert "Cancelled" in simulation.channel.asked[0].settled[-1]


def test_a_task_that_waits_for_the_agent_server_is_cancelled_at_once() -> None:
    simulation = NativeSimulation()
    for _ in range(6):
        simulation.agent.fail("open_session", AgentUnreachable("down"))
    simulation.ask_for()
    simulation.clock.advance(1)
    for _ in range(40):
        simulation.turn_the_world()
        [*turns] = simulation.turns(CONVERSATION)
        if turns and turns[0].waits >= 4:
            break
    assert cancelled_at(simulation) == 0
    simulation.settle()
    assert simulation.task().state is TaskState.CANCELLED
    assert simulation.agent.runs == []
    assert simulation.turns(CONVERSATION)[0].outcome is Outcome.CANCELLED
    checks.at_rest(simulation)


def test_a_task_whose_agent_server_went_away_is_cancelled_at_once_and_its_run_later() -> None:
    simulation = NativeSimulation()
    simulation.agent.script(Hold())
    simulation.ask_for()
    until_running(simulation)
    simulation.agent.down = True
    while not simulation.turns(CONVERSATION)[0].waiting:
        assert simulation.turn_the_world()
    assert cancelled_at(simulation) == 0
    simulation.agent.down = False
    simulation.settle()
    assert simulation.task().state is TaskState.CANCELLED
    [run] = simulation.agent.runs
    assert run.cancelled
    checks.at_rest(simulation)


def test_a_task_that_was_cancelled_before_its_turn_runs_nothing_and_says_so() -> None:
    simulation = NativeSimulation()
    simulation.ask_for()
    simulation.cancel()
    simulation.settle()
    assert simulation.agent.runs == []
    assert simulation.task().state is TaskState.CANCELLED
    assert simulation.channel.chunks == [f"⚠️ {replies.CANCELLED}"]


def test_a_task_whose_session_is_still_at_an_earlier_answer_is_cancelled_at_once() -> None:
    """A platform that takes nothing for a while holds up the session's next turn."""
    simulation = NativeSimulation()
    for send in range(1, 9):
        simulation.channel.fail(send, ChannelUnavailable("down"))
    simulation.agent.script(Answer("One."))
    simulation.ask_for()
    while simulation.task().ended_at is None:
        assert simulation.turn_the_world()
    simulation.ask_for("t2", "again", session="t1")
    while not simulation.task("t2").token:
        assert simulation.turn_the_world()
    simulation.cancel("t2")
    outcome = simulation.task("t2").outcome
    assert outcome is not None
    assert outcome.state is TaskState.CANCELLED
    simulation.settle()
    assert simulation.task("t2").state is TaskState.CANCELLED
    assert len(simulation.agent.runs) == 1
    assert simulation.channel.chunks == ["One.", f"⚠️ {replies.CANCELLED}"]
    checks.at_rest(simulation)


def test_a_stop_that_got_lost_is_repeated_by_the_sweep() -> None:
    simulation = NativeSimulation()
    simulation.agent.script(Hold())
    simulation.ask_for()
    until_running(simulation)
    now = simulation.clock.now()
    simulation.clock.after(
        5, lambda: simulation.task_store.tasks.cancel(simulation.task(), now + 5 * SECOND)
    )
    simulation.clock.after(10, simulation.sweep)
    simulation.settle()
    assert simulation.task().state is TaskState.CANCELLED


def test_the_next_task_of_the_session_is_not_the_cancelled_one() -> None:
    simulation = NativeSimulation()
    simulation.agent.script(Hold())
    simulation.ask_for()
    until_running(simulation)
    simulation.clock.after(3, simulation.cancel)
    simulation.settle()
    simulation.agent.script(Answer("Two."))
    simulation.ask_for("t2", "again", session="t1")
    simulation.settle()
    assert simulation.task("t2").summary == "Two."
    assert simulation.task("t1").state is TaskState.CANCELLED
