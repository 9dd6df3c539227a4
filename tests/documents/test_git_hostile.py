"""Repositories that try to run something, to hide something, or to give two answers for one commit (threats V2-V11)."""

import os
import stat

import pytest

from harness.documents import EntryKind, GitRepository
from harness.documents.git import process
from harness.model import UnreadableError

V1, V2 = "openapi: 3.0.0\ninfo: {}\n", "openapi: 3.0.1\ninfo: {}\n"


def trees(root):
    repository = GitRepository.open(root)
    return repository, repository.tree(repository.head()), repository.worktree()


def test_replaced_objects_are_not_believed(built):
    built.commit({"a.yaml": V1})
    original = built.git("rev-parse", "HEAD:a.yaml")
    built.write({"x": V2})
    other = built.git("hash-object", "-w", "x")
    built.git("replace", original, other)
    assert trees(built.root)[1].read("a.yaml") == V1.encode()


def test_nothing_that_the_repository_configures_is_run(built, tmp_path):
    sentinel = tmp_path / "ran"
    script = tmp_path / "run.sh"
    script.write_text(f"#!/bin/sh\ntouch {sentinel}\ncat\n")
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    built.commit({"a.yaml": V1, ".gitattributes": "*.yaml filter=evil diff=evil\n"})
    built.git("config", "core.fsmonitor", str(script))
    for key in ("filter.evil.clean", "filter.evil.smudge", "filter.evil.process", "diff.evil.textconv", "core.pager"):
        built.git("config", key, str(script))
    hooks = tmp_path / "hooks"
    hooks.mkdir()
    (hooks / "post-index-change").write_bytes(script.read_bytes())
    (hooks / "post-index-change").chmod(0o755)
    built.git("config", "core.hooksPath", str(hooks))
    sentinel.unlink(missing_ok=True)
    built.write({"a.yaml": V2, "new.yaml": V1})
    repository, tree, worktree = trees(built.root)
    assert repository.changed(tree, worktree) == {"a.yaml", "new.yaml"}
    assert worktree.read("a.yaml") == V2.encode()
    assert repository.default_base({}).id == repository.head().id
    assert not sentinel.exists()


def test_links_are_entries_that_are_never_read_in_both_trees(built, tmp_path):
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "b.yaml").write_text(V2)
    built.write({"a.yaml": V1})
    (built.root / "link.yaml").symlink_to("/etc/passwd")
    (built.root / "folder").symlink_to(tmp_path / "outside")
    built.commit()
    _, tree, worktree = trees(built.root)
    for one in (tree, worktree):
        assert one.entries()["link.yaml"].kind is EntryKind.SYMLINK
        assert one.entries()["folder"].kind is EntryKind.SYMLINK
        with pytest.raises(UnreadableError, match="symbolic link"):
            one.read("link.yaml")
        with pytest.raises(UnreadableError, match="no such file"):
            one.read("folder/b.yaml")
    assert tree.entries() == worktree.entries()


def test_a_folder_swapped_for_a_link_is_not_followed(built, tmp_path):
    built.commit({"dir/a.yaml": V1})
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "a.yaml").write_text(V2)
    (built.root / "dir" / "a.yaml").unlink()
    (built.root / "dir").rmdir()
    (built.root / "dir").symlink_to(tmp_path / "outside")
    _, _, worktree = trees(built.root)
    assert worktree.entries()["dir"].kind is EntryKind.SYMLINK
    with pytest.raises(UnreadableError):
        worktree.read("dir/a.yaml")


def test_submodules_and_nested_repositories_are_never_entered(built, tmp_path):
    inner = type(built)(tmp_path / "inner")
    inner.commit({"a.yaml": V1})
    built.commit({"a.yaml": V1})
    built.git("submodule", "add", "-q", str(inner.root), "sub")
    built.commit()
    type(built)(built.root / "nested").commit({"b.yaml": V1})
    _, tree, worktree = trees(built.root)
    for one in (tree, worktree):
        assert one.entries()["sub"].kind is EntryKind.SUBMODULE
        with pytest.raises(UnreadableError, match="submodule"):
            one.read("sub")
        with pytest.raises(UnreadableError, match="no such file"):
            one.read("sub/a.yaml")
    assert worktree.entries()["nested"].kind is EntryKind.SUBMODULE
    assert "nested/b.yaml" not in worktree.entries()


def test_a_pointer_of_git_lfs_is_not_a_contract(built):
    pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:" + "0" * 64 + "\nsize 12\n"
    built.commit({"a.yaml": pointer})
    built.write({"b.yaml": pointer})
    _, tree, worktree = trees(built.root)
    for one, path in ((tree, "a.yaml"), (worktree, "a.yaml"), (worktree, "b.yaml")):
        with pytest.raises(UnreadableError, match="Git LFS") as caught:
            one.read(path)
        assert caught.value.exit_code == 3


def test_a_repository_of_another_user_names_the_remedy(built, monkeypatch):
    built.commit({"a.yaml": V1})
    monkeypatch.setitem(process._ENVIRONMENT, "GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    with pytest.raises(UnreadableError) as caught:
        GitRepository.open(built.root)
    assert caught.value.remedy == f"git config --global --add safe.directory {built.root}"
    assert caught.value.exit_code == 3


@pytest.mark.parametrize(
    "name",
    ["a\nb.yaml", "a\tb.yaml", 'a"b.yaml', "a\u202eb.yaml", "ä.yaml", "-rf.yaml", " a .yaml", "*.yaml"],
)
def test_hostile_names_are_names(built, name):
    built.commit({name: V1})
    _, tree, worktree = trees(built.root)
    assert tree.read(name) == worktree.read(name) == V1.encode()
    built.write({name: V2})
    repository = GitRepository.open(built.root)
    assert repository.changed(tree, repository.worktree()) == {name}
    assert repository.worktree().read(name) == V2.encode()


def test_a_name_that_is_not_utf8_is_read(built):
    path = os.fsdecode(b"\xe4.yaml")
    built.commit({path: V1})
    _, tree, worktree = trees(built.root)
    assert tree.read(path) == worktree.read(path) == V1.encode()


@pytest.mark.parametrize("setting", [("core.autocrlf", "true"), ("core.eol", "crlf")])
def test_line_endings_of_a_check_out_change_no_digest(built, setting):
    built.commit({"a.yaml": V1, ".gitattributes": "*.yaml text\n"})
    built.git("config", *setting)
    (built.root / "a.yaml").unlink()
    built.git("checkout", "--", "a.yaml")
    assert b"\r\n" in (built.root / "a.yaml").read_bytes()
    os.utime(built.root / "a.yaml", (1, 1))
    repository, tree, worktree = trees(built.root)
    assert repository.changed(tree, worktree) == frozenset()
    assert worktree.read("a.yaml") == V1.encode()


def test_attributes_hide_nothing_and_encodings_give_one_answer(built):
    attributes = "hidden.yaml export-ignore\nwide.yaml working-tree-encoding=UTF-16\n"
    built.commit({"hidden.yaml": V1, "wide.yaml": V1.encode("utf-16"), ".gitattributes": attributes})
    repository, tree, worktree = trees(built.root)
    assert tree.read("hidden.yaml") == worktree.read("hidden.yaml") == V1.encode()
    assert tree.read("wide.yaml") == V1.encode()
    index_time = (built.root / ".git" / "index").stat().st_mtime
    os.utime(built.root / "wide.yaml", (index_time - 9, index_time - 9))
    built.git("update-index", "--refresh")
    assert repository.changed(tree, repository.worktree()) == frozenset()
    assert repository.worktree().read("wide.yaml") == V1.encode()
