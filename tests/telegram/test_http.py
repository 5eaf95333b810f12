"""The webhook from raw HTTP to the table: every answer it can give, and why."""

import json
from typing import Any, cast

import pytest
from starlette.applications import Starlette

from functions.webhooks.application import application
from parley.adapters.dynamodb.store import open_store
from parley.composition.webhooks import Webhooks
from parley.composition.world import World
from parley.core.configuration import parse
from parley.core.limits import SECOND
from parley.core.message import Message
from parley.core.reading import UNKNOWN_BUTTON, Notice
from parley.errors import StoreUnavailable
from parley.settings import Settings
from tests.fakes.dynamodb import InMemoryDynamoDB
from tests.fakes.dynamodb_cases import TABLE as KEYS_AND_INDEX
from tests.fakes.world import FakeClock, InMemoryTexts, RecordingTelemetry
from tests.slack.shop import Client, KeptNotices, SmallWorld, StartedNames
from tests.store.builders import acquire
from tests.telegram.bodies import ADA, BOT, DEV, EVENTS, LUNCH, RECORDED, changed, sample
from tests.telegram.doubles import NamedValues
from tests.telegram.test_verify import NAME, SECRET

PATH = "/webhooks/telegram"
SECRET_NAME = "ssm:/parley/telegram-secret"
TABLE = "conversations"
SUPERGROUP = "-1004000000001"


class Shop:
    """`channel` is what the configuration says of Telegram."""

    def __init__(self, **channel: Any) -> None:
        self.clock = FakeClock(1_790_000_100 * SECOND)
        self.executions = StartedNames()
        self.telemetry = RecordingTelemetry()
        self.secrets = NamedValues({SECRET_NAME: [SECRET]})
        self.notices = KeptNotices()
        self.down = False
        dynamodb = InMemoryDynamoDB(before=self._before)
        dynamodb.create_table(**{**KEYS_AND_INDEX, "TableName": TABLE})
        self.store = open_store(cast(Any, dynamodb), TABLE, InMemoryTexts(), now=self.clock.now)
        self.configure(**channel)

    def configure(self, **channel: Any) -> None:
        self.client = Client(self._application(channel))

    def _application(self, channel: dict[str, Any]) -> Starlette:
        telegram = {"users": ["*"], "bot_username": BOT, **channel}
        world = SmallWorld(
            parse(json.dumps({"channels": {"telegram": telegram}})),
            cast(Any, self.secrets),
            self.clock,
            self.telemetry,
            self.executions,
            Settings.from_env({"PARLEY_TABLE": TABLE, "PARLEY_TELEGRAM_SECRET": SECRET_NAME}),
        )
        webhooks = Webhooks(cast(World, world))
        webhooks.__dict__.update(table=self.store, notices=self.notices)
        return application(webhooks.receiver)

    def _before(self, operation: str, request: Any) -> None:
        if self.down:
            raise StoreUnavailable("the table does not answer")

    def send(self, body: bytes, secret: str = SECRET) -> tuple[int, str]:
        response = self.client.post(PATH, body, {NAME: secret})
        return response.status_code, response.text

    def send_sample(self, name: str) -> tuple[int, str]:
        return self.send((EVENTS / f"{name}.json").read_bytes())

    @property
    def conversations(self) -> set[str]:
        """Those that somebody was told to work on."""
        return {name for name, _ in self.executions.names}

    def queue(self, conversation: str) -> list[Message]:
        return list(self.store.turns.queued(conversation))


@pytest.fixture(name="shop")
def new_shop() -> Shop:
    return Shop()


@pytest.mark.parametrize(
    ("name", "conversation"),
    [
        ("private", f"telegram:dm:{ADA}"),
        ("document", f"telegram:dm:{ADA}"),
        ("group-mention", f"telegram:group:{LUNCH}"),
        ("topic-mention", f"telegram:thread:{DEV}:42"),
    ],
)
def test_a_message_is_accepted_and_wakes_its_conversation(
    shop: Shop, name: str, conversation: str
) -> None:
    assert shop.send_sample(name) == (200, "")
    assert len(shop.queue(conversation)) == 1
    assert shop.conversations == {conversation}


def test_what_is_sent_again_is_one_message(shop: Shop) -> None:
    assert [shop.send_sample("private") for _ in range(3)] == [(200, "")] * 3
    assert len(shop.queue(f"telegram:dm:{ADA}")) == 1


@pytest.mark.parametrize("name", [path.stem for path in sorted(EVENTS.glob("*.json"))])
def test_every_sample_gets_an_empty_answer(shop: Shop, name: str) -> None:
    assert shop.send_sample(name) == (200, "")


def test_a_command_is_answered_under_it(shop: Shop) -> None:
    assert shop.send_sample("command") == (200, "")
    (notice,) = shop.notices.posted
    assert notice.place == {"chat_id": DEV, "message_thread_id": "42", "reply_to": "23"}
    assert notice.text
    assert shop.conversations == set()


def test_a_click_on_a_request_that_nobody_knows_is_answered(shop: Shop) -> None:
    assert shop.send_sample("callback-query") == (200, "")
    (notice,) = shop.notices.posted
    assert notice.place == {"callback_query_id": "4380001"}
    assert "don't know this request" in notice.text


def test_a_button_that_is_not_ours_stops_spinning(shop: Shop) -> None:
    update = sample("callback-query")
    update["callback_query"]["data"] = "another bot's"
    assert shop.send(json.dumps(update).encode()) == (200, "")
    assert shop.notices.posted == [
        Notice("telegram", {"callback_query_id": "4380001"}, UNKNOWN_BUTTON)
    ]


def test_a_stranger_is_told_once_how_to_be_let_in() -> None:
    shop = Shop(users=["1"])
    for _ in range(2):
        assert shop.send_sample("private") == (200, "")
    (notice,) = shop.notices.posted
    assert ADA in notice.text
    assert shop.conversations == set()


def test_who_is_let_in_by_a_group_is_not_let_in_elsewhere() -> None:
    shop = Shop(users=[], chats=[LUNCH])
    shop.send_sample("group-mention")
    shop.send_sample("private")
    shop.send_sample("topic-mention")
    assert shop.conversations == {f"telegram:group:{LUNCH}"}


def test_a_group_that_has_moved_goes_on_with_its_bot_and_its_session() -> None:
    shop = Shop(users=[], chats=[LUNCH])
    shop.send_sample("group-mention")
    holder = acquire(shop.store, f"telegram:group:{LUNCH}")
    shop.store.turns.record_session(holder, "session-1", None)
    for _ in range(2):
        assert shop.send_sample("migrated") == (200, "")
    assert shop.send(in_the_supergroup()) == (200, "")
    assert shop.notices.posted == []
    state = shop.store.inbox.read(f"telegram:group:{SUPERGROUP}")
    assert state is not None
    assert (state.session, state.pending) == ("session-1", 1)


def test_a_group_that_nobody_listed_is_let_in_nowhere_by_moving() -> None:
    shop = Shop(users=[], chats=[DEV])
    shop.send_sample("migrated")
    shop.send(in_the_supergroup())
    assert shop.conversations == set()
    assert shop.store.moves.origin("telegram", SUPERGROUP) is None


def test_a_group_that_is_struck_from_the_list_is_out_under_its_new_id_too() -> None:
    shop = Shop(users=[], chats=[LUNCH])
    shop.send_sample("migrated")
    shop.configure(users=[], chats=[DEV])
    shop.send(in_the_supergroup())
    assert shop.conversations == set()


def test_a_binding_that_holds_for_both_ids_leaves_one_conversation() -> None:
    shop = Shop(bindings=[{"routing_key": "team"}], chats=[LUNCH])
    shop.send_sample("group-mention")
    shop.send_sample("migrated")
    shop.send(in_the_supergroup())
    assert shop.conversations == {"team"}
    assert len(shop.queue("team")) == 2


def in_the_supergroup() -> bytes:
    chat = {"id": int(SUPERGROUP), "type": "supergroup", "title": "Lunch"}
    return json.dumps(changed("group-mention", chat=chat)).encode()


@pytest.mark.parametrize("secret", ["", "wrong"])
def test_without_the_secret_nothing_is_taken(shop: Shop, secret: str) -> None:
    body = (EVENTS / "private.json").read_bytes()
    assert shop.send(body, secret)[0] == 401
    assert shop.client.post(PATH, body).status_code == 401
    raw = [(NAME.lower().encode(), b"\xe9")]
    assert shop.client.post(PATH, body, raw).status_code == 401
    assert shop.conversations == set()


def test_what_is_not_json_is_malformed(shop: Shop) -> None:
    assert shop.send(b"{")[0] == 400


def test_a_table_that_is_down_makes_telegram_come_again(shop: Shop) -> None:
    shop.down = True
    body = (EVENTS / "private.json").read_bytes()
    response = shop.client.post(PATH, body, {NAME: SECRET})
    assert (response.status_code, response.headers["Retry-After"]) == (503, "30")
    shop.down = False
    assert shop.send(body) == (200, "")


def test_a_secret_that_cannot_be_read_makes_telegram_come_again(shop: Shop) -> None:
    shop.secrets.down = True
    assert shop.send_sample("private")[0] == 503
    shop.secrets.down = False
    assert shop.send_sample("private") == (200, "")


def test_a_channel_that_is_switched_off_is_not_there() -> None:
    assert Shop(enabled=False).send_sample("private")[0] == 404


def test_neither_text_nor_secret_is_logged(shop: Shop) -> None:
    for name in ("private", "group-overheard", "edited", "callback-query"):
        shop.send_sample(name)
    logged = repr(shop.telemetry)
    assert "files changed" not in logged
    assert "Lunch" not in logged
    assert SECRET not in logged


def test_recorded_messages_are_accepted_in_order() -> None:
    path = RECORDED / "telegram-private.json"
    if not path.exists():
        pytest.skip(f"no recordings at {RECORDED}")
    recorded = json.loads(path.read_bytes())
    shop = Shop(bot_username=recorded["botName"])
    for member in ("followUp", "mention", "mention"):
        assert shop.send(json.dumps(recorded[member]).encode()) == (200, "")
    queued = shop.queue("telegram:dm:7527593")
    assert [message.text for message in queued] == ["hi", "how are you"]
