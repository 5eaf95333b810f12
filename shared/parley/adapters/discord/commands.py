"""Commands and forms of Discord, turned into what they mean for Parley."""

from collections.abc import Mapping
from typing import Any

from parley.adapters.discord.fields import (
    Json,
    id_in,
    object_in,
    objects_in,
    shown,
    text_in,
)
from parley.adapters.discord.quoting import attachments, files_of, names, quoted
from parley.adapters.discord.responses import FORM, FORM_FIELD, private, prompt_form
from parley.adapters.discord.scene import Scene
from parley.core.commands import FORMS
from parley.core.message import Attachment
from parley.core.reading import Ignored, Immediate, Reading

ASK = "ask"
ASK_ABOUT = "Ask agent"  # in a message's menu

_SLASH, _MESSAGE = 1, 3
_ROW, _LABEL = 1, 18
_FORMS = {form.name: form for form in FORMS}


def command(scene: Scene, data: Json) -> Reading:
    kind, name = data.get("type"), text_in(data, "name")
    if kind == _SLASH and name == ASK:
        return _ask(scene, data)
    if kind == _SLASH and name in _FORMS:
        return scene.received(_FORMS[name].typed(_options(data)))
    if kind == _MESSAGE and name == ASK_ABOUT:
        return _ask_about(scene, data)
    return Ignored(f"command {shown(name)}", private("I don't know this command."))


def form(scene: Scene, data: Json) -> Reading:
    name = text_in(data, "custom_id")
    if name != FORM:
        return Ignored(f"form {shown(name)}", private("I don't know this form."))
    return _prompted(scene, _inputs(data).get(FORM_FIELD, ""), _files(data))


def _ask(scene: Scene, data: Json) -> Reading:
    prompt, files = _options(data).get("prompt", ""), _files(data)
    if not prompt.strip() and not files:
        return Immediate(prompt_form())
    return _prompted(scene, prompt, files)


def _prompted(scene: Scene, prompt: str, files: tuple[Attachment, ...]) -> Reading:
    if prompt.strip():
        return scene.received(prompt, files)
    if files:
        return scene.received(f"[Sent without a text: {names(files)}]", files)
    return Ignored("empty", private("There is nothing in it."))


def _ask_about(scene: Scene, data: Json) -> Reading:
    messages = object_in(object_in(data, "resolved"), "messages")
    message = object_in(messages, id_in(data, "target_id"))
    text, files = quoted(message), files_of(message)
    if text:
        return scene.received(text, files)
    if files:
        return scene.received(f"[Message without a text in Discord: {names(files)}]", files)
    return Ignored("empty", private("This message has no text that I can read."))


def _options(data: Json) -> Mapping[str, str]:
    return {text_in(each, "name"): _written(each) for each in objects_in(data, "options")}


def _written(option: Json) -> str:
    value: Any = option.get("value")
    return str(value) if isinstance(value, int) else text_in(option, "value")


def _files(data: Json) -> tuple[Attachment, ...]:
    return attachments(objects_in(object_in(data, "resolved"), "attachments"))


def _inputs(data: Json) -> Mapping[str, str]:
    """The texts of a form, in either of the shapes that Discord sends: under labels, or in rows."""
    found: dict[str, str] = {}
    for component in objects_in(data, "components"):
        inner = {
            _LABEL: [object_in(component, "component")],
            _ROW: objects_in(component, "components"),
        }.get(_kind(component), [])
        found.update({text_in(each, "custom_id"): text_in(each, "value") for each in inner})
    return found


def _kind(component: Json) -> int:
    kind = component.get("type")
    return kind if isinstance(kind, int) else 0
