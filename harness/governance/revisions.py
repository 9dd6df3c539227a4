"""Which revisions are compared and trusted: base tip, merge-base and head, each resolved to a commit id once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from harness.documents import Tree
from harness.governance.event import Event
from harness.governance.values import Revision
from harness.model import HarnessError

if TYPE_CHECKING:
    from harness.documents.git import Commit, GitRepository

WORKTREE = "worktree"
_CLOCK_SLACK = timedelta(minutes=10)
_DATA = (".yaml", ".yml", ".json", ".avsc", ".avdl", ".jsonc")


@dataclass(frozen=True, slots=True)
class Revisions:
    """The three revisions of one run and what differs between merge-base and head.

    Attributes:
        base: Tip of the base branch: the trusted one.
        fork: Merge-base: what the branch is compared with.
        head: What is judged.
        base_tree: Files of the base.
        fork_tree: Files of the merge-base; the same object as `base_tree` if they are one commit.
        head_tree: Files of the head: a commit, or tracked and untracked files that git does not ignore.
        changed: Paths that differ between merge-base and head, by object id.
        claims: Authors, committers and co-authors of the branch, as free text.
        commits: The head commit and its parents.
        head_day: Day of the head commit; None for the working tree.
    """

    base: Revision
    fork: Revision
    head: Revision
    base_tree: Tree
    fork_tree: Tree
    head_tree: Tree
    changed: frozenset[str]
    claims: tuple[str, ...]
    commits: tuple[str, ...]
    head_day: date | None

    @property
    def changes_data(self) -> bool:
        """Whether any file differs that a contract or a rule of the gate could stand in."""
        return any(path.lower().endswith(_DATA) for path in self.changed)


def resolve(repo: Path, base: str | None, head: str, event: Event | None, now: datetime) -> Revisions:
    """Return the revisions of one run.

    The base is what was asked for, else what the CI event names, else the default branch.

    Raises:
        UsageError: A revision does not exist (exit code 2).
        HarnessError: History is missing, the branches share none, or the clock is wrong (exit code 3).
    """
    from harness.documents.git import GitRepository  # noqa: PLC0415  (start-up)

    repository = GitRepository.open(repo)
    trusted = _base(repository, base, event)
    if now + _CLOCK_SLACK < trusted.time:
        raise HarnessError(
            f"the clock says {now:%Y-%m-%d %H:%M} UTC, before the base commit of {trusted.time:%Y-%m-%d}",
            remedy="Set the clock: expiry of waivers and sign-offs goes by it.",
        )
    tip = repository.head() if head == WORKTREE else repository.resolve(head)
    fork = repository.merge_base(trusted, tip)
    base_tree = repository.tree(trusted)
    fork_tree = base_tree if fork.id == trusted.id else repository.tree(fork)
    head_tree = repository.worktree() if head == WORKTREE else repository.tree(tip)
    return Revisions(
        base=Revision(trusted.ref, trusted.id),
        fork=Revision(fork.ref, fork.id),
        head=Revision(WORKTREE, "") if head == WORKTREE else Revision(tip.ref, tip.id),
        base_tree=base_tree,
        fork_tree=fork_tree,
        head_tree=head_tree,
        changed=frozenset(repository.changed(fork_tree, head_tree)),
        claims=tuple(
            dict.fromkeys(claim for commit in repository.commits_between(fork, tip) for claim in commit.people)
        ),
        commits=(tip.id, *tip.parents),
        head_day=None if head == WORKTREE else tip.time.date(),
    )


def _base(repository: GitRepository, base: str | None, event: Event | None) -> Commit:
    if base:
        return repository.resolve(base)
    if event is not None and event.base_commit:
        return repository.resolve(event.base_commit)
    return repository.default_base()
