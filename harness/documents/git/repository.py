"""A git repository, opened without trusting it."""

from __future__ import annotations

import difflib
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

from harness.documents.git.commits import Commit, CommitTree, parse_commit
from harness.documents.git.process import ObjectReader, run
from harness.documents.git.worktree import WorktreeTree
from harness.documents.values import Tree
from harness.model import Location, NotFoundError, UnreadableError, UsageError

_FETCH = "git fetch --unshallow, or actions/checkout with fetch-depth: 0."


class GitRepository:
    """Answers questions about commits and trees. Nothing is checked out, fetched, or executed."""

    def __init__(self, git_dir: Path, root: Path | None, *, is_shallow: bool, hash_name: str) -> None:
        """Use `GitRepository.open`."""
        self._git_dir = git_dir
        self._root = root
        self._hash_name = hash_name
        self.is_shallow = is_shallow
        self._objects = ObjectReader(self._folder)
        self._trees: dict[str, CommitTree] = {}

    @classmethod
    def open(cls, path: Path | str) -> GitRepository:
        """Return the repository around `path`.

        Raises:
            UnreadableError: No repository, or one of another user, which git refuses to read.
        """
        folder = Path(path)
        if not folder.is_dir():
            raise UnreadableError("no such folder", location=Location(str(path)), remedy="Check the path.")
        asked = ("--is-bare-repository", "--is-shallow-repository", "--show-object-format", "--absolute-git-dir")
        answer = run(folder, "rev-parse", *asked, "--show-toplevel")
        lines = answer.stdout.decode("utf-8", "surrogateescape").splitlines()
        if len(lines) < len(asked):
            _refuse(folder, answer.stderr.decode("utf-8", "replace"))
        root = Path(lines[4]) if len(lines) > len(asked) and lines[0] == "false" else None
        return cls(Path(lines[3]), root, is_shallow=lines[1] == "true", hash_name=lines[2])

    @property
    def root(self) -> Path:
        """The folder that paths of trees are relative to; of a bare repository, the repository itself."""
        return self._root or self._git_dir

    @property
    def is_bare(self) -> bool:
        """Whether there is no working tree."""
        return self._root is None

    @property
    def _folder(self) -> Path:
        return self._root or self._git_dir

    def resolve(self, ref: str) -> Commit:
        """Return the commit that a branch, tag, id or expression such as `HEAD~2` names.

        Raises:
            UsageError: It looks like an option, or names a branch and a tag at once.
            NotFoundError: There is none; a near name is offered.
            UnreadableError: The clone is too shallow to know it.
        """
        if not ref or ref.startswith("-") or any(sign in ref for sign in "\0\n"):
            raise UsageError(f'"{ref}" is not a revision', remedy="Give a branch, a tag or a commit id.")
        answer = run(self._folder, "rev-parse", "--verify", "--end-of-options", ref + "^{commit}")
        if b"is ambiguous" in answer.stderr:
            raise UsageError(
                f'"{ref}" names more than one thing: a branch and a tag, or several commits',
                remedy=f"Write refs/heads/{ref}, refs/tags/{ref}, or more digits.",
            )
        if answer.returncode != 0:
            self._refuse_ref(ref)
        return self._commit(answer.stdout.decode("ascii").strip().splitlines()[-1], ref)

    def head(self) -> Commit:
        """Return the commit that is checked out.

        Raises:
            UnreadableError: There is no commit yet.
        """
        if run(self._folder, "rev-parse", "--verify", "--quiet", "HEAD").returncode != 0:
            raise UnreadableError("this repository has no commit yet", remedy="Commit the contracts first.")
        return self.resolve("HEAD")

    def branch(self) -> str:
        """Return the name of the branch that is checked out, "" where none is."""
        answer = run(self._folder, "symbolic-ref", "--quiet", "--short", "HEAD")
        return answer.stdout.decode("utf-8", "surrogateescape").strip()

    def merge_base(self, one: Commit, other: Commit) -> Commit:
        """Return the commit where the two histories part.

        Raises:
            UnreadableError: They have nothing in common, or the clone does not reach that far.
        """
        answer = run(self._folder, "merge-base", one.id, other.id)
        if answer.returncode == 0:
            commit_id = answer.stdout.decode("ascii").split()[0]
            return self._commit(commit_id, commit_id)
        if self.is_shallow:
            raise self._too_shallow(one.ref)
        raise UnreadableError(
            f"{one.ref} and {other.ref} have no commit in common",
            remedy="Rebase onto the base branch, or run git fetch where its history was rewritten.",
        )

    def default_base(self, environ: Mapping[str, str] | None = None) -> Commit:
        """Return what a change is measured against where nobody says; see `harness.documents.git.base`."""
        from harness.documents.git.base import default_base  # noqa: PLC0415  (it needs this class)

        return default_base(self, os.environ if environ is None else environ)

    def tree(self, commit: Commit) -> Tree:
        """Return the files of a commit."""
        if commit.id not in self._trees:
            answer = run(self._folder, "ls-tree", "-r", "-z", "--full-tree", commit.id)
            if answer.returncode != 0:
                raise UnreadableError(
                    f"the files of {commit.ref} are not in this clone", remedy="Run git fetch --refetch."
                )
            self._trees[commit.id] = CommitTree(commit, answer.stdout, self._objects)
        return self._trees[commit.id]

    def worktree(self) -> Tree:
        """Return what is on disk now: tracked files, and untracked ones that are not ignored.

        Raises:
            UsageError: The repository is bare.
        """
        if self._root is None:
            raise UsageError("a bare repository has no working tree", remedy="Name a revision: --head REVISION.")
        return WorktreeTree(self._root, self._git_dir, self._objects, self._hash_name)

    def changed(self, old: Tree, new: Tree) -> frozenset[str]:
        """Return the paths whose content or kind differs, by object ids alone."""
        before, after = old.entries(), new.entries()
        return frozenset(path for path in before.keys() | after.keys() if before.get(path) != after.get(path))

    def commits_between(self, base: Commit, head: Commit) -> tuple[Commit, ...]:
        """Return the commits of `head` that `base` does not have, oldest first."""
        answer = run(self._folder, "rev-list", "--reverse", "--topo-order", f"{base.id}..{head.id}")
        if answer.returncode != 0:
            raise self._too_shallow(base.ref)
        return tuple(self._commit(one, one) for one in answer.stdout.decode("ascii").split())

    def merged(
        self, head: Commit, since: datetime, folder: str
    ) -> tuple[tuple[Commit, tuple[str, ...], datetime], ...]:
        """Return what came onto a branch since a time and touched a folder, newest first.

        Returns:
            The commit on the branch (a merge, or the change itself), the paths below `folder`, and when the first
            commit of it was written.
        """
        stamp = f"--since={int(since.timestamp())}"
        asked = ("--first-parent", "-m", "--name-only", "--format=%x01%H", stamp, head.id, "--", folder)
        answer = run(self._folder, "log", *asked)
        if answer.returncode != 0:
            raise self._too_shallow(head.ref)
        found = []
        for block in answer.stdout.decode("utf-8", "surrogateescape").split("\x01")[1:]:
            name, *paths = [line for line in block.split("\n") if line]
            commit = self._commit(name, name)
            found.append((commit, tuple(paths), self._began(commit)))
        return tuple(found)

    def _began(self, commit: Commit) -> datetime:
        """Return when the first commit that a commit brought onto its branch was written."""
        first, *others = commit.parents or ("",)
        span = [f"^{first}", *others] if others else ["-1", commit.id]
        told = run(self._folder, "log", "--format=%at", *span).stdout.decode("ascii", "replace").split()
        written = [datetime.fromtimestamp(int(one), UTC) for one in told if one.isdigit()]
        return min(written, default=commit.time)

    def refs(self) -> tuple[str, ...]:
        """Return the short names of branches, remote branches and tags, sorted."""
        answer = run(self._folder, "for-each-ref", "--format=%(refname:short)")
        return tuple(sorted(answer.stdout.decode("utf-8", "surrogateescape").split("\n")[:-1]))

    def close(self) -> None:
        """End the git process that reads objects; it starts again on demand."""
        self._objects.close()

    def _commit(self, commit_id: str, ref: str) -> Commit:
        found = self._objects.read(commit_id, ref)
        if found is None or found[0] != "commit":
            raise (
                self._too_shallow(ref)
                if self.is_shallow
                else UnreadableError(f"commit {commit_id[:7]} is not in this clone", remedy="Run git fetch.")
            )
        return parse_commit(found[1], commit_id, ref)

    def _refuse_ref(self, ref: str) -> NoReturn:
        self.head()  # an empty repository has its own message
        close = difflib.get_close_matches(ref, self.refs(), 1)
        if self.is_shallow and (not close or _is_remote(ref)):
            raise self._too_shallow(ref)  # a name that is merely near is no hint where branches were left out
        hint = f' Did you mean "{close[0]}"?' if close else ""
        raise NotFoundError(
            f'no revision "{ref}".{hint}', remedy="" if close else "See `git branch --all`, or run git fetch."
        )

    def _too_shallow(self, ref: str) -> UnreadableError:
        counted = run(self._folder, "rev-list", "--count", "HEAD").stdout.decode("ascii", "replace").strip() or "0"
        noun = "commit" if counted == "1" else "commits"
        return UnreadableError(f"cannot see {ref}: this clone has only {counted} {noun}.", remedy=_FETCH)


def _is_remote(ref: str) -> bool:
    return ref.startswith(("origin/", "upstream/", "refs/remotes/", "remotes/"))


def _refuse(folder: Path, said: str) -> NoReturn:
    if "dubious ownership" in said:
        raise UnreadableError(
            f"git refuses to read {folder}: it belongs to another user",
            remedy=f"git config --global --add safe.directory {folder.resolve()}",
        )
    if "not a git repository" in said:
        raise UnreadableError(
            "not inside a git repository", location=Location(str(folder)), remedy="Run git init, or give --repo PATH."
        )
    raise UnreadableError(f"git cannot read {folder}: {said.strip()[:200]}", remedy="Run `git status` to see why.")
