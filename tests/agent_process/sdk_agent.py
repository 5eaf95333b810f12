"""An agent made with the protocol's own package, whose models judge what our client sends."""

import asyncio
from typing import Any, cast

from acp import (
    PROTOCOL_VERSION,
    Agent,
    Client,
    InitializeResponse,
    LoadSessionResponse,
    NewSessionResponse,
    PromptResponse,
    RequestError,
    run_agent,
    start_tool_call,
    update_agent_message_text,
    update_agent_thought_text,
    update_tool_call,
)
from acp.schema import (
    AgentCapabilities,
    PermissionOption,
    SessionConfigOptionSelect,
    SessionConfigSelectOption,
    SetSessionConfigOptionResponse,
    ToolCallLocation,
    ToolCallUpdate,
)

OPTIONS = [
    PermissionOption(option_id="no", name="No", kind="reject_once"),
    PermissionOption(option_id="yes", name="Yes", kind="allow_once"),
]


class Judge:
    """Of the methods of acp.Agent those that a task needs."""

    def __init__(self) -> None:
        self._model = "small"
        self._client: Client | None = None
        self._cancelled = asyncio.Event()

    def on_connect(self, conn: Client) -> None:
        self._client = conn

    def _options(self) -> list[Any]:
        offered = [SessionConfigSelectOption(value=each, name=each) for each in ("small", "large")]
        return [
            SessionConfigOptionSelect(
                id="m",
                name="Model",
                category="model",
                type="select",
                current_value=self._model,
                options=offered,
            )
        ]

    async def initialize(self, protocol_version: int, **kwargs: Any) -> InitializeResponse:
        return InitializeResponse(
            protocol_version=PROTOCOL_VERSION,
            agent_capabilities=AgentCapabilities(load_session=True),
        )

    async def new_session(self, cwd: str, **kwargs: Any) -> NewSessionResponse:
        return NewSessionResponse(session_id="judged", config_options=self._options())

    async def load_session(self, cwd: str, session_id: str, **kwargs: Any) -> LoadSessionResponse:
        if session_id != "judged":
            raise RequestError.resource_not_found(session_id)
        await self._tell(session_id, update_agent_message_text("What was said before."))
        return LoadSessionResponse(config_options=self._options())

    async def set_config_option(
        self, config_id: str, session_id: str, value: str | bool, **kwargs: Any
    ) -> SetSessionConfigOptionResponse:
        self._model = str(value)
        return SetSessionConfigOptionResponse(config_options=self._options())

    async def prompt(self, session_id: str, prompt: list[Any], **kwargs: Any) -> PromptResponse:
        text = "".join(block.text for block in prompt)
        await self._tell(session_id, update_agent_thought_text(self._model))
        if text == "wait":
            await self._tell(session_id, update_agent_message_text("Waiting."))
            await self._cancelled.wait()
            return PromptResponse(stop_reason="cancelled")
        place = ToolCallLocation(path=text)
        call = start_tool_call("1", "Write", kind="edit", status="pending", locations=[place])
        await self._tell(session_id, call)
        answer = await self._connected.request_permission(
            session_id=session_id, tool_call=ToolCallUpdate(tool_call_id="1"), options=OPTIONS
        )
        await self._tell(session_id, update_tool_call("1", status="completed"))
        chosen = getattr(answer.outcome, "option_id", "none")
        await self._tell(session_id, update_agent_message_text(chosen))
        return PromptResponse(stop_reason="end_turn")

    async def cancel(self, session_id: str, **kwargs: Any) -> None:
        self._cancelled.set()

    @property
    def _connected(self) -> Client:
        if self._client is None:
            raise RuntimeError("nobody is connected")
        return self._client

    async def _tell(self, session_id: str, update: Any) -> None:
        await self._connected.session_update(session_id=session_id, update=update)


if __name__ == "__main__":
    asyncio.run(run_agent(cast(Agent, Judge())))
