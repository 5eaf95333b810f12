"""Texts as agents write them, as nobody writes them, and everything between."""

from hypothesis import strategies as st

PROSE = ("word ", "Ärger. ", "it is? ", "日本語。", "مرحبا ", "😀", "👩\u200d💻", "\t", "  ", "\\")
MARKS = ("`", "``", "```", "````", "~~~", "**", "*", "_", "~~", "[", "](", ")", "!", "<", ">")
HTML = ("&amp;", "<b>", "</b>", "<!--", "<br>", "</pre>", "&lt;", "\x00", "\r\n", "\ud800")
LINKS = (
    "https://x.example/a?b=1&c=2",
    "![i](https://x.example/i.png)",
    "[a](https://x.example)",
    "[x](tg://user?id=1)",
    '[q](https://x.example/"<>)',
)
PINGS = (
    "@everyone",
    "@here",
    "<@1033>",
    "<@&77>",
    "<@U0ADA00001>",
    "<!here>",
    "<!subteam^S1>",
    " @alice",
    "@**alice**",
    "&#64;alice",
)
TABLES = ("|", "\\|", "a | b", ":-:")
STARTS = (
    *("", "", "# ", "#### ", "- ", "  - ", "1. ", "> ", "> > ", "    ", "| a | b |", "|---|:-:|"),
    *("```", "```py", "~~~ sh x", "````md", "   ```", "    ```", "- ```", "> ```", "---", "==="),
)
SOUND = (
    "Words about it. And **some** more `code`, said at length so that it may be cut here.\n\n",
    "# A heading\n\n",
    "#### A deep one\n\n",
    "- one\n- two\n  - nested\n    ```sh\n    make all\n    make test\n    ```\n- three\n\n",
    "1. one\n2. two\n\n",
    "> quoted\n> > twice\n\n",
    "> ```py\n> x = 1\n> y = 2\n> ```\n\n",
    "```py\n" + "def f() -> None: ...\n" * 5 + "```\n\n",
    "~~~~text\n```\ninner\n```\n~~~~\n\n",
    "| a | b |\n|:--|--:|\n" + "| `one` | **two** and more |\n" * 4 + "\n",
    "See [this](https://x.example/a?b=1&c=2) and ![that](https://x.example/i.png).\n\n",
    "שלום עולם, أهلا 😀👩\u200d💻🇩🇪 日本語のテキスト。\n\n",
)

words = st.sampled_from((*PROSE, *PROSE, *MARKS, *HTML, *LINKS, *PINGS, *TABLES))
lines = st.builds(
    lambda start, words, end: start + "".join(words) + end,
    st.sampled_from(STARTS),
    st.lists(st.one_of(words, words, st.text(max_size=12)), max_size=6),
    st.sampled_from(["\n", "\n", "\n\n", ""]),
)
wild = st.lists(lines, max_size=25).map("".join)
sound = st.lists(st.sampled_from(SOUND), min_size=1, max_size=20).map("".join)
long_wild = st.builds(lambda text, times: text * times, wild, st.integers(1, 12))
long_sound = st.builds(lambda text, times: text * times, sound, st.integers(1, 12))
markdowns = st.one_of(sound, wild, long_wild)
long_markdowns = st.one_of(long_sound, long_wild)
