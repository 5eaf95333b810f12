"""A chat channel in memory: what is posted, asked, edited and said."""

from dataclasses import dataclass, field

from parley.core.approval import Prompt
from parley.core.delivery import Delivery
from parley.core.message import Attachment, Message
from parley.core.reading import Place
from parley.core.reply import Part
from parley.errors import ChannelError, SendUncertain, Undeliverable
from tests.fakes.world import FakeClock, Hook


@dataclass(frozen=True, slots=True)
class Posted:
    delivery: Delivery
    chunk: str
    nonce: str
    at: int
    file: str = ""


@dataclass(slots=True)
class Asked:
    """A prompt, and what it says since it was edited."""

    delivery: Delivery
    prompt: Prompt
    settled: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Progress:
    delivery: Delivery
    texts: list[str]
    replaced: bool = False


class ScriptedChannel:
    """Records what is posted. The n-th send (from 1 on) fails as planned, with or without effect.

    With `dedupes`, two sends with one nonce are one post. `files` are what `download` finds,
    `names` what `name_of` does.
    """

    prompt_size = 2_000
    indication = 4.0

    def __init__(
        self,
        clock: FakeClock,
        *,
        limit: int = 4000,
        dedupes: bool = False,
        before: Hook | None = None,
        after: Hook | None = None,
    ) -> None:
        self.clock = clock
        self.limit = limit
        self.dedupes = dedupes
        self.before = before
        self.after = after
        self.posts: list[Posted] = []
        self.acknowledged: list[Message] = []
        self.merged: list[Message] = []
        self.told: list[tuple[Message, str]] = []
        self.progress: list[Progress] = []
        self.indicated: list[int] = []
        self.asked: list[Asked] = []
        self.notices: list[tuple[Place, str]] = []
        self.files: dict[str, bytes] = {}
        self.names: dict[str, str] = {}  # of people, by id
        self.sends = 0
        self.duration = 0.0  # seconds that a send takes
        self.refuse_acknowledgement: ChannelError | None = None
        self.refuse_progress: ChannelError | None = None
        self.refuse_prompts: list[ChannelError] = []  # of the next ones
        self._planned: dict[int, tuple[ChannelError, bool]] = {}

    def fail(self, send: int, error: ChannelError) -> None:
        """The `send`-th send raises, and nothing is posted."""
        self._planned[send] = (error, False)

    def post_unheard(self, send: int) -> None:
        """The `send`-th send is posted, but its answer gets lost."""
        self._planned[send] = (SendUncertain("no answer"), True)

    def split(self, text: str) -> tuple[Part, ...]:
        starts = range(0, max(1, len(text)), self.limit)
        return tuple(Part(text[start : start + self.limit]) for start in starts)

    def send(
        self,
        delivery: Delivery,
        part: Part,
        nonce: str,
        timeout: float,
        replacing: str | None = None,
    ) -> None:
        _notify(self.before, "send")
        self.sends += 1
        error, posted = self._planned.pop(self.sends, (None, True))
        self.clock.sleep(min(self.duration, timeout))
        if self.duration > timeout:
            error, posted = SendUncertain("timed out"), True
        known = nonce in {post.nonce for post in self.posts}
        edited = replacing is not None and self._replace(replacing)
        if posted and not ((self.dedupes or edited) and known):
            self.posts.append(Posted(delivery, part.text, nonce, self.clock.now(), part.file))
        _notify(self.after, "send")
        if error:
            raise error

    def _replace(self, post: str) -> bool:
        self.progress[int(post)].replaced = True
        return True

    def acknowledge(self, message: Message) -> None:
        _notify(self.before, "acknowledge")
        if self.refuse_acknowledgement:
            raise self.refuse_acknowledgement
        if message not in self.acknowledged:
            self.acknowledged.append(message)
        _notify(self.after, "acknowledge")

    def merge(self, message: Message) -> None:
        self.merged.append(message)

    def tell(self, message: Message, text: str, timeout: float) -> None:
        self.told.append((message, text))

    def pace(self, delivery: Delivery) -> float:
        return 3.0

    def show_progress(
        self, delivery: Delivery, text: str, shown: str | None, timeout: float
    ) -> str:
        if self.refuse_progress:
            raise self.refuse_progress
        if shown is None:
            self.progress.append(Progress(delivery, [text]))
            return str(len(self.progress) - 1)
        self.progress[int(shown)].texts.append(text)
        self.progress[int(shown)].replaced = False
        return shown

    def indicate(self, delivery: Delivery, timeout: float) -> None:
        self.indicated.append(self.clock.now())

    def ask(self, delivery: Delivery, prompt: Prompt, nonce: str, timeout: float) -> str:
        if self.refuse_prompts:
            raise self.refuse_prompts.pop(0)
        self.asked.append(Asked(delivery, prompt))
        return str(len(self.asked) - 1)

    def settle(self, delivery: Delivery, prompt: str, text: str, timeout: float) -> None:
        self.asked[int(prompt)].settled.append(text)

    def download(self, attachment: Attachment, most: int, timeout: float) -> bytes:
        content = self.files.get(attachment.ref)
        if content is None:
            raise Undeliverable("it is gone")
        if len(content) > most:
            raise Undeliverable("it is too large")
        return content

    def name_of(self, person: str, timeout: float) -> str:
        return self.names.get(person, "")

    def notify(self, place: Place, text: str, timeout: float) -> None:
        self.notices.append((place, text))

    @property
    def chunks(self) -> list[str]:
        """What the chat shows, in order."""
        return [post.chunk for post in self.posts]


def _notify(hook: Hook | None, call: str) -> None:
    if hook:
        hook(call)
