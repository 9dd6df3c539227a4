"""Hostile names, titles, values and paths through every command and report, as terminals and machines see them."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from html.parser import HTMLParser
from pathlib import Path

import pytest

pytestmark = pytest.mark.integration

EVIL = (
    "x\n::error::owned\n##[error]owned \x1b[2J\u202e\u2066 <script>alert(1)</script> <img src=x onerror=alert(2)> "
    "[red]a[/red] {{7*7}} ${7*7} ``` --> ]]> @finance #12 [a](http://evil.example) | ' \" " + "long" * 40
)
BACKSLASHES = "\\u001b[31m"
FIELD = "::warning::f"
ENTITY = "apiVersion: backstage.io/v1alpha1"
NAME = "orders"
OLD_PATH = f"contracts/apis/{NAME}/1.0.0/openapi.json"
NEW_PATH = f"contracts/apis/{NAME}/1.0.1/openapi.json"
REPORTS = ("json", "sarif", "junit", "gitlab", "markdown", "html")


def contract(version: str, *, removed: bool = False) -> str:
    properties = {
        "id": {"type": "string", "description": EVIL},
        EVIL: {"type": "string", "enum": [EVIL, BACKSLASHES, FIELD][: 2 if removed else 3], "title": EVIL},
        FIELD: {"type": "integer", "x-canonical-field": "invoice.tax"},
    }
    if removed:
        del properties[FIELD]
    body = {"description": EVIL, "content": {"application/json": {"schema": {"$ref": f"#/components/schemas/{FIELD}"}}}}
    operation = {"summary": EVIL, "operationId": EVIL, "tags": [EVIL], "responses": {"200": body}}
    operation["parameters"] = [{"name": EVIL, "in": "query", "schema": {"type": "string"}}]
    return json.dumps(
        {
            "openapi": "3.1.0",
            "info": {"title": EVIL, "version": version, "description": EVIL},
            "paths": {f"/a{FIELD}": {"get": operation}},
            "components": {"schemas": {FIELD: {"type": "object", "title": EVIL, "properties": properties}}},
        },
        indent=1,
    )


CATALOG = "\n---\n".join(
    json.dumps(entity)
    for entity in (
        {"apiVersion": "backstage.io/v1alpha1", "kind": "Group", "metadata": {"name": "g", "title": EVIL},
         "spec": {"type": "team", "children": []}},
        {"apiVersion": "backstage.io/v1alpha1", "kind": "API",
         "metadata": {"name": NAME, "title": EVIL, "annotations": {"contract-harness.io/contract": NAME}},
         "spec": {"type": "openapi", "lifecycle": EVIL, "owner": "g", "definition": "x"}},
        {"apiVersion": "backstage.io/v1alpha1", "kind": "Component", "metadata": {"name": "c", "description": EVIL},
         "spec": {"type": EVIL, "lifecycle": "production", "owner": EVIL, "consumesApis": [NAME, EVIL]}},
        {"apiVersion": "backstage.io/v1alpha1", "kind": "Resource", "metadata": {"name": "w", "title": EVIL},
         "spec": {"type": "critical-workflow", "owner": "g", "x-governance": {
             "id": "W1", "objects": [], "legalEntities": [EVIL],
             "steps": [{"id": "s", "title": EVIL, "system": "c", "contracts": [NAME], "probe": EVIL}],
             "recovery": {"rto": EVIL, "rpo": "PT0S", "procedure": EVIL}}}},
        {"apiVersion": "backstage.io/v1alpha1", "kind": "User", "metadata": {"name": "u"},
         "spec": {"profile": {"displayName": EVIL, "email": "u@x.example"}, "memberOf": ["g"]}},
    )
)  # fmt: skip
PACT = json.dumps(
    {
        "consumer": {"name": "../../x</script>" + EVIL},
        "provider": {"name": NAME},
        "interactions": [
            {"description": EVIL, "request": {"method": "GET", "path": f"/a{FIELD}"},
             "response": {"status": 200, "body": {FIELD: 1, EVIL: EVIL}}}
        ],
    }
)  # fmt: skip


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("hostile")
    git(root, "init", "-q", "-b", "main")
    put(root, OLD_PATH, contract("1.0.0"))
    put(root, "catalog/all.yaml", CATALOG)
    put(root, "contracts/pacts/p.json", PACT)
    put(root, "harness.yaml", "profile: standard\n")
    commit(root)
    git(root, "switch", "-q", "-c", "work")
    put(root, NEW_PATH, contract("1.0.1", removed=True))
    commit(root)
    return root


def git(root: Path, *arguments: str) -> None:
    user = ("-c", f"user.name={EVIL.splitlines()[1]} <x>", "-c", "user.email=a@x.example", "-c", "commit.gpgSign=false")
    subprocess.run(["git", *user, *arguments], cwd=root, check=True, capture_output=True, timeout=60)


def put(root: Path, name: str, text: str) -> None:
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    (root / name).write_text(text, "utf-8")


def commit(root: Path) -> None:
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "change")


def harness(root: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("GITHUB_", "CI", "PYTHONIO"))}
    done = subprocess.run(
        [sys.executable, "-P", "-m", "harness.cli", *arguments],
        cwd=root, env=kept | environment, capture_output=True, timeout=120, check=False, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert b"Traceback" not in done.stderr + done.stdout
    assert done.returncode in {0, 1, 3}, done.stderr
    return done


COMMANDS = (
    ("gate", "--base", "main", "--head", "work"),
    ("check",),
    ("compare", OLD_PATH, NEW_PATH),
    ("changelog", OLD_PATH, NEW_PATH),
    ("impact", NAME),
    ("catalog", "show"),
    ("catalog", "show", "resource:default/w"),
    ("catalog", "graph"),
    ("catalog", "owners"),
    ("catalog", "validate", "catalog"),
    ("init", "--no-ci"),
)
STEERING = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\x80-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\u2028\u2029]")


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_no_command_obeys_what_it_reads(command: tuple[str, ...], repository: Path) -> None:
    done = harness(repository, *command, CI="true")
    told = (done.stdout + done.stderr).decode("utf-8")
    assert told.strip()
    assert STEERING.findall(told) == []
    assert [line for line in told.splitlines() if line.lstrip().startswith(("::", "##["))] == []
    assert "Traceback" not in told


@pytest.mark.parametrize("command", COMMANDS[:3], ids=" ".join)
@pytest.mark.parametrize(
    "environment",
    [
        ("NO_COLOR", "1"),
        ("TERM", "dumb"),
        ("COLUMNS", "40"),
        ("PYTHONIOENCODING", "cp1252"),
        ("PYTHONIOENCODING", "ascii"),
    ],
    ids="=".join,
)
def test_a_poor_terminal_gets_every_word(command: tuple[str, ...], environment: tuple[str, str], repository) -> None:
    plain, poor = harness(repository, *command), harness(repository, *command, **dict([environment]))
    assert poor.returncode == plain.returncode
    assert b"\x1b" not in poor.stdout
    words = re.compile(r"[a-z]{4,}")
    told = poor.stdout.decode(dict([environment]).get("PYTHONIOENCODING", "utf-8"))
    assert words.findall(told) == words.findall(plain.stdout.decode("utf-8"))


@pytest.mark.parametrize("command", COMMANDS[:7], ids=" ".join)
def test_a_reader_that_goes_away_is_no_error(command: tuple[str, ...], repository: Path) -> None:
    quoted = " ".join(f"'{word}'" for word in (sys.executable, "-P", "-m", "harness.cli", *command))
    done = subprocess.run(
        ["bash", "-c", f"{quoted} | head -1"], cwd=repository, capture_output=True, timeout=60, check=False
    )
    assert done.stdout.count(b"\n") <= 1
    assert b"Traceback" not in done.stderr
    assert b"BrokenPipe" not in done.stderr


class Page(HTMLParser):
    """Collects what a browser would make elements, attributes and scripts of."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.links: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links |= {value or "" for name, value in attrs if name in {"href", "src"}}


@pytest.fixture(scope="module")
def reports(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("reports")
    options = [word for kind in REPORTS for word in (f"--{kind}", str(folder / kind))]
    done = harness(repository, "gate", "--base", "main", "--head", "work", *options)
    assert done.returncode == 1
    return {kind: (folder / kind).read_bytes().decode("utf-8") for kind in REPORTS}


def test_machines_can_parse_every_report(reports: dict[str, str]) -> None:
    for kind in ("json", "sarif", "gitlab"):
        assert json.loads(reports[kind])
    assert ET.fromstring(reports["junit"]).findall(".//testcase")  # noqa: S314  (our own output)


@pytest.mark.parametrize("kind", ["sarif", "junit", "gitlab", "markdown", "html"])
def test_no_report_carries_a_steering_character(kind: str, reports: dict[str, str]) -> None:
    assert STEERING.findall(reports[kind]) == []
    if kind in {"sarif", "gitlab"}:
        shown = json.dumps([*strings(json.loads(reports[kind]))], ensure_ascii=False)
        assert STEERING.findall(shown) == []


def strings(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    items = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [text for item in items for text in strings(item)]


def test_a_page_makes_no_element_of_data(reports: dict[str, str]) -> None:
    page = Page()
    page.feed(reports["html"])
    assert page.tags & {"img", "iframe", "object", "embed", "base", "form", "link"} == set()
    assert not [name for name in page.attributes if name.startswith("on")]
    assert not [link for link in page.links if "evil.example" in link]
    assert "alert(1)" not in "".join(re.findall(r"<script[^>]*>(.*?)</script>", reports["html"], re.DOTALL))
    assert "{{7*7}}" in reports["html"], "no template engine computed it"


def test_a_comment_makes_no_markup_of_data(reports: dict[str, str]) -> None:
    outside = re.sub(r"(?ms)^(`{3,})\w*\n.*?^\1$", "", reports["markdown"])
    prose = re.sub(r"(`+).*?\1", "", outside)
    assert "<script" not in prose
    assert "<img" not in prose
    assert not re.search(r"(?<![\w`\\])@finance", prose)
    assert not re.search(r"(?<!\\)\]\(http", prose)
    assert outside.count("<!--") == 1


HOSTILE_NAMES = ("new\nline", "ta\tb", 'quo"te', "bi\u202edi", "::error::x", "<b>", "a b", "\udce9", "-x", "$(id)")


@pytest.mark.parametrize("folder", HOSTILE_NAMES, ids=range(len(HOSTILE_NAMES)))
def test_v9_a_hostile_path_is_read_shown_harmlessly_and_judged(folder: str, tmp_path: Path) -> None:
    root = tmp_path / "repository"
    root.mkdir()
    git(root, "init", "-q", "-b", "main")
    put(root, "harness.yaml", "profile: standard\n")
    path = f"contracts/apis/{folder}/{{}}/openapi.json"
    put(root, path.format("1.0.0"), contract("1.0.0"))
    commit(root)
    git(root, "switch", "-q", "-c", "work")
    put(root, path.format("1.0.1"), contract("1.0.1", removed=True))
    commit(root)
    options = [word for kind in REPORTS for word in (f"--{kind}", str(tmp_path / kind))]
    done = harness(root, "gate", "--base", "main", "--head", "work", *options)
    assert done.returncode == 1, done.stderr
    assert done.stdout.decode("utf-8").startswith(("✗ blocked", "! needs-sign-off"))
    assert STEERING.findall(done.stdout.decode("utf-8")) == []
    for kind in ("json", "sarif", "gitlab"):
        assert json.loads((tmp_path / kind).read_bytes())
    assert harness(root, "check").stdout.strip()
    assert STEERING.findall(harness(root, "check").stdout.decode("utf-8")) == []
