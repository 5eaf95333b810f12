import json
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from nacl.exceptions import BadSignatureError
from nacl.signing import VerifyKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from local.discord.acting import ask_about, command, submit
from local.discord.app import DiscordStandIn, make_discord
from local.discord.rooms import FIX_CI, GENERAL, PEOPLE
from local.multipart import Upload
from local.ports import loopback_port
from local.serving import serving

ADA = PEOPLE[0].id
Answers = Callable[[dict[str, Any]], Response]


class Application:
    """A bot that verifies, answers PINGs, and answers the rest as it is told to."""

    def __init__(self, public_key: str) -> None:
        self._key = VerifyKey(bytes.fromhex(public_key))
        self.answer: Answers = lambda body: JSONResponse({"type": 5})
        self.bodies: list[dict[str, Any]] = []

    async def receive(self, request: Request) -> Response:
        raw, headers = await request.body(), request.headers
        signed = headers["x-signature-timestamp"].encode() + raw
        try:
            self._key.verify(signed, bytes.fromhex(headers["x-signature-ed25519"]))
        except BadSignatureError:
            return Response(status_code=401)
        body = json.loads(raw)
        if body["type"] == 1:
            return JSONResponse({"type": 1})
        if body["type"] == 0:
            return Response(status_code=204)
        self.bodies.append(body)
        return self.answer(body)


@pytest.fixture
def discord() -> Iterator[DiscordStandIn]:
    made = make_discord(token="t")
    yield made
    made.webhooks.close()


@pytest.fixture
def application(discord: DiscordStandIn) -> Iterator[Application]:
    bot = Application(discord.application.public_key)
    app = Starlette(routes=[Route("/interactions", bot.receive, methods=["POST"])])
    with serving(app, loopback_port()) as url:
        discord.application.interactions_url = f"{url}/interactions"
        yield bot


def test_interaction_is_signed_and_its_deferred_answer_shown(
    discord: DiscordStandIn, application: Application
) -> None:
    deed = command(discord.discord, FIX_CI, ADA, "ask", {"prompt": "why?"})
    assert discord.webhooks.deliver(deed).status == 200
    [body] = application.bodies
    assert body["data"]["options"] == [{"name": "prompt", "type": 3, "value": "why?"}]
    assert (body["channel"]["type"], body["member"]["user"]["id"]) == (11, ADA)
    [message] = discord.rooms.messages(FIX_CI)
    assert (message.thinking, message.command) == (True, "/ask prompt:why?")


@pytest.mark.parametrize(
    "answer",
    [
        lambda body: Response(status_code=500),
        lambda body: Response("{}", media_type="text/plain"),
        lambda body: JSONResponse({"type": 4, "data": {"content": "x" * 2001}}),
        lambda body: JSONResponse({"type": 6}),
    ],
    ids=["error", "no JSON", "too long", "for buttons only"],
)
def test_answer_that_discord_does_not_take_kills_the_token(
    discord: DiscordStandIn, application: Application, answer: Answers
) -> None:
    application.answer = answer
    deed = command(discord.discord, GENERAL, ADA, "ask")
    discord.webhooks.deliver(deed)
    assert deed.interaction.failed
    assert discord.rooms.messages(GENERAL) == []


def test_direct_messages_name_the_user_and_no_member(discord: DiscordStandIn) -> None:
    body = command(discord.discord, discord.rooms.direct(ADA).id, ADA, "stop").body
    assert body["user"]["id"] == ADA
    assert "member" not in body
    assert "guild_id" not in body


def test_file_of_a_command_is_resolved(discord: DiscordStandIn) -> None:
    file = Upload("a.py", b"print()", "text/x-python")
    body = command(discord.discord, GENERAL, ADA, "ask", {"prompt": "read"}, file).body
    [option] = [each for each in body["data"]["options"] if each["name"] == "file"]
    resolved = body["data"]["resolved"]["attachments"][option["value"]]
    assert (resolved["filename"], resolved["size"]) == ("a.py", 7)


def test_message_of_a_menus_command_is_whole(discord: DiscordStandIn) -> None:
    message = discord.rooms.say(GENERAL, PEOPLE[1].id, "Traceback")
    data = ask_about(discord.discord, message, ADA).body["data"]
    assert data["resolved"]["messages"][data["target_id"]]["content"] == "Traceback"


def test_form_comes_back_filled_in(discord: DiscordStandIn, application: Application) -> None:
    prompt = {"type": 4, "custom_id": "prompt", "style": 2}
    label = {"type": 18, "label": "Prompt", "component": prompt}
    modal = {"title": "Ask", "custom_id": "ask", "components": [label]}
    application.answer = lambda body: JSONResponse({"type": 9, "data": modal})
    deed = command(discord.discord, GENERAL, ADA, "ask")
    discord.webhooks.deliver(deed)
    sent = submit(discord.discord, deed.interaction, {"prompt": "a\nb"}).body
    assert (sent["type"], sent["data"]["custom_id"]) == (5, "ask")
    assert sent["data"]["components"][0]["component"]["value"] == "a\nb"


def test_address_is_called_before_it_is_taken(
    discord: DiscordStandIn, application: Application
) -> None:
    url = discord.application.interactions_url
    discord.application.interactions_url = ""
    with serving(Starlette(routes=discord.api.routes), loopback_port()) as served:
        discord.served_at(served)
        headers = {"User-Agent": "DiscordBot (x, 1)", "Authorization": "Bot t"}
        me = f"{discord.api_url}/applications/@me"
        wrong = {"interactions_endpoint_url": f"{url}/nothing"}
        assert httpx.patch(me, json=wrong, headers=headers).status_code == 400
        right = {"interactions_endpoint_url": url, "event_webhooks_url": url}
        answer = httpx.patch(me, json=right, headers=headers).json()
        assert answer["interactions_endpoint_url"] == url
        assert answer["verify_key"] == discord.application.public_key
