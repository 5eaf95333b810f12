"""Replies as Slack gets them."""

import json

import pytest

from parley.adapters.slack import limits, render
from parley.core.reply import Part

JOINER = "\N{WORD JOINER}"


def test_markdown_goes_out_as_it_is() -> None:
    text = "# Done\n\n- **one** & two < three\n\n```py\nprint('<b>')\n```"
    assert render.split(text) == (Part(text),)
    assert render.blocks(text) == [{"type": "markdown", "text": text}]


@pytest.mark.parametrize(
    "ping",
    [
        "<!here>",
        "<!channel>",
        "<!everyone|everyone>",
        "<!subteam^S0123>",
        "<@U0ADA00001>",
        "<@W012345|ann>",
    ],
)
def test_an_agents_text_calls_nobody(ping: str) -> None:
    sent = render.blocks(f"Hello {ping}!")[0]["text"]
    assert sent == f"Hello <{JOINER}{ping[1:]}!"
    assert ping not in render.split(f"`{ping}`")[0].text
    assert "<" not in render.fallback(ping)


@pytest.mark.parametrize(
    "text",
    ["<!-- a comment -->", "List<@NonNull String>", "<@user>", "a <!b", "<https://x.y>", "<#C1>"],
)
def test_what_calls_nobody_is_left_alone(text: str) -> None:
    assert render.quiet(text) == text


def test_quiet_twice_is_quiet() -> None:
    once = render.quiet("<!here> <@U1>")
    assert render.quiet(once) == once


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("plain words " * 3000, id="prose"),
        pytest.param("```\n" + 'say "hi"\n' * 4000 + "```", id="quotes and line ends in code"),
        pytest.param("\\" * 30_000, id="backslashes"),
        pytest.param("😀" * 12_000, id="emoji"),
        pytest.param("<!here> " * 4000, id="pings"),
        pytest.param("\x01" * 9000, id="control characters"),
    ],
)
def test_every_payload_is_below_the_limit(text: str) -> None:
    chunks = [part.text for part in render.split(text) if not part.file]
    assert len(chunks) > 1
    for chunk in chunks:
        payload = {
            "channel": "C" * 11,
            "thread_ts": "1790000000.000100",
            "text": render.fallback(chunk),
            "blocks": render.blocks(chunk),
            "parse": "none",
            "unfurl_links": False,
            "unfurl_media": False,
        }
        assert len(chunk) <= limits.CHUNK
        assert len(json.dumps(payload, ensure_ascii=False)) < limits.PAYLOAD


def test_nothing_blank_is_sent() -> None:
    assert render.split("one" + "\n" * 30_000 + "two") == (Part("one"), Part("two"))
    assert not render.split("\n \n")[0].text.strip()


@pytest.mark.parametrize(
    ("chunk", "shown"),
    [
        ("**Done.** See `my_var`.", "Done. See my_var."),
        ("## Title\n\n> quoted\n\n- item", "Title quoted - item"),
        ("Run:\n```sh\nmake\n```\n", "Run: make"),
        ("a < b & c", "a &lt; b &amp; c"),
        ("```\n```", "(no text)"),
        ("", "(no text)"),
        ("x" * 300, "x" * 199 + "…"),
    ],
)
def test_the_notification_is_plain_and_short(chunk: str, shown: str) -> None:
    assert render.fallback(chunk) == shown
