"""The forms of a text, whatever it is."""

from hypothesis import given, settings
from hypothesis import strategies as st

from parley.adapters.telegram.forms import Form, cut, ordinary, rich, word
from parley.adapters.telegram.limits import RICH_TEXT, TEXT
from parley.adapters.telegram.markup import visible
from tests.telegram.bodies import units

PIECES = st.sampled_from(
    ["word ", "🙂", "**b** ", "`c` ", "\n\n", "<b>", "&amp;", "| a |\n|---|\n", "@x "]
)
TEXTS = st.lists(PIECES, max_size=60).map("".join)
REPEATED = st.builds(lambda text, times: text * times, TEXTS, st.integers(1, 40))


def shown(form: Form) -> str:
    text: str = form.fields["text"]
    return visible(text) if form.fields.get("parse_mode") == "HTML" else text


@settings(deadline=None, max_examples=40)
@given(REPEATED)
def test_no_form_is_longer_than_telegram_takes(text: str) -> None:
    for form in [*ordinary(text), *word(text)]:
        assert units(shown(form)) <= TEXT
    for form in rich(text):
        assert units(form.fields["rich_message"]["markdown"]) <= RICH_TEXT


@settings(deadline=None, max_examples=40)
@given(REPEATED)
def test_a_short_word_always_has_a_form(text: str) -> None:
    assert list(word(text))


def test_what_is_too_long_for_a_rich_message_is_none() -> None:
    assert list(rich("x" * RICH_TEXT))
    assert not list(rich("🙂" * (RICH_TEXT // 2 + 1)))


@given(st.text(max_size=40), st.integers(1, 50))
def test_a_text_is_cut_between_characters(text: str, most: int) -> None:
    short = cut(text, most)
    assert units(short) <= most
    assert short == text or (short.endswith("…") and text.startswith(short[:-1]))
