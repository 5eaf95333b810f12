"""A bot's chats, as turns need them."""

import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Any

from parley.adapters.telegram import render
from parley.adapters.telegram.api import BotApi, larger_than
from parley.adapters.telegram.errors import (
    CLOSED,
    REFUSED,
    Answer,
    answered_late,
    code,
    form_refused,
    gone,
    refusal,
    too_big,
    unchanged,
)
from parley.adapters.telegram.forms import Form, cut, ordinary, rich, word
from parley.adapters.telegram.keyboard import keyboard
from parley.adapters.telegram.limits import (
    DOWNLOAD_BYTES,
    GROUP_PACE,
    INDICATION,
    PRIVATE_PACE,
    PROMPT,
    REACTION_TIMEOUT,
    SHORT_TOAST,
    TOAST,
)
from parley.core.approval import Prompt
from parley.core.delivery import ChatKind, Delivery
from parley.core.message import Attachment, Message
from parley.core.reading import Place
from parley.core.reply import Part
from parley.errors import ChannelError, ChannelUnavailable, SendUncertain, Undeliverable
from parley.ports import Secrets

_LATER_PART = re.compile(r"-[1-9]\d*$")  # of a nonce: the parts of a reply are numbered from 0
WHOLE_REPLY = "answer.md"
RICH, EDIT = "sendRichMessage", "editMessageText"

Fields = Mapping[str, Any]


class TelegramChannel:
    """A port's Channel. Telegram has no way to dedupe posts. With `rich`, replies go out as rich
    messages, which old programs and old servers do not know."""

    prompt_size = PROMPT
    indication = INDICATION

    def __init__(
        self,
        api_url: str,
        token_name: str,
        secrets: Secrets,
        rich: bool = True,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._api = BotApi(api_url, token_name, secrets, monotonic)
        self._rich = rich

    def split(self, text: str) -> tuple[Part, ...]:
        return render.split(text, self._rich)

    def send(
        self,
        delivery: Delivery,
        part: Part,
        nonce: str,
        timeout: float,
        replacing: str | None = None,
    ) -> None:
        deadline = self._api.deadline(timeout)
        first = not _LATER_PART.search(nonce)
        if part.file:
            self._post_file(delivery, part, first, deadline)
        elif replacing is None:
            self._post(delivery, part.text, first, deadline)
        elif not self._become(delivery, part.text, replacing, deadline):
            self._post(delivery, part.text, first, deadline)
            self._remove(delivery, replacing, deadline)

    def acknowledge(self, message: Message) -> None:
        """👀 on the message. A chat may not allow it, which is nobody's fault: only what an
        operator should know of, or Telegram's limit, is raised."""
        fields = _post_of(message.delivery, message.delivery.meta["message_id"])
        reaction = {"reaction": [{"type": "emoji", "emoji": "👀"}]}
        deadline = self._api.deadline(REACTION_TIMEOUT)
        answer = self._api.call("setMessageReaction", fields | reaction, deadline)
        if code(answer) not in (0, REFUSED, CLOSED):
            raise refusal("setMessageReaction", answer)

    def merge(self, message: Message) -> None:
        """Nothing waits for an answer of its own."""

    def tell(self, message: Message, text: str, timeout: float) -> None:
        fields = _chat(message.delivery.meta) | _reply_to(message.delivery.meta["message_id"])
        self._say(fields, word(text), self._api.deadline(timeout))

    def pace(self, delivery: Delivery) -> float:
        return PRIVATE_PACE if delivery.chat.kind is ChatKind.DIRECT else GROUP_PACE

    def show_progress(
        self, delivery: Delivery, text: str, shown: str | None, timeout: float
    ) -> str:
        deadline = self._api.deadline(timeout)
        if shown is not None and self._changed(delivery, shown, word(text), deadline):
            return shown
        return self._say(_chat(delivery.meta) | _reply(delivery), word(text), deadline)

    def indicate(self, delivery: Delivery, timeout: float) -> None:
        fields = _chat(delivery.meta) | {"action": "typing"}
        answer = self._api.call("sendChatAction", fields, self._api.deadline(timeout))
        if not answer["ok"]:
            raise refusal("sendChatAction", answer)

    def ask(self, delivery: Delivery, prompt: Prompt, nonce: str, timeout: float) -> str:
        fields = _chat(delivery.meta) | _reply(delivery) | {"reply_markup": keyboard(prompt)}
        return self._say(fields, word(prompt.text), self._api.deadline(timeout))

    def settle(self, delivery: Delivery, prompt: str, text: str, timeout: float) -> None:
        """An edit without a keyboard takes it away."""
        self._changed(delivery, prompt, word(text), self._api.deadline(timeout))

    def download(self, attachment: Attachment, most: int, timeout: float) -> bytes:
        allowed = min(most, DOWNLOAD_BYTES)
        if attachment.size > allowed:
            raise Undeliverable(larger_than(allowed))
        deadline = self._api.deadline(timeout)
        try:
            return self._api.fetch(self._path_of(attachment, deadline), allowed, deadline)
        except SendUncertain as error:  # nothing is posted here
            raise ChannelUnavailable(str(error)) from error

    def name_of(self, person: str, timeout: float) -> str:
        """Every message brings its sender's name."""
        return ""

    def notify(self, place: Place, text: str, timeout: float) -> None:
        deadline = self._api.deadline(timeout)
        query = place.get("callback_query_id")
        if query is not None:
            self._answer_click(query, text, deadline)
            return
        reply = _reply_to(place["reply_to"]) if "reply_to" in place else {}
        self._say(_chat(place) | reply, word(text), deadline)

    def close(self) -> None:
        """Leave no connection open. The channel can be used again."""
        self._api.close()

    def _forms(self, text: str) -> Iterator[Form]:
        if self._rich:
            yield from rich(text)
        yield from ordinary(text)

    def _post(self, delivery: Delivery, text: str, first: bool, deadline: float) -> None:
        """The text in the best form that Telegram takes, in the last resort as a file."""
        fields = _chat(delivery.meta) | (_reply(delivery) if first else {})
        answer = self._first_taken(self._forms(text), fields, deadline)
        if answer is None or form_refused(answer):
            self._post_file(delivery, Part(text, WHOLE_REPLY), first, deadline)
        elif not answer["ok"]:
            raise refusal("sendMessage", answer)

    def _become(self, delivery: Delivery, text: str, post: str, deadline: float) -> bool:
        """Whether the post says this text now, or did so before."""
        answer = self._edit(delivery, post, self._forms(text), deadline)
        if answer is None or form_refused(answer) or gone(answer):
            return False
        if not (answer["ok"] or unchanged(answer)):
            raise refusal(EDIT, answer)
        return True

    def _post_file(self, delivery: Delivery, part: Part, first: bool, deadline: float) -> None:
        fields = _chat(delivery.meta) | (_reply(delivery) if first else {})
        file = (part.file, part.text.encode(errors="replace"))
        answer = self._api.call("sendDocument", fields, deadline, file)
        if not answer["ok"]:
            raise refusal("sendDocument", answer)

    def _remove(self, delivery: Delivery, post: str, deadline: float) -> None:
        """What stood for the reply until now. The reply is out, whatever becomes of it."""
        with suppress(ChannelError):
            self._api.call("deleteMessage", _post_of(delivery, post), deadline)

    def _say(self, fields: Fields, forms: Iterable[Form], deadline: float) -> str:
        """The id of the post."""
        answer = self._first_taken(forms, fields, deadline)
        if answer is None or not answer["ok"]:
            raise refusal("sendMessage", answer or {"ok": False})
        post = answer.get("result")
        if not (isinstance(post, dict) and isinstance(post.get("message_id"), int)):
            raise SendUncertain("sendMessage: Telegram told no message id")
        return str(post["message_id"])

    def _changed(
        self, delivery: Delivery, post: str, forms: Iterable[Form], deadline: float
    ) -> bool:
        """Whether the post says this now; False where it is gone."""
        answer = self._edit(delivery, post, forms, deadline) or {"ok": False}
        if not (answer["ok"] or unchanged(answer) or gone(answer)):
            raise refusal(EDIT, answer)
        return not gone(answer)

    def _edit(
        self, delivery: Delivery, post: str, forms: Iterable[Form], deadline: float
    ) -> Answer | None:
        fields = _post_of(delivery, post)
        as_edits = (Form(EDIT, form.fields) for form in forms)
        return self._first_taken(as_edits, fields, deadline)

    def _first_taken(self, forms: Iterable[Form], fields: Fields, deadline: float) -> Answer | None:
        """The answer to the first form that Telegram does not refuse for what it looks like; where
        it refuses all of them, to the last."""
        answer = None
        knows_rich = True
        for form in forms:
            answer = self._api.call(form.method, {**fields, **form.fields}, deadline)
            unknown = form.method == RICH and code(answer) == 404
            knows_rich = knows_rich and not unknown
            if not (unknown or form_refused(answer)):
                break
        if answer is not None and answer["ok"]:
            self._rich = self._rich and knows_rich
        return answer

    def _answer_click(self, query: str, text: str, deadline: float) -> None:
        """Who pressed a button sees this; without a text the button stops spinning."""
        said = cut(render.plain(text), TOAST)
        fields = {"callback_query_id": query, "text": said, "show_alert": len(said) > SHORT_TOAST}
        answer = self._api.call("answerCallbackQuery", fields, deadline)
        if not (answer["ok"] or answered_late(answer)):
            raise refusal("answerCallbackQuery", answer)

    def _path_of(self, attachment: Attachment, deadline: float) -> str:
        answer = self._api.call("getFile", {"file_id": attachment.ref}, deadline)
        if too_big(answer):
            raise Undeliverable(larger_than(DOWNLOAD_BYTES))
        if code(answer) == REFUSED:
            raise Undeliverable("Telegram no longer has the file")
        if not answer["ok"]:
            raise refusal("getFile", answer)
        file = answer.get("result")
        path = file.get("file_path") if isinstance(file, dict) else None
        if not (isinstance(path, str) and path):
            raise ChannelUnavailable("getFile: Telegram told no path")
        return path


def _chat(meta: Place) -> dict[str, Any]:
    fields: dict[str, Any] = {"chat_id": meta["chat_id"]}
    if "message_thread_id" in meta:
        fields["message_thread_id"] = int(meta["message_thread_id"])
    return fields


def _reply(delivery: Delivery) -> dict[str, Any]:
    """In a group it shows whom the answer is for. What was sent by an operator answers nobody."""
    if delivery.chat.kind is ChatKind.DIRECT or "message_id" not in delivery.meta:
        return {}
    return _reply_to(delivery.meta["message_id"])


def _reply_to(message: str) -> dict[str, Any]:
    return {"reply_parameters": {"message_id": int(message), "allow_sending_without_reply": True}}


def _post_of(delivery: Delivery, post: str) -> dict[str, Any]:
    return {"chat_id": delivery.meta["chat_id"], "message_id": int(post)}
