"""Where nobody listens: the channel of tasks that were asked for in no chat. Their answer is kept
with the task, and read there."""

from parley.core.approval import Prompt
from parley.core.delivery import Delivery
from parley.core.message import Attachment, Message
from parley.core.reading import Place
from parley.core.reply import Part
from parley.errors import Undeliverable

PROMPT_SIZE = 4_000
A_DAY = 86_400.0  # seconds

NOBODY = "there is nobody in a chat for this task"


class SilentChannel:
    """parley.ports.Channel. What is posted goes nowhere, and counts as posted; what needs somebody
    to answer is undeliverable."""

    prompt_size = PROMPT_SIZE
    indication = A_DAY

    def split(self, text: str) -> tuple[Part, ...]:
        return (Part(text),)

    def send(
        self,
        delivery: Delivery,
        part: Part,
        nonce: str,
        timeout: float,
        replacing: str | None = None,
    ) -> None:
        """The turn has it."""

    def acknowledge(self, message: Message) -> None:
        """Nobody waits to see it."""

    def merge(self, message: Message) -> None:
        """Nobody waits to see it."""

    def tell(self, message: Message, text: str, timeout: float) -> None:
        """Nobody hears it."""

    def pace(self, delivery: Delivery) -> float:
        return A_DAY

    def show_progress(
        self, delivery: Delivery, text: str, shown: str | None, timeout: float
    ) -> str:
        return shown or "none"

    def indicate(self, delivery: Delivery, timeout: float) -> None:
        """Nobody sees it."""

    def ask(self, delivery: Delivery, prompt: Prompt, nonce: str, timeout: float) -> str:
        raise Undeliverable(NOBODY)

    def settle(self, delivery: Delivery, prompt: str, text: str, timeout: float) -> None:
        """There are no prompts."""

    def download(self, attachment: Attachment, most: int, timeout: float) -> bytes:
        raise Undeliverable(NOBODY)

    def name_of(self, person: str, timeout: float) -> str:
        return ""

    def notify(self, place: Place, text: str, timeout: float) -> None:
        """Nobody reads it."""
