"""The gate on layouts it has never seen, from `harness init` alone."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.cli.main import run

pytestmark = pytest.mark.integration

OLD = """\
openapi: 3.0.3
info: {title: Orders, version: 1.0.0}
paths:
  /orders/{id}:
    get:
      parameters: [{name: id, in: path, required: true, schema: {type: string}}]
      responses:
        "200":
          description: An order.
          content:
            application/json:
              schema: {$ref: '#/components/schemas/Order'}
components:
  schemas:
    Order:
      type: object
      required: [id, total]
      properties:
        id: {type: string}
        total: {type: integer}
"""
ADDED = OLD.replace("1.0.0", "1.1.0") + "        note: {type: string}\n"
BROKEN = (
    OLD.replace("1.0.0", "1.0.1")
    .replace("required: [id, total]", "required: [id]")
    .replace("        total: {type: integer}\n", "")
)
REFORMATTED = json.dumps(
    {
        "info": {"version": "1.0.0", "title": "Orders"},
        "openapi": "3.0.3",
        "components": {
            "schemas": {
                "Order": {
                    "properties": {"total": {"type": "integer"}, "id": {"type": "string"}},
                    "required": ["id", "total"],
                    "type": "object",
                }
            }
        },
        "paths": {
            "/orders/{id}": {
                "get": {
                    "responses": {
                        "200": {
                            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Order"}}},
                            "description": "An order.",
                        }
                    },
                    "parameters": [{"required": True, "name": "id", "schema": {"type": "string"}, "in": "path"}],
                }
            }
        },
    },
    indent=4,
)
BACKSTAGE = """\
apiVersion: backstage.io/v1alpha1
kind: API
metadata: {name: orders}
spec: {type: openapi, lifecycle: production, owner: group:default/shop, definition: {$text: ./orders-api.yaml}}
---
apiVersion: backstage.io/v1alpha1
kind: Component
metadata: {name: storefront}
spec: {type: website, lifecycle: production, owner: group:default/web, consumesApis: [orders]}
---
apiVersion: backstage.io/v1alpha1
kind: Group
metadata: {name: shop}
spec: {type: team, children: []}
---
apiVersion: backstage.io/v1alpha1
kind: Group
metadata: {name: web}
spec: {type: team, children: []}
"""
LAYOUTS = {
    "single file with history": {"openapi.yaml": OLD},
    "monorepo": {
        "services/orders/api/openapi.yaml": OLD,
        "services/tax/api/openapi.yaml": OLD.replace("Orders", "Tax"),
        "services/orders/src/main.py": "print()\n",
    },
    "Backstage files only": {"catalog-info.yaml": BACKSTAGE, "orders-api.yaml": OLD},
}
CONTRACT = {
    "single file with history": "openapi.yaml",
    "monorepo": "services/orders/api/openapi.yaml",
    "Backstage files only": "orders-api.yaml",
}


@pytest.fixture
def git(tmp_path: Path) -> Callable[..., None]:
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_AUTHOR_NAME": "Ada",
        "GIT_AUTHOR_EMAIL": "ada@example.com",
        "GIT_COMMITTER_NAME": "Ada",
        "GIT_COMMITTER_EMAIL": "ada@example.com",
    }

    def call(*arguments: str) -> None:
        subprocess.run(["git", *arguments], cwd=tmp_path, env=environment, check=True, capture_output=True)

    call("init", "--quiet", "--initial-branch=main")
    return call


def write(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, "utf-8")


def commit(git: Callable[..., None], message: str) -> None:
    git("add", "--all")
    git("commit", "--quiet", "--message", message)


def gate(root: Path, capsys: pytest.CaptureFixture[str], head: str) -> tuple[int, dict]:
    capsys.readouterr()
    code = run(["gate", "--repo", str(root), "--base", "main", "--head", head, "--format", "json"])
    return code, json.loads(capsys.readouterr().out)


@pytest.mark.parametrize("layout", sorted(LAYOUTS))
def test_init_alone_is_enough_for_the_gate(layout: str, git, tmp_path: Path, capsys, monkeypatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    write(tmp_path, LAYOUTS[layout])
    commit(git, "what is there")
    assert run(["init", "--repo", str(tmp_path)]) == 0
    told = capsys.readouterr().out
    assert f"Found {2 if layout == 'monorepo' else 1} contract" in told
    assert run(["check", "--repo", str(tmp_path)]) in {0, 1}
    commit(git, "harness init")

    for branch, text, expected in (("additive", ADDED, "pass"), ("breaking", BROKEN, "blocked")):
        git("switch", "--quiet", "--create", branch, "main")
        write(tmp_path, {CONTRACT[layout]: text})
        commit(git, branch)
        code, report = gate(tmp_path, capsys, branch)
        assert report["decision"] == expected, report["sentence"]
        assert code == (0 if expected == "pass" else 1)
        assert [c["new_path"] for c in report["contracts"]] == [CONTRACT[layout]]
        assert {c["verdict"] for c in report["contracts"]} == {"compatible" if expected == "pass" else "breaking"}
    if layout == "Backstage files only":
        assert [c["name"] for c in report["impact"]["consumers"]] == ["storefront"]


@pytest.mark.parametrize("layout", sorted(LAYOUTS))
def test_renaming_and_reformatting_are_no_change(layout: str, git, tmp_path: Path, capsys) -> None:
    write(tmp_path, LAYOUTS[layout])
    commit(git, "what is there")
    assert run(["init", "--repo", str(tmp_path), "--no-ci"]) == 0
    commit(git, "harness init")
    git("switch", "--quiet", "--create", "reformat", "main")
    write(tmp_path, {CONTRACT[layout]: REFORMATTED})
    commit(git, "reformat")
    code, report = gate(tmp_path, capsys, "reformat")
    assert (code, report["decision"], report["contracts"]) == (0, "pass", [])


def test_init_twice_changes_nothing_and_overwrites_nothing(git, tmp_path: Path, capsys) -> None:
    write(tmp_path, LAYOUTS["monorepo"])
    commit(git, "what is there")
    assert run(["init", "--repo", str(tmp_path)]) == 0
    first = (tmp_path / "harness.yaml").read_bytes()
    assert run(["init", "--repo", str(tmp_path)]) == 0
    assert (tmp_path / "harness.yaml").read_bytes() == first
    (tmp_path / "harness.yaml").write_text("profile: finance\n", "utf-8")
    capsys.readouterr()
    assert run(["init", "--repo", str(tmp_path)]) == 1
    assert "--force" in capsys.readouterr().out
    assert (tmp_path / "harness.yaml").read_text("utf-8") == "profile: finance\n"


def test_an_untracked_contract_in_the_working_tree_is_judged(git, tmp_path: Path, capsys) -> None:
    write(tmp_path, LAYOUTS["single file with history"])
    commit(git, "what is there")
    run(["init", "--repo", str(tmp_path), "--no-ci"])
    commit(git, "harness init")
    write(tmp_path, {"events/tax.yaml": OLD.replace("Orders", "Tax")})
    _, report = gate(tmp_path, capsys, "worktree")
    assert [c["new_path"] for c in report["contracts"]] == ["events/tax.yaml"]


def test_a_contract_outside_the_globs_is_said_not_to_be_checked(git, tmp_path: Path, capsys) -> None:
    write(tmp_path, LAYOUTS["single file with history"] | {"harness.yaml": "contracts: [openapi.yaml]\n"})
    commit(git, "what is there")
    write(tmp_path, {"billing/tax.yaml": OLD.replace("Orders", "Tax"), "openapi.yaml": ADDED})
    _, report = gate(tmp_path, capsys, "worktree")
    assert [c["new_path"] for c in report["contracts"]] == ["openapi.yaml"]
    assert {
        "subject": "billing/tax.yaml",
        "reason": "looks like a contract, but no glob of harness.yaml reaches it",
        "remedy": "add it to `contracts` in harness.yaml",
    } in report["not_checked"]


def test_a_version_in_flow_style_is_read_from_the_document(git, tmp_path: Path, capsys) -> None:
    write(tmp_path, LAYOUTS["single file with history"])
    commit(git, "what is there")
    git("switch", "--quiet", "--create", "additive", "main")
    write(tmp_path, {"openapi.yaml": ADDED})
    commit(git, "additive")
    _, report = gate(tmp_path, capsys, "additive")
    contract = report["contracts"][0]
    assert (contract["old_version"], contract["new_version"]) == ("1.0.0", "1.1.0")
    assert (contract["declared_bump"], contract["required_bump"]) == ("minor", "minor")
