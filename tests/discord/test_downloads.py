"""Files that people sent."""

import threading

import pytest

from parley.adapters.discord.client import DiscordChannel
from parley.core.message import Attachment
from parley.errors import ChannelError, ChannelUnavailable, Undeliverable
from tests.discord.doubles import Api, Scripted
from tests.fakes.world import FakeClock

CONTENT = b"2026-09-21 lint failed\n" * 10


def attachment(url: str, size: int = 0) -> Attachment:
    return Attachment("build.log", "text/plain", size, url)


def test_a_file_is_fetched_without_any_token(discord: DiscordChannel, api: Api) -> None:
    api.answers.append(Scripted(CONTENT))
    found = discord.download(attachment(f"{api.url}/files/build.log?ex=1"), 1000, 5.0)
    assert found == CONTENT
    assert api.only.what == "GET /files/build.log?ex=1"
    assert "Authorization" not in api.only.headers


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com/build.log",
        "http://cdn.discordapp.com/build.log",
        "https://cdn.discordapp.com.example.com/build.log",
        "https://cdn.discordapp.com:8443/build.log",
        "https://ada:x@cdn.discordapp.com/build.log",
        "https://cdn.discordapp.com:x/build.log",
        "http://169.254.169.254/latest/meta-data",
        "http://127.0.0.1:1/build.log",
        "file:///etc/passwd",
        "//cdn.discordapp.com/build.log",
        "https://[",
        "",
    ],
)
def test_only_discords_own_files_are_fetched(discord: DiscordChannel, api: Api, url: str) -> None:
    with pytest.raises(Undeliverable, match="does not lie at Discord"):
        discord.download(attachment(url), 1000, 5.0)
    assert not api.requests


def test_a_file_that_says_it_is_too_large_is_not_begun(discord: DiscordChannel, api: Api) -> None:
    with pytest.raises(Undeliverable, match="larger than 1,000 bytes"):
        discord.download(attachment(f"{api.url}/f", size=1001), 1000, 5.0)
    assert not api.requests


def test_a_file_that_turns_out_too_large_is_broken_off(discord: DiscordChannel, api: Api) -> None:
    api.answers.append(Scripted(b"x" * 1001))
    with pytest.raises(Undeliverable, match="larger than"):
        discord.download(attachment(f"{api.url}/f", size=5), 1000, 5.0)


def test_a_file_of_just_that_size_is_fetched(discord: DiscordChannel, api: Api) -> None:
    api.answers.append(Scripted(b"x" * 1000))
    assert len(discord.download(attachment(f"{api.url}/f", size=1000), 1000, 5.0)) == 1000


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (Scripted(b"gone", 404), Undeliverable),
        (Scripted(b"expired", 403), Undeliverable),
        (Scripted(b"", 302, {"Location": "http://169.254.169.254/"}), Undeliverable),
        (Scripted(b"", 429), ChannelUnavailable),
        (Scripted(b"", 503), ChannelUnavailable),
        (None, ChannelUnavailable),
    ],
)
def test_a_file_that_cannot_be_had(
    discord: DiscordChannel, api: Api, answer: Scripted | None, kind: type[ChannelError]
) -> None:
    api.answers.append(answer)
    with pytest.raises(kind):
        discord.download(attachment(f"{api.url}/f"), 1000, 5.0)
    assert len(api.requests) == 1


def test_a_file_that_does_not_come_is_not_waited_for(discord: DiscordChannel, api: Api) -> None:
    released = threading.Event()
    api.answers.append(Scripted(b"x", before=released.wait))
    try:
        with pytest.raises(ChannelUnavailable, match="ReadTimeout"):
            discord.download(attachment(f"{api.url}/f"), 1000, 0.2)
    finally:
        released.set()


def test_a_file_that_does_not_end_is_broken_off(
    discord: DiscordChannel, api: Api, clock: FakeClock
) -> None:
    api.answers.append(Scripted(b"x", before=lambda: clock.advance(60_000)))
    with pytest.raises(ChannelUnavailable, match="does not end"):
        discord.download(attachment(f"{api.url}/f"), 1000, 5.0)
