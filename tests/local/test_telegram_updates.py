import hmac
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from local.ports import loopback_port
from local.samples import Body
from local.serving import serving
from local.telegram.app import TelegramStandIn, make_telegram
from local.telegram.bot import Webhook
from local.telegram.chats import BOT_ID, FORUM, GROUP
from local.telegram.updates import click, migrate, update_for, write
from local.telegram.webhooks import SECRET_HEADER, queue_of
from local.waiting import await_condition

ADA, BEN = 100001, 100002


class Receiver:
    """A webhook that answers what it is told to, 200 when it was told nothing."""

    def __init__(self) -> None:
        self.answers: list[int] = []
        self.taken: list[Body] = []
        self.secrets: list[str] = []
        self.gate = threading.Event()
        self.gate.set()

    async def receive(self, request: Request) -> Response:
        self.secrets.append(request.headers.get(SECRET_HEADER, ""))
        status = self.answers.pop(0) if self.answers else 200
        if status == 200:
            self.taken.append(await request.json())
        return Response(status_code=status)


@pytest.fixture
def receiver() -> Receiver:
    return Receiver()


@pytest.fixture
def telegram(receiver: Receiver) -> Iterator[TelegramStandIn]:
    made = make_telegram(token="t")
    app = Starlette(routes=[Route("/hook", receiver.receive, methods=["POST"])])
    with serving(app, loopback_port()) as url:
        made.bot.webhook = Webhook(f"{url}/hook", "the-secret")
        yield made
        made.webhooks.close()


def test_update_carries_the_secret(telegram: TelegramStandIn, receiver: Receiver) -> None:
    update = update_for(telegram.chats, write(telegram.chats, ADA, ADA, "hello"))
    assert telegram.webhooks.deliver(update).status == 200
    assert hmac.compare_digest(receiver.secrets[0], "the-secret")
    assert receiver.taken[0]["message"]["text"] == "hello"


def test_refused_update_comes_again_the_same(telegram: TelegramStandIn, receiver: Receiver) -> None:
    receiver.answers = [500, 503]
    update = update_for(telegram.chats, write(telegram.chats, ADA, ADA, "again"))
    assert telegram.webhooks.deliver(update).attempt == 2
    assert receiver.taken == [update]


def test_updates_of_a_chat_arrive_in_their_order(
    telegram: TelegramStandIn, receiver: Receiver
) -> None:
    receiver.answers = [500]  # the first one has to come again, and the others wait for it
    updates = [
        update_for(telegram.chats, write(telegram.chats, GROUP, ADA, str(n))) for n in range(5)
    ]
    with ThreadPoolExecutor(4) as senders:
        for each in updates:
            telegram.webhooks.queue(each, senders)
        await_condition(lambda: len(receiver.taken) == 5, "five updates", seconds=5)
    assert receiver.taken == updates


def test_clicks_do_not_wait_for_messages(telegram: TelegramStandIn) -> None:
    chats = telegram.chats
    message = chats.say(ADA, BOT_ID, "May I?")
    update = click(telegram.bot, message, ADA, "a:1:allow")
    assert update["callback_query"]["data"] == "a:1:allow"
    assert queue_of(update) == ("person", ADA)
    assert queue_of(update_for(chats, message)) == ("chat", ADA)


def test_mentions_and_commands_are_marked() -> None:
    chats = make_telegram(token="t").chats
    message = write(chats, FORUM, BEN, "😀 @Parley look /status@parley_local_bot", topic=42)
    shown = update_for(chats, message)["message"]
    assert (shown["message_thread_id"], shown["is_topic_message"]) == (42, True)
    assert shown["entities"] == [
        {"type": "mention", "offset": 3, "length": 17},
        {"type": "bot_command", "offset": 26, "length": 24},
    ]


def test_document_has_its_text_as_caption() -> None:
    chats = make_telegram(token="t").chats
    file = ("a.py", "text/x-python", b"print()")
    shown = update_for(chats, write(chats, ADA, ADA, "read", file=file))["message"]
    assert shown["caption"] == "read"
    assert "text" not in shown
    assert shown["document"]["file_size"] == 7


def test_both_groups_hear_of_a_migration() -> None:
    chats = make_telegram(token="t").chats
    old, new = migrate(chats, GROUP)
    assert old["message"]["migrate_to_chat_id"] == new["message"]["chat"]["id"]
    assert new["message"]["migrate_from_chat_id"] == GROUP


def test_nobody_writes_where_they_are_not() -> None:
    with pytest.raises(ValueError, match="no such chat"):
        write(make_telegram(token="t").chats, ADA, BEN, "hello")
