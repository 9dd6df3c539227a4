import os

import pytest

from harness.documents import FolderTree, Library, MemoryTree
from harness.documents.references import file_references, quick_references
from harness.model import NotFoundError, UnreadableError

FILES = {
    "apis/a.yaml": (
        "x: {$ref: '../common/c.yaml#/y~1z'}\nlocal: {$ref: '#/x'}\n"
        "loop: {$ref: ../common/c.yaml#/loop}\nspace: {$ref: 'my%20file.json#/k'}\n"
    ),
    "common/c.yaml": "y/z: {type: string}\nloop: {$ref: d.json#/loop}\nd: {$ref: d.json}\n",
    "common/d.json": '{"loop": {"$ref": "../apis/a.yaml#/loop"}}',
    "apis/my file.json": '{"k": 1}',
    "apis/bad.yaml": "a: 1\na: 2\n",
}


@pytest.fixture
def library():
    return Library(MemoryTree(FILES))


def test_a_chain_of_references_ends_at_the_definition(library):
    found = library.follow(library.node("apis/a.yaml", "/local"))
    assert (found.document.path, found.pointer, found.value) == ("common/c.yaml", "/y~1z", {"type": "string"})
    assert str(found.location) == "common/c.yaml:1"
    assert found.child("type").location.column == 7


def test_a_circle_through_three_files_is_named(library):
    with pytest.raises(UnreadableError) as caught:
        library.follow(library.node("apis/a.yaml", "/loop"))
    assert caught.value.message == (
        "references run in a circle: apis/a.yaml#/loop -> common/c.yaml#/loop -> common/d.json#/loop"
        " -> apis/a.yaml#/loop"
    )
    assert str(caught.value.location) == "apis/a.yaml:3"


@pytest.mark.parametrize(
    "ref",
    [
        "file:///etc/passwd", "../../..", "../../x.yaml", "%2e%2e/%2e%2e/etc/passwd", "http://169.254.169.254/x",
        "//host/x", "/etc/passwd", "C:\\x", "c:/x", "..\\..\\x", "%68ttp://x", "a\x00b", "#anchor",
    ],
)  # fmt: skip
def test_nothing_outside_the_tree_is_read(library, ref):
    node = library.node("apis/a.yaml", "/x")
    with pytest.raises(UnreadableError) as caught:
        library.resolve(node, ref)
    assert caught.value.location == node.location
    assert caught.value.remedy


def test_percent_encoding_is_undone_once(library):
    node = library.node("apis/a.yaml")
    assert library.resolve(node, "my%20file.json#/k").value == 1
    with pytest.raises(UnreadableError, match="no such file"):
        library.resolve(node, "my%2520file.json#/k")


def test_a_reference_to_nothing_says_where_it_stands_and_what_is_near(library):
    node = library.node("apis/a.yaml", "/space")
    with pytest.raises(UnreadableError) as caught:
        library.resolve(node, "#/spce")
    assert (str(caught.value.location), caught.value.remedy) == ("apis/a.yaml:4", 'Did you mean "space"?')
    with pytest.raises(NotFoundError):
        library.node("apis/a.yaml", "/nope")


def test_a_broken_target_is_reported_at_its_own_line(library):
    with pytest.raises(UnreadableError) as caught:
        library.resolve(library.node("apis/a.yaml"), "bad.yaml#/a")
    assert str(caught.value.location) == "apis/bad.yaml:2"


def test_the_digest_covers_what_is_referred_to_through_others(library):
    assert library.references("apis/a.yaml") == {"common/c.yaml", "common/d.json", "apis/my file.json"}
    changed = Library(MemoryTree({**FILES, "common/d.json": '{"loop": 1}'}))
    assert changed.digest("apis/a.yaml") != library.digest("apis/a.yaml")
    other = Library(MemoryTree({**FILES, "apis/bad.yaml": "fine: 1\n"}))
    assert other.digest("apis/a.yaml") == library.digest("apis/a.yaml")


@pytest.mark.parametrize(
    "text",
    [
        'a: {$ref: "x.yaml#/a"}', "a:\n  $ref:\n    x.yaml#/a\n", "a:\n  - $ref: './x.yaml'\n",
        "a: {$ref: x.yaml, b: c}\n",
        '{"a": {"$ref": "x.json#/a"}, "b": {"$ref": "#/a"}}', '{"$ref": "x%20y.json"}', "a: no reference\n",
        "a: {$ref: '#/b'}", "$ref: a.yaml # why\n",
    ],
)  # fmt: skip
def test_the_quick_look_finds_what_parsing_finds(text):
    document = Library(MemoryTree({"f.yaml": text})).load("f.yaml")
    assert quick_references(text, is_json=document.is_json) == frozenset(file_references(document.value))


@pytest.mark.parametrize(
    "text",
    [
        '{"\\u0024ref": "x.json"}',
        'a: {"\\x24ref": x.yaml}',
        "a: # see $ref: y.yaml\n  $ref: x.yaml",
        "$ref: >-\n  x.yaml",
    ],
)
def test_the_quick_look_does_not_guess(text):
    assert quick_references(text, is_json=text.startswith("{")) is None
    assert Library(MemoryTree({"f.yaml": text})).references("f.yaml") == {"x.json" if "json" in text else "x.yaml"}


def test_a_file_replaced_between_digest_and_parse_is_noticed(tmp_path):
    (tmp_path / "a.yaml").write_text("a: 1\n")
    library = Library(FolderTree(tmp_path))
    library.digest("a.yaml")
    (tmp_path / "a.yaml").write_text("a: 2\n")
    with pytest.raises(UnreadableError, match="changed while it was read"):
        library.load("a.yaml")


def test_links_are_never_followed_on_disk(tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.yaml").write_text("a: 1\n")
    root = tmp_path / "root"
    root.mkdir()
    (root / "link.yaml").symlink_to(outside / "secret.yaml")
    (root / "folder").symlink_to(outside)
    tree = FolderTree(root)
    assert {path: entry.kind.value for path, entry in tree.entries().items()} == {
        "link.yaml": "symlink", "folder": "symlink",
    }  # fmt: skip
    for path in ("link.yaml", "folder/secret.yaml"):
        with pytest.raises(UnreadableError, match="symbolic link"):
            tree.read(path)


def test_pipes_and_folders_are_no_files(tmp_path):
    os.mkfifo(tmp_path / "pipe.yaml")
    (tmp_path / "folder.yaml").mkdir()
    tree = FolderTree(tmp_path)
    with pytest.raises(UnreadableError, match="not a regular file"):
        tree.read("pipe.yaml")
    with pytest.raises(UnreadableError, match="a folder"):
        tree.read("folder.yaml")
    with pytest.raises(UnreadableError, match="no such file"):
        tree.read("absent.yaml")


def test_a_folder_is_one_moment_however_often_it_is_listed(tmp_path):
    (tmp_path / "a.yaml").write_text("a: 1\n")
    tree = FolderTree(tmp_path)
    before = tree.entries()
    (tmp_path / "b.yaml").write_text("b: 1\n")
    assert tree.entries() == before
    assert set(FolderTree(tmp_path).entries()) == {"a.yaml", "b.yaml"}


def test_a_python_environment_inside_the_folder_is_not_walked(tmp_path):
    (tmp_path / "env").mkdir()
    (tmp_path / "env" / "pyvenv.cfg").write_text("home = /usr\n")
    (tmp_path / "env" / "vendored.yaml").write_text("openapi: 3.1.0\n")
    (tmp_path / "mine.yaml").write_text("openapi: 3.1.0\n")
    assert set(FolderTree(tmp_path).entries()) == {"mine.yaml"}
