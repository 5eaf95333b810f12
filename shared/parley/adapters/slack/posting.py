"""Posts: new, edited, removed, and seen by one person only."""

from collections.abc import Mapping
from typing import Any

from parley.adapters.slack import render
from parley.adapters.slack.errors import NO_POST_TO_EDIT
from parley.adapters.slack.mrkdwn import escaped
from parley.adapters.slack.web_api import WebApi
from parley.errors import ChannelError, Undeliverable

Fields = Mapping[str, Any]

QUIETLY = {"parse": "none", "unfurl_links": False, "unfurl_media": False}


def markdown(text: str) -> Fields:
    return {"text": render.fallback(text), "blocks": render.blocks(text)}


def plain(text: str) -> Fields:
    """A line of our own, with no more than `code` in it."""
    return {"text": escaped(text)}


def thread_of(meta: Mapping[str, str]) -> Fields:
    return {"thread_ts": meta["thread_ts"]} if "thread_ts" in meta else {}


def post(api: WebApi, meta: Mapping[str, str], content: Fields, deadline: float) -> str:
    """The new post's id."""
    fields = {"channel": meta["channel"], **content, **QUIETLY, **thread_of(meta)}
    answer = api.call("chat.postMessage", fields, deadline)
    return str(answer.get("ts", ""))


def edit(api: WebApi, channel: str, ts: str, content: Fields, deadline: float) -> bool:
    """Whether there is such a post, which now has this content, and no other blocks."""
    fields = {"channel": channel, "ts": ts, "parse": "none", "blocks": [], **content}
    return bool(api.call("chat.update", fields, deadline, NO_POST_TO_EDIT)["ok"])


def become(api: WebApi, meta: Mapping[str, str], ts: str, content: Fields, deadline: float) -> bool:
    """As `edit`, but a post that cannot take this content counts as none."""
    try:
        return edit(api, meta["channel"], ts, content, deadline)
    except Undeliverable:
        return False


def remove(api: WebApi, channel: str, ts: str, deadline: float) -> None:
    """If possible: what stays is an outdated line."""
    try:
        api.call("chat.delete", {"channel": channel, "ts": ts}, deadline, NO_POST_TO_EDIT)
    except ChannelError:
        return


def tell(
    api: WebApi, place: Mapping[str, str], user: str, text: str, *, direct: bool, deadline: float
) -> None:
    """To this person alone: in a direct chat that is a post like any other."""
    if direct:
        post(api, place, plain(text), deadline)
        return
    fields = {"channel": place["channel"], "user": user, "parse": "none", **plain(text)}
    api.call("chat.postEphemeral", {**fields, **thread_of(place)}, deadline)
