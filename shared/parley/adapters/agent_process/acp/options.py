"""A session's model, mode and thinking option: what there is to choose, and how it is told."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from parley.adapters.agent_process.acp.values import record, records, text

MOST_LISTED = 40
# By category: the ids that agents give an option that has none, and the word for people.
_KNOWN = {
    "model": ("model",),
    "mode": ("mode",),
    "thought_level": ("thought_level", "effort", "thinking", "reasoning_effort"),
}
WORDS = {"model": "model", "mode": "mode", "thought_level": "thinking option"}


class Unfit(Exception):
    """The agent has no such value. The text is for people, and lists those that it has."""


@dataclass(frozen=True, slots=True)
class Setting:
    """A request that makes a choice."""

    method: str
    params: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class _Choices:
    values: Mapping[str, str]  # to their names
    current: str
    method: str
    params: Mapping[str, object]
    value_key: str


def setting(session: Mapping[str, object], category: str, wanted: str) -> Setting | None:
    """How the session gets the value; None if it has it. `session` is what the agent told of it.
    Raises Unfit."""
    choices = _config(session, category) or _legacy(session, category)
    if choices is None:
        raise Unfit(f"Its {WORDS[category]} can't be chosen, so `{wanted}` makes no sense to it")
    value = _match(choices.values, wanted)
    if value is None:
        raise Unfit(f"It has no {WORDS[category]} `{wanted}`. It has: {listed(choices.values)}")
    if value == choices.current:
        return None
    return Setting(choices.method, {**choices.params, choices.value_key: value})


def offered(session: Mapping[str, object], category: str) -> str:
    """The values, for people."""
    choices = _config(session, category) or _legacy(session, category)
    return listed(choices.values) if choices is not None else "none"


def listed(values: Mapping[str, str]) -> str:
    names = [f"`{value}`" for value in values]
    more = len(names) - MOST_LISTED
    return ", ".join(names[:MOST_LISTED]) + (f" and {more} more" if more > 0 else "") or "none"


def _match(values: Mapping[str, str], wanted: str) -> str | None:
    """Written as the agent does, or else its only one that reads the same."""
    if wanted in values:
        return wanted
    alike = [
        value
        for value, name in values.items()
        if wanted.casefold() in (value.casefold(), name.casefold())
    ]
    return alike[0] if len(alike) == 1 else None


def _config(session: Mapping[str, object], category: str) -> _Choices | None:
    options = records(session.get("configOptions"))
    found = [each for each in options if each.get("category") == category]
    found += [each for each in options if text(each.get("id")) in _KNOWN[category]]
    if not found:
        return None
    option = found[0]
    return _Choices(
        {text(each.get("value")): text(each.get("name")) for each in _flat(option)},
        text(option.get("currentValue")),
        "session/set_config_option",
        {"configId": text(option.get("id"))},
        "value",
    )


def _flat(option: Mapping[str, object]) -> Iterator[Mapping[str, object]]:
    """Values may come in groups."""
    for each in records(option.get("options")):
        if "options" in each:
            yield from records(each["options"])
        else:
            yield each


def _legacy(session: Mapping[str, object], category: str) -> _Choices | None:
    """What agents had before there were options: fields of their own for two of them."""
    if session.get("configOptions"):
        return None
    if category == "mode":
        return _field(record(session.get("modes")), "availableModes", "id", "Mode", "mode")
    if category == "model":
        return _field(record(session.get("models")), "availableModels", "modelId", "Model", "model")
    return None


def _field(
    told: Mapping[str, object], list_key: str, id_key: str, noun: str, verb: str
) -> _Choices | None:
    found = records(told.get(list_key))
    if not found:
        return None
    return _Choices(
        {text(each.get(id_key)): text(each.get("name")) for each in found},
        text(told.get(f"current{noun}Id")),
        f"session/set_{verb}",
        {},
        f"{verb}Id",
    )
