"""What a caller can do to a session's run: start one, steer it, decide its tool calls, switch its
model, cancel it.
"""

import asyncio
from collections.abc import Awaitable, Callable

from starlette.requests import Request

from local.agent.agent import Agent
from local.agent.batch import Decisions, FollowUp, Steering, SwitchModel
from local.agent.bodies import read_json
from local.agent.errors import already_running, not_found, not_running, run_mismatch
from local.agent.idempotency import Answer
from local.agent.messages import text_of
from local.agent.posts import (
    DecisionsPost,
    MessagePost,
    check_decisions,
    check_message,
    parse_decision,
    parse_decisions,
    parse_message,
)
from local.agent.runs import Run, RunState
from local.agent.sessions import Session


async def post_message(agent: Agent, session_id: str, request: Request) -> Answer:
    post = parse_message(await read_json(request))
    session = agent.sessions.find(session_id)
    if session is None:
        raise not_found(session_id)
    check_message(post)

    async def act() -> dict[str, object]:
        if post.kind == "message":
            return {"run_id": await _start(agent, session, post)}
        return {"run_id": _interject(agent, session_id, post)}

    return await _once(agent, request, "messages", session_id, post, act)


async def decide(agent: Agent, session_id: str, request: Request) -> Answer:
    post = parse_decisions(await read_json(request))
    return await _decide(agent, session_id, request, "tools/decisions", post)


async def decide_one(agent: Agent, session_id: str, request: Request) -> Answer:
    call_id = request.path_params["call"]
    post = parse_decision(await read_json(request), call_id)
    return await _decide(agent, session_id, request, f"tools/{call_id}/decision", post)


async def cancel(agent: Agent, session_id: str, request: Request) -> Answer:
    run_id = (await read_json(request)).uuid("run_id")

    async def act() -> dict[str, object]:
        _commanded(agent, session_id, run_id).cancelled.set()
        return {"cancelled": True, "run_id": run_id}

    return await _once(agent, request, "cancel", session_id, run_id, act)


async def switch_model(agent: Agent, session_id: str, request: Request) -> Answer:
    body = await read_json(request)
    run_id, model = body.uuid("run_id"), body.text("model")

    async def act() -> dict[str, object]:
        _commanded(agent, session_id, run_id).commands.put_nowait(SwitchModel(model))
        return {"accepted": True, "run_id": run_id, "model": model}

    return await _once(agent, request, "model", session_id, [run_id, model], act)


async def _decide(
    agent: Agent, session_id: str, request: Request, place: str, post: DecisionsPost
) -> Answer:
    check_decisions(post)

    async def act() -> dict[str, object]:
        """200 says that the decisions were queued, not that they fit anything."""
        _commanded(agent, session_id, post.run_id).commands.put_nowait(Decisions(post.decisions))
        return {"accepted": True, "run_id": post.run_id}

    return await _once(agent, request, place, session_id, post, act)


async def _once(
    agent: Agent,
    request: Request,
    place: str,
    session_id: str,
    body: object,
    act: Callable[[], Awaitable[dict[str, object]]],
) -> Answer:
    """Only what succeeded is remembered, and only once it has: a twin in the meantime acts, too."""
    place = f"POST:/v1/sessions/{session_id}/{place}"
    key = request.headers.get("idempotency-key")
    answer = agent.records.find(place, key, body)
    if answer is None:
        answer = Answer(200, await act())
        agent.records.keep(place, key, body, answer)
    return answer


async def _start(agent: Agent, session: Session, post: MessagePost) -> str:
    active = agent.active_run(session.id)
    if active:
        raise run_mismatch() if post.run_id not in (None, active.id) else already_running()
    run = agent.start(session, post)
    await asyncio.sleep(agent.settings.post_seconds)
    return run.id


def _interject(agent: Agent, session_id: str, post: MessagePost) -> str:
    """Queued for the run; whether it is ever read depends on when the run looks."""
    if post.run_id is None:
        raise run_mismatch("run_id is required for steering/follow_up")
    run = _commanded(agent, session_id, post.run_id)
    text = text_of(post.content)
    run.commands.put_nowait(Steering(text) if post.kind == "steering" else FollowUp(text))
    return run.id


def _commanded(agent: Agent, session_id: str, run_id: str) -> Run:
    run = agent.active_run(session_id)
    if run is None:
        raise not_running()
    if run.state is RunState.STARTING:
        raise already_running()
    if run.id != run_id:
        raise run_mismatch()
    return run
