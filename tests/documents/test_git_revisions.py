from datetime import UTC, datetime

import pytest

from harness.documents import GitRepository
from harness.model import HarnessError, NotFoundError, UnreadableError, UsageError

V1, V2 = "openapi: 3.0.0\n", "openapi: 3.0.1\n"


def test_a_commit_says_who_when_and_what(built):
    first = built.commit({"a.yaml": V1})
    built.commit({"a.yaml": V2}, "second\n\nCo-authored-by: Eve Low <eve@example.com>")
    repository = GitRepository.open(built.root)
    head = repository.head()
    assert head.parents == (first,)
    assert head.time == datetime(2026, 11, 20, 11, tzinfo=UTC)
    assert head.author == "Bo Lind <bo@example.com>"
    assert head.people == ("Ada Kern <ada@example.com>", "Bo Lind <bo@example.com>", "Eve Low <eve@example.com>")
    assert [commit.id for commit in repository.commits_between(repository.resolve(first), head)] == [head.id]
    repository.close()


def test_trees_and_the_working_tree_agree_where_nothing_changed(built):
    built.commit({"a.yaml": V1, "dir/b.json": "{}", ".gitignore": "ignored.yaml\n"})
    repository = GitRepository.open(built.root)
    tree, worktree = repository.tree(repository.head()), repository.worktree()
    assert dict(tree.entries()) == dict(worktree.entries())
    built.write({"a.yaml": V2, "new.yaml": V1, "ignored.yaml": V1})
    (built.root / "dir/b.json").unlink()
    worktree = repository.worktree()
    assert repository.changed(tree, worktree) == {"a.yaml", "new.yaml", "dir/b.json"}
    assert (tree.read("a.yaml"), worktree.read("a.yaml")) == (V1.encode(), V2.encode())
    assert worktree.entries()["new.yaml"].object_id == tree.entries()["a.yaml"].object_id
    with pytest.raises(UnreadableError, match="no such file"):
        worktree.read("dir/b.json")


def test_a_wrong_ref_offers_the_near_name(built):
    built.commit({"a.yaml": V1})
    with pytest.raises(NotFoundError) as caught:
        GitRepository.open(built.root).resolve("mian")
    assert (caught.value.message, caught.value.exit_code) == ('no revision "mian". Did you mean "main"?', 2)


@pytest.mark.parametrize("ref", ["--output=pwned", "-h", "", "a\nb"])
def test_a_ref_that_looks_like_an_option_is_refused(built, ref):
    built.commit({"a.yaml": V1})
    with pytest.raises(UsageError):
        GitRepository.open(built.root).resolve(ref)
    assert sorted(path.name for path in built.root.iterdir()) == [".git", "a.yaml"]


def test_a_name_of_a_branch_and_a_tag_is_ambiguous(built):
    built.commit({"a.yaml": V1})
    built.git("tag", "v2")
    built.commit({"a.yaml": V2})
    built.git("branch", "v2")
    repository = GitRepository.open(built.root)
    with pytest.raises(UsageError, match="more than one thing"):
        repository.resolve("v2")
    assert repository.resolve("refs/tags/v2").id != repository.resolve("refs/heads/v2").id


def test_a_shallow_clone_says_how_to_fetch_the_rest(built, tmp_path):
    built.commit({"a.yaml": V1})
    built.commit({"a.yaml": V2})
    built.git("clone", "-q", "--depth", "1", built.root.as_uri(), str(tmp_path / "shallow"))
    built.git("-C", str(tmp_path / "shallow"), "update-ref", "-d", "refs/remotes/origin/main")
    repository = GitRepository.open(tmp_path / "shallow")
    with pytest.raises(UnreadableError) as caught:
        repository.resolve("origin/release")
    assert caught.value.message == "cannot see origin/release: this clone has only 1 commit."
    assert caught.value.remedy == "git fetch --unshallow, or actions/checkout with fetch-depth: 0."
    assert caught.value.exit_code == 3


def test_unrelated_histories_have_no_merge_base(built):
    built.commit({"a.yaml": V1})
    built.git("checkout", "-q", "--orphan", "other")
    built.commit({"a.yaml": V2})
    repository = GitRepository.open(built.root)
    with pytest.raises(UnreadableError) as caught:
        repository.merge_base(repository.resolve("main"), repository.head())
    assert (caught.value.message, caught.value.exit_code) == ("main and HEAD have no commit in common", 3)


def test_the_merge_base_is_where_the_branch_left(built):
    base = built.commit({"a.yaml": V1})
    built.git("checkout", "-q", "-b", "work")
    built.commit({"a.yaml": V2})
    built.git("checkout", "-q", "main")
    built.commit({"b.yaml": V1})
    repository = GitRepository.open(built.root)
    assert repository.merge_base(repository.resolve("main"), repository.resolve("work")).id == base


@pytest.mark.parametrize("bare", [True, False])
def test_an_empty_or_bare_repository_and_no_repository_say_so(tmp_path, built, bare):
    with pytest.raises(UnreadableError, match="no commit yet"):
        GitRepository.open(built.root).head()
    with pytest.raises(UnreadableError, match="not inside a git repository"):
        GitRepository.open(tmp_path)
    if bare:
        built.git("init", "-q", "--bare", str(tmp_path / "bare.git"))
        with pytest.raises(UsageError, match="bare"):
            GitRepository.open(tmp_path / "bare.git").worktree()


def test_the_base_comes_from_the_event_then_from_usual_names(built, tmp_path):
    first = built.commit({"a.yaml": V1})
    built.git("update-ref", "refs/remotes/origin/main", first)
    built.git("checkout", "-q", "-b", "work")
    second = built.commit({"a.yaml": V2})
    repository = GitRepository.open(built.root)
    assert repository.default_base({}).ref == "origin/main"
    event = tmp_path / "event.json"
    event.write_text(f'{{"pull_request": {{"base": {{"sha": "{second}"}}}}}}')
    assert repository.default_base({"GITHUB_EVENT_PATH": str(event)}).id == second
    assert repository.default_base({"GITHUB_BASE_REF": "main"}).id == first
    assert repository.default_base({"CI_MERGE_REQUEST_DIFF_BASE_SHA": first}).id == first
    with pytest.raises(HarnessError):
        repository.default_base({"GITHUB_BASE_REF": "release"})


def test_on_the_base_branch_itself_the_last_commit_is_judged_once_all_is_committed(built):
    built.commit({"a.yaml": V1})
    repository = GitRepository.open(built.root)
    assert repository.default_base({}).ref == "main"
    built.commit({"a.yaml": V2})
    assert repository.default_base({}).ref == "main~1"
    built.write({"a.yaml": V1})
    assert repository.default_base({}).ref == "main"
