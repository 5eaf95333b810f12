"""What a reviewer has to know of a difference before reading it."""

import posixpath
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import PurePosixPath

from parley.adapters.git import names
from parley.adapters.git.difference import EXECUTABLE, SYMLINK, Entry
from parley.adapters.git.pack import Object
from parley.adapters.git.process import MEGABYTE
from parley.core.tasks.task import Flag, FlagKind

LARGE = MEGABYTE
MOST = 20  # of a kind: what is to be seen is there by then

_WORKFLOWS = re.compile(
    r"(?:^|/)(?:\.(?:github|gitea|forgejo)/(?:workflows|actions)/.+|CODEOWNERS|Jenkinsfile"
    r"|\.gitlab-ci\.ya?ml|\.gitlab/ci/.+|\.circleci/.+|\.buildkite/.+|\.woodpecker(?:/.+|\.ya?ml)"
    r"|\.travis\.ya?ml|\.drone\.ya?ml|azure-pipelines\.ya?ml|bitbucket-pipelines\.ya?ml)$"
)
_LOCKFILES = {
    "package-lock.json", "npm-shrinkwrap.json", "yarn.lock", "pnpm-lock.yaml", "bun.lock",
    "bun.lockb", "deno.lock", "poetry.lock", "uv.lock", "pdm.lock", "Pipfile.lock", "pylock.toml",
    "Cargo.lock", "go.sum", "Gemfile.lock", "composer.lock", "mix.lock", "flake.lock",
    "Podfile.lock", "Package.resolved", "pubspec.lock", "packages.lock.json", "gradle.lockfile",
    "MODULE.bazel.lock",
}  # fmt: skip
_KEY_FILES = re.compile(
    r"(?:\.env(?:\.(?!example$|sample$|template$|dist$).+)?|.+\.(?:pem|key|p12|pfx|jks|keystore)"
    r"|id_(?:rsa|dsa|ecdsa|ed25519)|\.netrc|\.git-credentials|\.pgpass|\.htpasswd|kubeconfig"
    r"|credentials(?:\.json)?|service[-_]account.*\.json)"
)
# In an added line. The last one is a text that is called a secret.
_SECRETS = re.compile(
    rb"^\+.*?(?:-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----|\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"
    rb"|\bgh[opusr]_\w{30,}|\bgithub_pat_\w{40,}|\bglpat-[\w-]{20,}|\bxox[abeoprs]-[\w-]{10,}"
    rb"|\bxapp-[\w-]{10,}|\bsk-[\w-]{20,}|\bsk_live_\w{16,}|\bAIza[\w-]{35}|\bnpm_\w{36}"
    rb"|\bpypi-AgE[\w-]{20,}|\b\d{8,10}:[\w-]{35}\b|\beyJ[\w-]{8,400}\.eyJ[\w-]{8,400}\.[\w-]+"
    rb"|://[^\s:/@]{1,64}:[^\s:/@${}<>]{6,}@"
    rb"|(?i:pass(?:word|wd|phrase)|secret|token|(?:api|access|private)_?key)\w{0,20}[\"']?"
    rb"\s{0,8}(?::|=)\s{0,8}[\"'][^\"'\s$<>{}]{12,}[\"'])",
    re.MULTILINE,
)
# What shows nothing, turns the order of others round, or has a terminal write over what it shows:
# a compiler reads it all the same. Spaces and what emoji are joined with are not among them.
_HIDDEN = re.compile(
    rb"[\x00-\x08\x0b\x0e-\x1f\x7f]|\r(?!\n)|\xc2\xad|\xd8\x9c|\xe1\x85[\x9f\xa0]|\xe1\xa0\x8e"
    rb"|\xe2\x80[\x8b\x8e\x8f\xaa-\xae]|\xe2\x81[\xa0-\xaf]|\xe3\x85\xa4|\xef\xbe\xa0"
    rb"|\xef\xbf[\xb9-\xbb]|\xf3\xa0[\x80-\xbf][\x80-\xbf]"
)
_SECTION = re.compile(rb"^diff --git ", re.MULTILINE)


def of(
    entries: Sequence[Entry],
    contents: Mapping[str, Object],
    patch: bytes,
    left_out: Iterable[Flag],
) -> tuple[Flag, ...]:
    """In the order of FlagKind, and no more than MOST of a kind."""
    secrets = [match.start() for match in _SECRETS.finditer(patch)]
    found = {
        *left_out,
        *_at(secrets, FlagKind.CREDENTIAL, entries, patch),
        *_at(_hidden(patch), FlagKind.HIDDEN, entries, patch),
    }
    for entry in entries:
        kinds = (*_by_name(entry), *_by_content(entry, contents.get(entry.new)))
        found |= {Flag(kind, names.path(entry.path)) for kind in kinds}
    order = list(FlagKind)
    counts: Counter[FlagKind] = Counter()
    kept = []
    for flag in sorted(found, key=lambda flag: (order.index(flag.kind), flag.path)):
        counts[flag.kind] += 1
        if counts[flag.kind] <= MOST:
            kept.append(flag)
    return tuple(kept)


def _by_name(entry: Entry) -> Iterator[FlagKind]:
    path = names.path(entry.path)
    name = PurePosixPath(path).name
    if _WORKFLOWS.search(path):
        yield FlagKind.WORKFLOW
    if entry.status != "D" and _KEY_FILES.fullmatch(name):
        yield FlagKind.CREDENTIAL
    if name in _LOCKFILES:
        yield FlagKind.LOCKFILE


def _by_content(entry: Entry, content: Object | None) -> Iterator[FlagKind]:
    if content and entry.new_mode == SYMLINK and leads_out(entry.path, content.content):
        yield FlagKind.SYMLINK
    if content and len(content.content) > LARGE:
        yield FlagKind.LARGE
    if entry.added is None:
        yield FlagKind.BINARY
    if entry.new_mode == EXECUTABLE and entry.old_mode != EXECUTABLE:
        yield FlagKind.MODE


def leads_out(path: bytes, target: bytes) -> bool:
    """Whether a symlink may lead out of the tree, or to git's own folder. `..` after a name counts:
    that name may be a symlink itself, and then nobody knows where it goes."""
    if target.startswith(b"/"):
        return True
    steps = [step for step in target.split(b"/") if step not in (b"", b".")]
    climbs = 0
    while climbs < len(steps) and steps[climbs] == b"..":
        climbs += 1
    if b".." in steps[climbs:] or climbs > path.count(b"/"):
        return True
    reached = posixpath.normpath(posixpath.join(posixpath.dirname(path), target))
    return reached.split(b"/")[0].lower() == b".git"


def _hidden(patch: bytes) -> list[int]:
    """Where added lines begin that have such a character in them."""
    found = []
    match = _HIDDEN.search(patch)
    while match:
        begins = patch.rfind(b"\n", 0, match.start()) + 1
        ends = patch.find(b"\n", match.end())
        if patch.startswith(b"+", begins):
            found.append(begins)
        match = _HIDDEN.search(patch, ends) if ends >= 0 else None
    return found


def _at(places: Sequence[int], kind: FlagKind, entries: Sequence[Entry], patch: bytes) -> set[Flag]:
    """The files whose parts of the patch these places are in; they are in the patch's order."""
    if not places:
        return set()
    # A change of type is two sections in the patch: one file goes, another one comes.
    told = [entry for entry in entries for _ in range(2 if entry.status == "T" else 1)]
    begins = [match.start() for match in _SECTION.finditer(patch)]
    found = set()
    section = -1
    for place in places:
        while section + 1 < len(begins) and begins[section + 1] <= place:
            section += 1
        found.add(Flag(kind, names.path(told[section].path)))
    return found
