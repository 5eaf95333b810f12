"""What Parley needs of a chat platform."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from parley.core.approval import Prompt
    from parley.core.delivery import Delivery
    from parley.core.message import Attachment, Message
    from parley.core.reading import Answer, Clicked, Notice, Place, Reading, Received, Told
    from parley.core.reply import Part


class Channel(Protocol):
    """A chat platform, as a turn needs it. Everything that posts raises the ChannelErrors, and
    takes no longer than `timeout` seconds."""

    prompt_size: int
    """How long a prompt's text may be, in characters: buttons and all, it is one message."""

    indication: float
    """Seconds for which the platform shows by itself what `indicate` said."""

    def split(self, text: str) -> tuple[Part, ...]:
        """The text in parts that the platform takes, Markdown kept whole; what is longer than a few
        messages goes on in a file. Never empty."""
        ...

    def send(
        self,
        delivery: Delivery,
        part: Part,
        nonce: str,
        timeout: float,
        replacing: str | None = None,
    ) -> None:
        """Post one part. Where the platform can dedupe, two sends with one nonce are one post; the
        nonce of a turn's first part ends with `-0`, which is the answer where a platform waits.

        With `replacing` (only for the first part, never for a file) the progress post of that id
        becomes the part, so that a repeat changes nothing; where it is gone, or cannot become this
        part, the part is posted anew, and the old post removed if possible."""
        ...

    def acknowledge(self, message: Message) -> None:
        """Show the sender that the message is taken up. A repeat changes nothing."""
        ...

    def merge(self, message: Message) -> None:
        """Show that a later message of the same turn gets the answer to this one too. Only where
        the platform waits for an answer to each."""
        ...

    def tell(self, message: Message, text: str, timeout: float) -> None:
        """Say what became of a message, apart from any answer to it."""
        ...

    def pace(self, delivery: Delivery) -> float:
        """Seconds between two edits of one post here, at the least."""
        ...

    def show_progress(
        self, delivery: Delivery, text: str, shown: str | None, timeout: float
    ) -> str:
        """Post the text, or let the post of that id say it; the post's id. RateLimited means that
        this edit is dropped."""
        ...

    def indicate(self, delivery: Delivery, timeout: float) -> None:
        """Typing, or a status, for as long as the platform shows it by itself. Best effort."""
        ...

    def ask(self, delivery: Delivery, prompt: Prompt, nonce: str, timeout: float) -> str:
        """Post a prompt with its buttons; the post's id."""
        ...

    def settle(self, delivery: Delivery, prompt: str, text: str, timeout: float) -> None:
        """The prompt of that id gets this text, and no buttons. A post that is gone, or says so
        already, is none to edit: nothing is raised."""
        ...

    def download(self, attachment: Attachment, most: int, timeout: float) -> bytes:
        """The file, if it has at most so many bytes. Raises Undeliverable with a reason that can be
        told to people where it cannot be had."""
        ...

    def name_of(self, person: str, timeout: float) -> str:
        """What people call this person, on one line; empty where the platform does not say. Empty
        at once where messages bring their senders' names. Raises the ChannelErrors, and nothing is
        left open by them."""
        ...

    def notify(self, place: Place, text: str, timeout: float) -> None:
        """A short word to whoever a webhook came from. `place` is the reader's."""
        ...


class WebhookReader(Protocol):
    """A chat platform's webhook requests."""

    def read(self, headers: Mapping[str, str], body: bytes) -> Reading:
        """What the request is, verified first. Raises SecretMissing or SecretUnavailable, and
        nothing else, whatever the headers and the body hold."""
        ...

    def answer(self, reading: Received | Clicked, told: Told) -> tuple[Answer, Notice | None]:
        """What the platform gets back, and what has to be said through its API besides."""
        ...


class Notices(Protocol):
    def post(self, notice: Notice) -> None:
        """Have it said, soon and once or so. Raises NoticesUnavailable."""
        ...


Channels = Mapping[str, Channel]
