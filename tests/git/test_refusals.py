from dataclasses import replace
from typing import Any

import pytest

from local.git_server import GitServer
from parley.adapters.git.workbench import GitWorkbench
from parley.errors import WorkbenchError
from parley.ports.work import Source
from tests.git.agent import TOKEN, Project, act


@pytest.mark.parametrize("damage", [b"", b"# v2 git bundle\n", None], ids=["none", "head", "cut"])
def test_a_damaged_bundle_is_refused(
    workbench: GitWorkbench, project: Project, damage: bytes | None
) -> None:
    first = workbench.prepare("t1", project.source)
    act(first, "echo first > first")
    change = workbench.diff(first)
    bundle = change.bundle[:-30] if damage is None else damage

    source = replace(project.source, base=first.base, on_top=(bundle, change.commit))
    with pytest.raises(WorkbenchError):
        workbench.prepare("t2", source)


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ({"branch": "nowhere"}, "no branch `nowhere`"),
        ({"branch": "--upload-pack=touch"}, "no name of a branch"),
        ({"branch": "a b"}, "no name of a branch"),
        ({"branch": "x" * 201}, "no name of a branch"),
        ({"base": "main"}, "no full name of a commit"),
        ({"base": "0" * 39 + "1"}, "no longer has the commit"),
        ({"credential": "wrong-t0ken"}, "refuses the credential"),
        ({"credential": ""}, "refuses the credential"),
        ({"repository": "ext::sh -c touch% /tmp/x"}, "has to be `https"),
        ({"repository": "file:///etc"}, "has to be `https"),
        ({"repository": "/etc"}, "has to be `https"),
        ({"repository": "--upload-pack=touch"}, "has to be `https"),
        ({"repository": "http://example.org/a.git"}, "has to be `https"),
        ({"repository": "https://me:pass@example.org/a.git"}, "has to be `https"),
        ({"repository": "https://example.org/a.git\n"}, "has to be `https"),
        ({"repository": "http://127.0.0.1:9/a.git"}, "can't be reached"),
    ],
)
def test_what_cannot_be_prepared_says_why_and_no_secret(
    workbench: GitWorkbench, project: Project, source: dict[str, Any], reason: str
) -> None:
    with pytest.raises(WorkbenchError, match=reason) as caught:
        workbench.prepare("t1", replace(project.source, **source))

    assert not any(secret in str(caught.value) for secret in (TOKEN, "wrong-t0ken", "pass@"))


def test_a_repository_that_is_not_there_is_said_to_be_missing_or_hidden(
    workbench: GitWorkbench, server: GitServer
) -> None:
    with pytest.raises(WorkbenchError, match="no such repository, or the credential may not"):
        workbench.prepare("t1", Source(server.url_of("missing"), "main", TOKEN))


@pytest.mark.parametrize("task", ["", "../t1", "T1", "a/b", "-rf", "a" * 33, "a\n"])
def test_a_task_that_is_no_id_has_no_place(
    workbench: GitWorkbench, project: Project, task: str
) -> None:
    with pytest.raises(WorkbenchError, match="no task's id"):
        workbench.prepare(task, project.source)
