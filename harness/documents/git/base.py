"""What a change is measured against where nobody says.

1. In CI, what the event says: the only source a pull request cannot write (threats section 3).
2. `origin/HEAD`, `origin/main`, `origin/master`, `main`, `master`: the first that exists.
3. On that very branch, without a remote: the commit itself while files differ from it, else the commit before it,
   because "what did the last commit change" is the one question left. The report prints which.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from harness.model import HarnessError, NotFoundError

if TYPE_CHECKING:
    from harness.documents.git.commits import Commit
    from harness.documents.git.repository import GitRepository

_USUAL = ("origin/HEAD", "origin/main", "origin/master", "main", "master")
_EVENT_BYTES = 32 * 1024 * 1024
_ZERO = "0" * 40
_COMMITS = ("CI_MERGE_REQUEST_DIFF_BASE_SHA", "BITBUCKET_PR_DESTINATION_COMMIT")
_BRANCHES = (
    "GITHUB_BASE_REF",
    "CI_MERGE_REQUEST_TARGET_BRANCH_NAME",
    "BITBUCKET_PR_DESTINATION_BRANCH",
    "SYSTEM_PULLREQUEST_TARGETBRANCH",
    "BUILDKITE_PULL_REQUEST_BASE_BRANCH",
    "CHANGE_TARGET",
)


def default_base(repository: GitRepository, environ: Mapping[str, str]) -> Commit:
    """Return the base commit; its `ref` says how it was found.

    Raises:
        UnreadableError: The event names a commit that this clone does not have.
        NotFoundError: Nothing fits.
    """
    said = list(_from_event(environ))
    if said:
        return _first_known(repository, said)
    known = set(repository.refs())
    for ref in _USUAL:
        if ref in known or (ref == "origin/HEAD" and "origin" in known):
            return _not_itself(repository, ref)
    if repository.branch():
        return _not_itself(repository, "HEAD")
    raise NotFoundError("no base branch found", remedy="Say which: --base REVISION.")


def _first_known(repository: GitRepository, refs: list[str]) -> Commit:
    first: HarnessError | None = None
    for ref in refs:
        try:
            return repository.resolve(ref)
        except HarnessError as error:
            first = first or error
    assert first is not None  # noqa: S101  (there is at least one)
    raise first


def _not_itself(repository: GitRepository, ref: str) -> Commit:
    base = repository.resolve(ref)
    head = repository.head()
    if base.id != head.id or ref.startswith("origin/") or repository.is_bare:
        return base
    if repository.changed(repository.tree(head), repository.worktree()) or not head.parents:
        return base
    return repository.resolve(f"{ref}~1")


def _from_event(environ: Mapping[str, str]) -> Iterator[str]:
    """Every way the CI system names the base, the most exact first."""
    yield from _github_event(environ.get("GITHUB_EVENT_PATH", ""))
    for name in _COMMITS:
        if environ.get(name):
            yield environ[name]
    for name in _BRANCHES:
        if environ.get(name):
            yield "origin/" + environ[name].removeprefix("refs/heads/")


def _github_event(path: str) -> Iterator[str]:
    if not path:
        return
    try:
        file = Path(path)
        event = json.loads(file.read_bytes()) if file.stat().st_size <= _EVENT_BYTES else {}
    except (OSError, ValueError, RecursionError):
        return
    event = event if isinstance(event, dict) else {}
    repository = event.get("repository")
    default = repository.get("default_branch") if isinstance(repository, dict) else None
    on_default = event.get("ref") == f"refs/heads/{default}"  # elsewhere "before" is the branch's own last push
    for keys in (("pull_request", "base", "sha"), ("merge_group", "base_sha"), *([("before",)] if on_default else [])):
        value: object = event
        for key in keys:
            value = value.get(key) if isinstance(value, dict) else None
        if isinstance(value, str) and value and value != _ZERO:
            yield value
