"""The slash command: what Parley understands, and what the agent gets."""

import pytest

from parley.adapters.slack.parse import parse
from parley.core.delivery import Chat, Delivery
from parley.core.message import Address, Inbound, MessageId, Sender
from parley.core.reading import Answer, Ignored, Immediate, Verdict
from tests.slack.bodies import ADA, CHANNEL, DM, TEAM, ordered, taken
from tests.slack.signing import NOW


def text_of(written: str) -> str:
    return taken(ordered(text=written)).inbound.text


def test_a_command_in_a_channel() -> None:
    reading = taken(ordered())
    assert reading.inbound == Inbound(
        id=MessageId("slack", TEAM, CHANNEL, "1790000050.1.x"),
        sender=Sender(ADA, "ada"),
        address=Address.MENTION,
        text="/status",
        delivery=Delivery(
            channel="slack",
            peer=ADA,
            chat=Chat.of_group(CHANNEL),
            target=f"slack:channel:{CHANNEL}",
            meta={"channel": CHANNEL},
        ),
        position=f"00{NOW}.000000",
        sent_at=NOW * 1000,
    )
    assert reading.place["response_url"] == "https://hooks.slack.com/commands/T0PARLEY01/1/x"


def test_a_command_in_a_direct_chat() -> None:
    inbound = taken(ordered(channel_id=DM, channel_name="directmessage")).inbound
    assert inbound.address is Address.DIRECT
    assert inbound.delivery.chat == Chat.direct()
    assert inbound.delivery.target == f"slack:channel:{DM}"


@pytest.mark.parametrize("name", ["privategroup", "mpdm-ada--grace--parley-1"])
def test_a_command_in_a_group(name: str) -> None:
    assert taken(ordered(channel_name=name)).inbound.delivery.chat == Chat.of_group(CHANNEL)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        pytest.param("stop", "/stop", id="a command"),
        pytest.param("  Stop ", "/Stop", id="with spaces"),
        pytest.param("/stop", "/stop", id="with a slash of its own"),
        pytest.param("queue steer", "/queue steer", id="with an argument"),
        pytest.param("queue", "/queue", id="without the argument that it needs"),
        pytest.param("deny k3v9 too risky", "/deny k3v9 too risky", id="with a reason"),
        pytest.param(
            "task shop <@U2|stub> model=a/b fix\n\n  it",
            "/task shop @stub model=a/b fix\n\n  it",
            id="a task of several lines",
        ),
        pytest.param("", "/help", id="nothing"),
        pytest.param("   ", "/help", id="nothing but spaces"),
        pytest.param("why is the build red?", "why is the build red?", id="a prompt"),
        pytest.param("/etc/hosts is wrong", "/etc/hosts is wrong", id="a path"),
        pytest.param("stopping is hard", "stopping is hard", id="another word"),
        pytest.param("ask <@U2|ann> in <#C1|dev>", "ask @ann in #dev", id="Slack's notation"),
        pytest.param("a &lt; b &amp;&amp; c", "a < b && c", id="escapes"),
        pytest.param("List<String> x = <T>()", "List<String> x = <T>()", id="not escaped"),
    ],
)
def test_what_is_meant(written: str, meant: str) -> None:
    assert text_of(written) == meant


def test_every_use_is_a_message_of_its_own() -> None:
    first, again = taken(ordered()), taken(ordered(trigger_id="1.2.other"))
    assert first.inbound.id != again.inbound.id


def test_an_app_of_an_organisation_is_installed_there() -> None:
    assert taken(ordered(team_id="", enterprise_id="E1")).inbound.id.installation == "E1"


@pytest.mark.parametrize("name", ["team_id", "channel_id", "user_id", "trigger_id"])
@pytest.mark.parametrize("value", ["", "a b", "x" * 200])
def test_what_is_incomplete_is_ignored(name: str, value: str) -> None:
    assert ordered(**{name: value}) == Ignored("incomplete")


def test_slacks_check_of_the_certificate_is_answered() -> None:
    assert parse(b"ssl_check=1&token=x", NOW) == Immediate(Answer(Verdict.DONE))
