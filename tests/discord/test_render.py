"""Replies as Discord gets them."""

import pytest

from parley.adapters.discord import render
from parley.adapters.discord.limits import MESSAGE, MESSAGES
from parley.core.reply import Part
from tests.rendering import in_utf16

JOINER = "\N{WORD JOINER}"


@pytest.mark.parametrize(
    "text",
    [
        "# Done\n## And\n### So on\n\n- **one** & _two_ < three\n\n> quoted [it](https://x.y)\n",
        "```py\nprint('<b>')\n```\n",
        "1. Run:\n\n   ```sh\n   make\n   ```\n",
        "> ```sh\n> make\n> ```\n> done",
        "||hidden|| -# small `![no](image)`",
    ],
)
def test_markdown_that_discord_knows_goes_out_as_it_is(text: str) -> None:
    assert render.markdown(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("#### Deep ####\ntext", "**Deep**\ntext", id="deep heading"),
        pytest.param("- ###### **Deep** one", "- **Deep one**", id="deep heading in a list"),
        pytest.param("See ![a](https://x/i.png).", "See [a](https://x/i.png).", id="image"),
        pytest.param("| a | b |\n|---|--:|\n| x | 10 |\n\nso", None, id="table"),
        pytest.param("~~~py title=x\nx\n~~~\n", "```py\nx\n```\n", id="tildes"),
        pytest.param("```c++ {1}\nx\n```", "```c++\nx\n```", id="words after the language"),
        pytest.param("```{=html}\nx\n```", "```\nx\n```", id="no language"),
        pytest.param("````\n```\n````\n", f"```\n``{JOINER}`\n```\n", id="a fence in a fence"),
        pytest.param("use ``` here", f"use ``{JOINER}` here", id="backticks that are no fence"),
        pytest.param("> ```\n> x\n\ny", "> ```\n> x\n> ```\n\ny", id="a fence that its quote ends"),
        pytest.param("```\nx", "```\nx\n```", id="a fence that is not closed"),
    ],
)
def test_what_discord_does_not_know_is_written_otherwise(text: str, shown: str | None) -> None:
    table = "```\na |  b\n--+---\nx | 10\n```\n\nso"
    assert render.markdown(text) == (table if shown is None else shown)


def test_a_table_in_a_quote_stays_in_it() -> None:
    shown = render.markdown("> |a|\n> |-|\n> |1|\n")
    assert shown == "> ```\n> a\n> -\n> 1\n> ```\n"


@pytest.mark.parametrize("ping", ["@everyone", "@here", "<@1033>", "<@!1033>", "<@&77>"])
def test_an_agents_text_calls_nobody(ping: str) -> None:
    for text in (f"Hello {ping}!", f"`{ping}`", f"```\n{ping}\n```", f"|a|\n|-|\n|{ping}|"):
        (part,) = render.split(text)
        assert ping not in part.text
        assert ping in part.text.replace(JOINER, "")


@pytest.mark.parametrize("text", ["<#C1>", "<t:1700000000:R>", "<:ok:1>", "ann@x.com", "<@x>"])
def test_what_calls_nobody_is_left_alone(text: str) -> None:
    assert render.quiet(text) == text


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("plain words " * 3000, id="prose"),
        pytest.param("😀" * 9000, id="emoji"),
        pytest.param("@here " * 3000, id="pings"),
        pytest.param("| a |\n|---|\n" + "| b |\n" * 6000 + f"| {'c' * 90} |\n", id="table"),
        pytest.param("````\n" + "```\n" * 3000 + "````", id="fences in a fence"),
        pytest.param("a ``` " * 3000, id="backticks"),
    ],
)
def test_every_part_is_within_the_limit(text: str) -> None:
    *messages, file = render.split(text)
    assert len(messages) == MESSAGES
    assert max(in_utf16(part.text) for part in messages) <= MESSAGE
    assert file.file == "answer.md"


def test_nothing_is_one_empty_part() -> None:
    assert render.split("") == (Part(""),)
