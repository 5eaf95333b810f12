"""Discord, as a turn needs it."""

from parley.adapters.discord import bodies, render
from parley.adapters.discord.api import DiscordApi, Request
from parley.adapters.discord.downloads import Downloads
from parley.adapters.discord.errors import ChatClosed, NotEditable, PostGone, TokenSpent
from parley.adapters.discord.limits import INDICATION, MERGE_TIMEOUT, PACE, PROMPT
from parley.adapters.discord.posts import Posts, Spot
from parley.adapters.discord.responses import EPHEMERAL
from parley.core.approval import Prompt
from parley.core.delivery import Delivery
from parley.core.message import Attachment, Message
from parley.core.reading import Place
from parley.core.reply import Part
from parley.errors import ChannelError, Undeliverable
from parley.ports import Clock, Secrets

MERGED = "Answered together with the next message."
ASKED = "I wait for a decision."


class DiscordChannel:
    """A port's Channel. `token_name` names the bot token.

    An interaction waits for one answer, its "original". It is edited: from "is thinking" or a first
    word to progress, and from progress to the reply's first part.
    """

    prompt_size = PROMPT
    indication = INDICATION

    def __init__(self, api_url: str, token_name: str, secrets: Secrets, clock: Clock) -> None:
        self._clock = clock
        self._api = DiscordApi(api_url, token_name, secrets, clock)
        self._posts = Posts(self._api, clock)
        self._downloads = Downloads(self._api, api_url, clock)

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
        """A nonce ends with its part's number: the first part, without a post to replace, becomes
        the interaction's answer."""
        spot, deadline = Spot.of(delivery), self._deadline(timeout)
        if replacing is not None and not part.file:
            if self._replace(spot, replacing, part, deadline):
                return
        elif nonce.endswith("-0") and self._answer(spot, part, deadline):
            return
        file = part if part.file else None
        self._posts.create(spot, bodies.of_part(part), nonce, deadline, file)

    def acknowledge(self, message: Message) -> None:
        """The HTTP answer did: Discord shows that the bot is thinking."""

    def merge(self, message: Message) -> None:
        spot = Spot.of(message.delivery)
        try:
            self._posts.edit_original(spot, bodies.of_text(MERGED), self._deadline(MERGE_TIMEOUT))
        except Undeliverable:
            return  # a hint, about a post that is gone or a token that is spent

    def tell(self, message: Message, text: str, timeout: float) -> None:
        spot, deadline = Spot.of(message.delivery), self._deadline(timeout)
        try:
            self._posts.edit_original(spot, bodies.of_markdown(text), deadline)
        except Undeliverable:
            addressed = bodies.of_markdown(f"<@{message.sender.id}> {text}")
            nonce = f"{message.id.message}-{text}"
            self._posts.create(spot, addressed, nonce, deadline)

    def pace(self, delivery: Delivery) -> float:
        return PACE

    def show_progress(
        self, delivery: Delivery, text: str, shown: str | None, timeout: float
    ) -> str:
        spot, deadline = Spot.of(delivery), self._deadline(timeout)
        content = bodies.of_markdown(text)
        try:
            if shown is None:
                # Not worth waiting for: the next one will do.
                return self._posts.edit_original(spot, content, deadline, patience=0.0)
            return self._posts.edit(spot, shown, content, deadline)
        except (PostGone, NotEditable, TokenSpent):
            nonce = f"{delivery.meta['interaction_id']}-{text}"
            return self._posts.create(spot, content, nonce, deadline)

    def indicate(self, delivery: Delivery, timeout: float) -> None:
        """While its token lives, the interaction's own answer shows that something goes on."""
        spot = Spot.of(delivery)
        if self._posts.alive(spot):
            return
        try:
            typing = Request("show typing", "POST", f"/channels/{spot.channel}/typing")
            self._api.call(typing, self._deadline(timeout))
        except ChannelError:
            return

    def ask(self, delivery: Delivery, prompt: Prompt, nonce: str, timeout: float) -> str:
        spot, deadline = Spot.of(delivery), self._deadline(timeout)
        content = bodies.of_prompt(prompt)
        try:
            return self._posts.post(spot, content, nonce, deadline)
        except ChatClosed:
            if not self._posts.alive(spot):
                raise
        # Else the prompt could take the answer's place, and the reply then the prompt's.
        self._posts.edit_original(spot, bodies.of_text(ASKED), deadline)
        return self._posts.follow_up(spot, content, deadline)

    def settle(self, delivery: Delivery, prompt: str, text: str, timeout: float) -> None:
        spot = Spot.of(delivery)
        try:
            self._posts.edit(spot, prompt, bodies.settled(text), self._deadline(timeout))
        except (PostGone, NotEditable):
            return

    def download(self, attachment: Attachment, most: int, timeout: float) -> bytes:
        return self._downloads.fetch(attachment, most, timeout)

    def name_of(self, person: str, timeout: float) -> str:
        """Every interaction brings its user's name."""
        return ""

    def notify(self, place: Place, text: str, timeout: float) -> None:
        """To this person alone. Nobody needs it as a rule: the HTTP answer says everything."""
        spot = Spot(place["application_id"], place["token"], "", self._clock.now())
        content = bodies.of_markdown(text)
        quietly = {**content, "flags": content["flags"] | EPHEMERAL}
        self._posts.follow_up(spot, quietly, self._deadline(timeout))

    def close(self) -> None:
        """Leave no connection open. The channel can be used again."""
        self._api.close()

    def _replace(self, spot: Spot, post: str, part: Part, deadline: float) -> bool:
        try:
            self._posts.edit(spot, post, bodies.of_part(part), deadline)
        except NotEditable:
            self._posts.remove(spot, post, deadline)
        except (PostGone, ChatClosed):
            return False
        else:
            return True
        return False

    def _answer(self, spot: Spot, part: Part, deadline: float) -> bool:
        file = part if part.file else None
        try:
            self._posts.edit_original(spot, bodies.of_part(part), deadline, file)
        except (PostGone, TokenSpent, ChatClosed):
            return False
        return True

    def _deadline(self, seconds: float) -> float:
        return self._clock.monotonic() + seconds
