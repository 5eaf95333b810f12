import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from local.faults import Fault
from local.ports import loopback_port
from local.telegram import limits
from local.telegram.app import TelegramStandIn, telegram_stand_in
from local.telegram.chats import FORUM, GROUP
from local.telegram.updates import write

ADA, BEN, TOKEN = 100001, 100002, "7000000001:test"


class Time:
    now = 1_790_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(scope="module")
def clock() -> Time:
    return Time()


@pytest.fixture(scope="module")
def served(clock: Time) -> Iterator[TelegramStandIn]:
    with telegram_stand_in(loopback_port(), token=TOKEN, now=clock) as running:
        yield running


@pytest.fixture
def telegram(served: TelegramStandIn, clock: Time) -> TelegramStandIn:
    clock.now += 1000  # nobody has written for a long time
    return served


def call(stand_in: TelegramStandIn, method: str, /, **fields: Any) -> Any:
    return httpx.post(f"{stand_in.api_url}/bot{TOKEN}/{method}", json=fields).json()


def send(stand_in: TelegramStandIn, text: str = "hi", chat: int = ADA, **more: Any) -> Any:
    return call(stand_in, "sendMessage", chat_id=chat, text=text, **more)


def buttons(*rows: list[dict[str, str]]) -> dict[str, Any]:
    return {"inline_keyboard": list(rows)}


def test_wrong_token_is_unauthorized(telegram: TelegramStandIn) -> None:
    answer = httpx.post(f"{telegram.api_url}/bot1:x/getMe")
    assert answer.status_code == 401
    assert answer.json() == {"ok": False, "error_code": 401, "description": "Unauthorized"}


def test_unknown_method_is_not_found(telegram: TelegramStandIn) -> None:
    assert call(telegram, "sendPigeon")["error_code"] == 404


def test_form_is_taken_as_well_as_json(telegram: TelegramStandIn) -> None:
    fields = {"chat_id": ADA, "text": "hi", "reply_parameters": '{"message_id": 1}'}
    url = f"{telegram.api_url}/bot{TOKEN}/sendMessage"
    assert "to be replied" in httpx.post(url, data=fields).json()["description"]
    assert httpx.post(url, data={"chat_id": ADA, "text": "[1]"}).json()["ok"]


@pytest.mark.parametrize(
    ("fields", "description"),
    [
        ({"chat_id": 5, "text": "x"}, "chat not found"),
        ({"chat_id": ADA, "text": " "}, "message text is empty"),
        ({"chat_id": ADA, "text": "x" * 4097}, "message is too long"),
        ({"chat_id": ADA, "text": "😀" * 2049}, "message is too long"),
        ({"chat_id": FORUM, "message_thread_id": 9, "text": "x"}, "message thread not found"),
        ({"chat_id": ADA, "text": "x", "parse_mode": "Latex"}, "unsupported parse_mode"),
        (
            {"chat_id": ADA, "text": "<h1>x</h1>", "parse_mode": "HTML"},
            'can\'t parse entities: Unsupported start tag "h1" at byte offset 0',
        ),
        (
            {"chat_id": ADA, "text": "a <b>b", "parse_mode": "HTML"},
            "can't parse entities: Can't find end tag corresponding to start tag \"b\"",
        ),
        (
            {"chat_id": ADA, "text": "<b><i>x</b></i>", "parse_mode": "HTML"},
            "can't parse entities: Unmatched end tag at byte offset 7, "
            'expected "</i>", found "</b>"',
        ),
        (
            {"chat_id": ADA, "text": "1 < 2", "parse_mode": "HTML"},
            "can't parse entities: Unclosed start tag at byte offset 2",
        ),
        (
            {"chat_id": ADA, "text": "x", "reply_markup": buttons([{"text": "x"}])},
            "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
        ),
        (
            {
                "chat_id": ADA,
                "text": "x",
                "reply_markup": buttons([{"text": "x", "callback_data": "é" * 33}]),
            },
            "BUTTON_DATA_INVALID",
        ),
    ],
)
def test_message_is_refused(
    telegram: TelegramStandIn, fields: dict[str, Any], description: str
) -> None:
    answer = call(telegram, "sendMessage", **fields)
    assert answer == {"ok": False, "error_code": 400, "description": f"Bad Request: {description}"}


def test_length_is_that_of_the_text_without_its_tags(telegram: TelegramStandIn) -> None:
    text = "<b>" + "x" * 4096 + "</b>"
    assert send(telegram, text, parse_mode="HTML")["ok"]


def test_entities_stand_at_utf16_offsets(telegram: TelegramStandIn) -> None:
    source = '😀 <b>bold &amp; <i>both</i></b><pre><code class="language-py">x</code></pre>'
    message = send(telegram, source, parse_mode="HTML")["result"]
    assert message["text"] == "😀 bold & bothx"
    assert message["entities"] == [
        {"type": "bold", "offset": 3, "length": 11},
        {"type": "italic", "offset": 10, "length": 4},
        {"type": "pre", "offset": 14, "length": 1, "language": "py"},
    ]


def test_second_message_within_a_second_is_too_fast(telegram: TelegramStandIn, clock: Time) -> None:
    assert send(telegram)["ok"]
    refused = send(telegram)
    assert (refused["error_code"], refused["parameters"]) == (429, {"retry_after": 1})
    clock.now += 1
    assert send(telegram)["ok"]


def test_group_takes_twenty_messages_a_minute(telegram: TelegramStandIn, clock: Time) -> None:
    for _ in range(20):
        assert send(telegram, chat=GROUP)["ok"]
        clock.now += 1
    refused = send(telegram, chat=GROUP)
    assert refused["parameters"]["retry_after"] == 40
    assert send(telegram, chat=ADA)["ok"]


def test_edits_count_as_messages(telegram: TelegramStandIn) -> None:
    made = send(telegram)["result"]
    edit = {"chat_id": ADA, "message_id": made["message_id"], "text": "other"}
    assert call(telegram, "editMessageText", **edit)["error_code"] == 429


def test_edit_that_changes_nothing_is_said_to_be_one(
    telegram: TelegramStandIn, clock: Time
) -> None:
    made = send(telegram)["result"]
    clock.now += 2
    edit = {"chat_id": ADA, "message_id": made["message_id"]}
    assert "is not modified" in call(telegram, "editMessageText", **edit, text="hi")["description"]
    assert call(telegram, "editMessageText", **edit, text="ho")["result"]["text"] == "ho"


def test_only_own_messages_are_edited(telegram: TelegramStandIn) -> None:
    post = write(telegram.chats, ADA, ADA, "mine")
    edit = {"chat_id": ADA, "message_id": post.id, "text": "yours"}
    assert call(telegram, "editMessageText", **edit)["description"].endswith("can't be edited")
    missing = edit | {"message_id": 1}
    assert call(telegram, "editMessageText", **missing)["description"].endswith("not found")


def test_buttons_go_when_the_markup_is_edited_away(telegram: TelegramStandIn, clock: Time) -> None:
    keyboard = buttons([{"text": "Allow", "callback_data": "a:1:allow"}])
    made = send(telegram, reply_markup=keyboard)["result"]
    clock.now += 2
    edit = {"chat_id": ADA, "message_id": made["message_id"], "reply_markup": buttons()}
    assert "reply_markup" not in call(telegram, "editMessageReplyMarkup", **edit)["result"]


@pytest.mark.parametrize(
    ("markdown", "description"),
    [
        ("x" * (limits.RICH_UNITS + 1), "message is too long"),
        ("a\n\n" * 501, "rich message has too many blocks"),
        (
            "| a " * 21 + "|\n" + "| - " * 21 + "|\n",
            "rich message has a table with too many columns",
        ),
    ],
)
def test_rich_message_has_limits_of_its_own(
    telegram: TelegramStandIn, markdown: str, description: str
) -> None:
    answer = call(telegram, "sendRichMessage", chat_id=ADA, rich_message={"markdown": markdown})
    assert answer["description"] == f"Bad Request: {description}"


def test_rich_message_and_its_edit(telegram: TelegramStandIn, clock: Time) -> None:
    rich = {"markdown": "# Title\n\n| a | b |\n| - | - |\n| 1 | 2 |\n"}
    made = call(telegram, "sendRichMessage", chat_id=ADA, rich_message=rich)["result"]
    assert made["rich_message"] == rich
    clock.now += 2
    edit = {"chat_id": ADA, "message_id": made["message_id"], "rich_message": {"markdown": "x"}}
    assert call(telegram, "editMessageText", **edit)["result"]["rich_message"] == {"markdown": "x"}


def test_server_without_rich_messages_knows_no_such_method(telegram: TelegramStandIn) -> None:
    telegram.bot.takes_rich_messages = False
    answer = call(telegram, "sendRichMessage", chat_id=ADA, rich_message={"markdown": "x"})
    telegram.bot.takes_rich_messages = True
    assert answer["error_code"] == 404


def document(stand_in: TelegramStandIn, content: bytes, **fields: Any) -> Any:
    url = f"{stand_in.api_url}/bot{TOKEN}/sendDocument"
    files = {"document": ("answer.md", content, "text/markdown")}
    return httpx.post(url, data={"chat_id": ADA, **fields}, files=files).json()


def test_document_comes_and_is_fetched_again(telegram: TelegramStandIn) -> None:
    content = b"--\r\n\r\nwhole\x00\xff\r\n"
    made = document(telegram, content, caption="the rest")["result"]
    assert (made["caption"], made["document"]["file_name"]) == ("the rest", "answer.md")
    found = call(telegram, "getFile", file_id=made["document"]["file_id"])["result"]
    base = telegram.api_url
    assert httpx.get(f"{base}/file/bot{TOKEN}/{found['file_path']}").content == content
    assert httpx.get(f"{base}/file/bot1:x/{found['file_path']}").status_code == 401


def test_caption_is_short(telegram: TelegramStandIn) -> None:
    answer = document(telegram, b"x", caption="x" * 1025)
    assert answer["description"] == "Bad Request: message caption is too long"


def test_reaction_is_one_of_a_fixed_list(telegram: TelegramStandIn) -> None:
    post = write(telegram.chats, ADA, ADA, "look")
    fields = {"chat_id": ADA, "message_id": post.id}
    for emoji, good in (("👀", True), ("✅", False)):
        reaction = [{"type": "emoji", "emoji": emoji}]
        assert call(telegram, "setMessageReaction", **fields, reaction=reaction)["ok"] is good
    found = telegram.chats.find(ADA, post.id)
    assert found is not None
    assert found.reactions == ("👀",)


def test_click_is_answered_once_and_in_time(telegram: TelegramStandIn, clock: Time) -> None:
    query = telegram.bot.asks(ADA)
    fields = {"callback_query_id": query.id, "text": "recorded"}
    long = fields | {"text": "x" * 201}
    assert call(telegram, "answerCallbackQuery", **long)["error_code"] == 400
    assert call(telegram, "answerCallbackQuery", **fields)["ok"]
    assert "too old" in call(telegram, "answerCallbackQuery", **fields)["description"]
    late = telegram.bot.asks(ADA)
    clock.now += limits.CALLBACK_SECONDS + 1
    assert not call(telegram, "answerCallbackQuery", callback_query_id=late.id)["ok"]


def test_migrated_group_names_its_new_id(telegram: TelegramStandIn) -> None:
    new = telegram.chats.migrate(GROUP)
    refused = send(telegram, chat=GROUP)
    assert refused["parameters"] == {"migrate_to_chat_id": new.id}
    assert send(telegram, chat=new.id)["result"]["chat"]["type"] == "supergroup"


def test_bot_that_was_blocked_is_forbidden(telegram: TelegramStandIn) -> None:
    telegram.chats.update_chat(BEN, closed_to_bot=True)
    assert send(telegram, chat=BEN)["description"] == "Forbidden: bot was blocked by the user"
    telegram.chats.update_chat(BEN, closed_to_bot=False)


def test_typing_ends_by_itself_and_with_the_next_message(
    telegram: TelegramStandIn, clock: Time
) -> None:
    fields = {"chat_id": FORUM, "message_thread_id": 42, "action": "typing"}
    call(telegram, "sendChatAction", **fields)
    assert telegram.chats.typing() == [(FORUM, 42)]
    clock.now += 6
    assert telegram.chats.typing() == []
    call(telegram, "sendChatAction", **fields)
    send(telegram, chat=FORUM, message_thread_id=42)
    assert telegram.chats.typing() == []


def test_failure_after_the_deed_leaves_the_message(telegram: TelegramStandIn) -> None:
    telegram.api.faults.add(Fault("sendMessage", status=502, after=True))
    assert send(telegram, "it is there")["error_code"] == 502
    assert telegram.chats.messages(ADA)[-1].text == "it is there"


def test_webhook_and_commands_are_kept(telegram: TelegramStandIn) -> None:
    assert not call(telegram, "setWebhook", url="https://x/y", secret_token="a b")["ok"]
    assert call(telegram, "setWebhook", url="https://x/y", secret_token="s-1", max_connections=10)
    assert call(telegram, "getWebhookInfo")["result"]["max_connections"] == 10
    assert telegram.bot.webhook.secret == "s-1"
    wrong = [{"command": "Status", "description": "x"}]
    assert call(telegram, "setMyCommands", commands=wrong)["description"].endswith("INVALID")
    right = json.dumps([{"command": "status", "description": "x"}])
    url = f"{telegram.api_url}/bot{TOKEN}/setMyCommands"
    assert httpx.post(url, data={"commands": right}).json()["ok"]
    assert call(telegram, "getMyCommands")["result"][0]["command"] == "status"
