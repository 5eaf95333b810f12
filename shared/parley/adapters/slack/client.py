"""Slack, as a turn needs it."""

import time
from collections.abc import Callable

from parley.adapters.slack import files, posting, prompts, render
from parley.adapters.slack.errors import BENIGN_FOR_REACTIONS
from parley.adapters.slack.limits import INDICATION, PACE, PROMPT, REACTION_TIMEOUT
from parley.adapters.slack.people import People
from parley.adapters.slack.responding import respond
from parley.adapters.slack.status import Session, Status
from parley.adapters.slack.web_api import WebApi
from parley.core.approval import Prompt
from parley.core.delivery import ChatKind, Delivery
from parley.core.message import Attachment, Message
from parley.core.reading import Place
from parley.core.reply import Part
from parley.ports import Secrets


class SlackChannel:
    """A port's Channel. `token_name` names the bot token; its value is never kept here."""

    prompt_size = PROMPT
    indication = INDICATION

    def __init__(
        self,
        api_url: str,
        token_name: str,
        secrets: Secrets,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._api = WebApi(api_url, token_name, secrets, monotonic)
        self._status = Status(self._api)
        self._people = People(self._api)

    def split(self, text: str) -> tuple[Part, ...]:
        return render.split(text)

    def send(
        self,
        delivery: Delivery,
        part: Part,
        nonce: str,
        timeout: float,
        replacing: str | None = None,
    ) -> None:
        """Slack has no way to dedupe posts, so the nonce is not used."""
        deadline, meta = self._deadline(timeout), delivery.meta
        self._status.turn_to(Session.ACTIVE, meta, deadline)
        if part.file:
            files.upload(self._api, meta, part, deadline)
            return
        content = posting.markdown(part.text)
        if replacing is not None and posting.become(self._api, meta, replacing, content, deadline):
            return
        posting.post(self._api, meta, content, deadline)
        if replacing is not None:
            posting.remove(self._api, meta["channel"], replacing, deadline)

    def acknowledge(self, message: Message) -> None:
        """👀 on the message. Only what an operator should know of, or Slack's limit, is raised."""
        meta = message.delivery.meta
        if "message_ts" not in meta:
            return  # a command, which nobody sees
        fields = {"channel": meta["channel"], "timestamp": meta["message_ts"], "name": "eyes"}
        deadline = self._deadline(REACTION_TIMEOUT)
        self._api.call("reactions.add", fields, deadline, BENIGN_FOR_REACTIONS)

    def merge(self, message: Message) -> None:
        """Slack waits for no answer to each."""

    def tell(self, message: Message, text: str, timeout: float) -> None:
        posting.tell(
            self._api,
            message.delivery.meta,
            message.sender.id,
            text,
            direct=message.delivery.chat.kind is ChatKind.DIRECT,
            deadline=self._deadline(timeout),
        )

    def pace(self, delivery: Delivery) -> float:
        return PACE

    def show_progress(
        self, delivery: Delivery, text: str, shown: str | None, timeout: float
    ) -> str:
        deadline, content = self._deadline(timeout), posting.plain(text)
        channel = delivery.meta["channel"]
        if shown is not None and posting.edit(self._api, channel, shown, content, deadline):
            return shown
        return posting.post(self._api, delivery.meta, content, deadline)

    def indicate(self, delivery: Delivery, timeout: float) -> None:
        self._status.at_work(delivery.meta, self._deadline(timeout))

    def ask(self, delivery: Delivery, prompt: Prompt, nonce: str, timeout: float) -> str:
        content = {"text": render.fallback(prompt.text), "blocks": prompts.blocks(prompt)}
        deadline = self._deadline(timeout)
        self._status.turn_to(Session.SUSPENDED, delivery.meta, deadline)
        return posting.post(self._api, delivery.meta, content, deadline)

    def settle(self, delivery: Delivery, prompt: str, text: str, timeout: float) -> None:
        deadline, channel = self._deadline(timeout), delivery.meta["channel"]
        posting.edit(self._api, channel, prompt, posting.markdown(text), deadline)

    def download(self, attachment: Attachment, most: int, timeout: float) -> bytes:
        return files.download(self._api, attachment, most, self._deadline(timeout))

    def name_of(self, person: str, timeout: float) -> str:
        return self._people.name_of(person, self._deadline(timeout))

    def notify(self, place: Place, text: str, timeout: float) -> None:
        deadline = self._deadline(timeout)
        if "response_url" in place:
            respond(self._api, place["response_url"], text, deadline)
            return
        if "stopped" in place:
            self._status.turn_to(Session.ACTIVE, place, deadline)
        direct = "direct" in place
        posting.tell(self._api, place, place["user"], text, direct=direct, deadline=deadline)

    def close(self) -> None:
        """Leave no connection open. The channel can be used again."""
        self._api.transport.close()

    def _deadline(self, timeout: float) -> float:
        return self._api.transport.deadline(timeout)
