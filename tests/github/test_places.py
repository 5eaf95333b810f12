import pytest

from parley.adapters.github.places import repository_of
from parley.errors import ForgeError

PUBLIC = "https://api.github.com"


@pytest.mark.parametrize(
    ("address", "api", "repository"),
    [
        ("https://github.com/acme/app.git", PUBLIC, "acme/app"),
        ("https://github.com/acme/app", PUBLIC, "acme/app"),
        ("https://github.com/acme/app/", PUBLIC, "acme/app"),
        ("https://GitHub.com/acme/my.app.git", PUBLIC, "acme/my.app"),
        ("https://git.acme.example/acme/app.git", "https://git.acme.example/api/v3", "acme/app"),
        ("https://acme.ghe.com/acme/app.git", "https://api.acme.ghe.com", "acme/app"),
        ("http://127.0.0.1:8123/acme/app.git", "http://127.0.0.1:9000/api", "acme/app"),
        ("http://127.0.0.1:8123/git/acme/app.git", "http://localhost:9000", "acme/app"),
    ],
)
def test_a_repository_is_read_off_its_address(address: str, api: str, repository: str) -> None:
    assert str(repository_of(address, api)) == repository


@pytest.mark.parametrize(
    ("address", "api", "reason"),
    [
        ("http://github.com/acme/app.git", PUBLIC, "https"),
        ("git@github.com:acme/app.git", PUBLIC, "https"),
        ("ssh://git@github.com/acme/app.git", PUBLIC, "https"),
        ("https://[acme/app", PUBLIC, "none"),
        ("https://evil.example/acme/app.git", PUBLIC, "not the forge"),
        ("https://github.com.evil.example/acme/app", PUBLIC, "not the forge"),
        ("https://github.com/acme/app", "https://git.acme.example/api/v3", "not the forge"),
        ("https://127.0.0.1/acme/app", PUBLIC, "not the forge"),
        ("https://github.com/acme/app", "http://127.0.0.1:9000", "not the forge"),
        ("https://github.com/acme", PUBLIC, "no owner"),
        ("https://github.com/acme/..", PUBLIC, "no owner"),
        ("https://github.com/acme/a%2fb", PUBLIC, "no owner"),
        ("https://github.com/acme/app/tree/main", PUBLIC, "more than a repository"),
    ],
)
def test_a_credential_goes_to_no_other_place(address: str, api: str, reason: str) -> None:
    with pytest.raises(ForgeError, match=reason):
        repository_of(address, api)


def test_a_secret_in_an_address_is_not_told() -> None:
    with pytest.raises(ForgeError) as error:
        repository_of("https://user:hunter2@evil.example/acme/app", PUBLIC)
    assert "hunter2" not in str(error.value)
