"""The adapter at the stand-in: what becomes a pull request, what is told when none does."""

import httpx
import pytest

from local.faults import Fault
from local.github.app import github_stand_in
from local.github.pulls import Pull, Pulls
from local.ports import loopback_port
from parley.adapters.github import limits
from parley.adapters.github.forge import GitHub
from parley.errors import ForgeError, ForgeUnavailable
from tests.fakes.world import FakeClock
from tests.github.conftest import READER, TOKEN, Running


def opened(
    github: Running,
    repository: str,
    *,
    branch: str = "parley/one",
    base: str = "main",
    credential: str = TOKEN,
    title: str = "A title",
    body: str = "A body",
) -> str:
    return github.forge.open_pull_request(repository, credential, branch, base, title, body)


def name_of(repository: str) -> str:
    return repository.partition("/git/")[2].removesuffix(".git")


def test_a_pull_request_is_opened_and_its_address_told(github: Running) -> None:
    repository = github.repository
    address = opened(github, repository)
    [pull] = github.stand_in.pulls.of(name_of(repository))
    assert (pull.title, pull.body, pull.head, pull.base) == (
        "A title",
        "A body",
        "parley/one",
        "main",
    )
    assert address == f"{github.stand_in.url}/github/{name_of(repository)}/pull/1"


def test_the_address_is_a_page_that_can_be_read(github: Running) -> None:
    page = httpx.get(opened(github, github.repository, title="<b>A & B</b>"))
    assert page.status_code == 200
    assert "&lt;b&gt;A &amp; B&lt;/b&gt;" in page.text


def test_a_second_request_finds_the_one_that_is_open(github: Running) -> None:
    repository = github.repository
    first = opened(github, repository)
    assert opened(github, repository) == first
    assert len(github.stand_in.pulls.of(name_of(repository))) == 1


def test_one_that_was_closed_is_not_the_one_that_is_open(github: Running) -> None:
    repository = github.repository
    first = opened(github, repository)
    github.stand_in.pulls.close(name_of(repository), 1)
    assert opened(github, repository) != first


def test_of_several_open_ones_the_branch_and_the_base_tell(github: Running) -> None:
    github.branches.heads |= {"parley/two": "c" * 40, "next": "d" * 40}
    repository = github.repository
    first = opened(github, repository)
    opened(github, repository, branch="parley/two")
    opened(github, repository, base="next")
    assert opened(github, repository) == first


def test_title_and_body_are_cut_to_what_is_taken(github: Running) -> None:
    repository = github.repository
    opened(github, repository, title="t" * 500, body="b" * 100_000)
    [pull] = github.stand_in.pulls.of(name_of(repository))
    assert (len(pull.title), len(pull.body)) == (limits.TITLE, limits.BODY)


@pytest.mark.parametrize(
    ("branch", "base", "reason"),
    [
        ("parley/none", "main", "GitHub finds no branch `parley/none`"),
        ("parley/one", "none", "GitHub finds no branch `none`"),
        ("same", "main", "`main` has everything that `same` has: there is nothing to merge"),
    ],
    ids=["no head", "no base", "no commits"],
)
def test_a_branch_that_does_not_fit_is_named(
    github: Running, branch: str, base: str, reason: str
) -> None:
    github.branches.heads["same"] = "a" * 40
    with pytest.raises(ForgeError) as error:
        opened(github, github.repository, branch=branch, base=base)
    assert str(error.value) == reason
    assert not error.value.retryable


@pytest.mark.parametrize(
    ("credential", "reason"),
    [
        ("another-token", "GitHub does not know the project's credential, or it has expired"),
        (READER, "may not open pull requests in"),
        ("", "names no credential"),
        ("two\nlines", "not fit for a header"),
    ],
    ids=["unknown", "reads only", "none", "no header"],
)
def test_a_credential_that_does_not_do_is_told_and_not_shown(
    github: Running, credential: str, reason: str
) -> None:
    with pytest.raises(ForgeError) as error:
        opened(github, github.repository, credential=credential)
    assert reason in str(error.value)
    assert not credential or credential not in str(error.value)
    assert not error.value.retryable


def test_a_repository_that_is_not_there_is_named(github: Running) -> None:
    with pytest.raises(ForgeError, match=r"^`acme/none` is not there for the project's"):
        opened(github, f"{github.stand_in.url}/git/acme/none.git")


def test_a_fault_is_waited_out(github: Running) -> None:
    repository = github.repository
    github.stand_in.faults.add(Fault("POST pulls", status=502, times=2))
    before = github.clock.monotonic()
    opened(github, repository)
    assert github.clock.monotonic() - before == 3
    assert len(github.stand_in.pulls.of(name_of(repository))) == 1


def test_an_answer_that_got_lost_does_not_open_a_second_one(github: Running) -> None:
    repository = github.repository
    github.stand_in.faults.add(Fault("POST pulls", status=502, after=True))
    assert opened(github, repository).endswith("/pull/1")
    assert len(github.stand_in.pulls.of(name_of(repository))) == 1


def test_a_fault_that_stays_is_left_to_later(github: Running) -> None:
    github.stand_in.faults.add(Fault("POST pulls", status=500, times=limits.TRIES))
    with pytest.raises(ForgeUnavailable, match="GitHub answered 500"):
        opened(github, github.repository)


def test_a_short_rate_limit_is_waited_for(github: Running) -> None:
    github.stand_in.faults.add(Fault("POST pulls", status=403, retry_after=7))
    before = github.clock.monotonic()
    opened(github, github.repository)
    assert github.clock.monotonic() - before == 7


def test_a_long_rate_limit_is_left_to_later(github: Running) -> None:
    github.stand_in.faults.add(Fault("POST pulls", status=429, retry_after=900))
    before = github.clock.monotonic()
    with pytest.raises(ForgeUnavailable, match="rate limit"):
        opened(github, github.repository)
    assert github.clock.monotonic() == before


def test_without_a_connection_it_is_tried_again_and_left_to_later() -> None:
    clock = FakeClock()
    url = f"http://127.0.0.1:{loopback_port()}"
    forge = GitHub(url, clock)
    before = clock.monotonic()
    with pytest.raises(ForgeUnavailable, match="did not answer: ConnectError"):
        forge.open_pull_request(f"{url}/acme/app.git", TOKEN, "parley/one", "main", "t", "b")
    assert clock.monotonic() - before == 3
    forge.close()


def test_the_credential_stands_in_a_header_alone(github: Running) -> None:
    opened(github, github.repository)
    [*_, call] = github.stand_in.calls.of()
    assert TOKEN not in repr(call)


class Lagging(Pulls):
    """What was opened shows in the list only after it was asked for twice."""

    asked = 0

    def of(self, repository: str, state: str = "") -> list[Pull]:
        self.asked += 1
        return super().of(repository, state) if self.asked > 2 else []


def test_a_pull_request_that_the_list_does_not_have_yet_is_waited_for() -> None:
    clock = FakeClock()
    with github_stand_in(loopback_port(), Lagging({"acme/app"}), token=TOKEN) as stand_in:
        forge = GitHub(stand_in.api_url, clock)
        wanted = (f"{stand_in.url}/acme/app", TOKEN, "parley/one", "main", "t", "b")
        first = forge.open_pull_request(*wanted)
        before = clock.monotonic()
        assert forge.open_pull_request(*wanted) == first
        assert clock.monotonic() - before == 3
        forge.close()


def test_an_answer_without_end_is_none(github: Running) -> None:
    endless = Fault("POST pulls", "x" * (limits.ANSWER_BYTES + 1), 500, times=limits.TRIES)
    github.stand_in.faults.add(endless)
    with pytest.raises(ForgeUnavailable, match="does not end"):
        opened(github, github.repository)


@pytest.mark.parametrize("url", ["ftp://127.0.0.1/api", "http://127.0.0.1:1:1/api"])
def test_an_api_whose_address_is_none_is_told(url: str) -> None:
    forge = GitHub(url, FakeClock())
    with pytest.raises(ForgeError, match="is none"):
        forge.open_pull_request("http://127.0.0.1/acme/app", TOKEN, "one", "main", "t", "b")
