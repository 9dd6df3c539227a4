"""A throw-away git repository for the gate: one invoice contract, a catalog with people, a policy, a pact."""

from __future__ import annotations

import copy
import json
import os
import subprocess
from datetime import UTC, datetime
from pathlib import Path

from harness.governance import GateReport, gate

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
HARDENED = {
    "PATH": os.environ["PATH"],
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
}
CONTRACT = "contracts/apis/invoices/2.3.0/openapi.yaml"
ENTITY = "apiVersion: backstage.io/v1alpha1\n"

INVOICES = {
    "openapi": "3.1.0",
    "info": {"title": "Invoices", "version": "2.3.0", "x-lifecycle": "active"},
    "paths": {
        "/invoices/{id}": {
            "get": {
                "operationId": "getInvoice",
                "parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}],
                "responses": {
                    "200": {
                        "description": "ok",
                        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Invoice"}}},
                    }
                },
            }
        }
    },
    "components": {
        "schemas": {
            "Invoice": {
                "type": "object",
                "x-business-object": "invoice",
                "required": ["id", "total", "tax_amount"],
                "properties": {
                    "id": {"type": "string"},
                    "total": {"type": "integer"},
                    "memo": {"type": "string"},
                    "tax_amount": {"type": "integer", "x-canonical-field": "invoice.tax"},
                },
            }
        }
    },
}

CATALOG = {
    "catalog/groups.yaml": "---\n".join(
        f"{ENTITY}kind: Group\nmetadata: {{name: {name}}}\nspec: {{type: team, children: []}}\n"
        for name in ("board", "finance", "team-billing", "team-erp")
    ),
    "catalog/apis.yaml": f"""{ENTITY}kind: API
metadata: {{name: invoices, annotations: {{contract-harness.io/contract: invoices}}}}
spec: {{type: openapi, lifecycle: production, owner: team-billing, definition: x}}
""",
    "catalog/components.yaml": f"""{ENTITY}kind: Component
metadata: {{name: erp-connector}}
spec:
  {{type: service, lifecycle: production, owner: team-erp, consumesApis: [invoices],
    x-governance: {{deployments: {{production: "1.4.0"}}}}}}
---
{ENTITY}kind: Component
metadata: {{name: crm}}
spec: {{type: service, lifecycle: production, owner: team-erp, consumesApis: [invoices]}}
---
{ENTITY}kind: Component
metadata: {{name: billing}}
spec: {{type: service, lifecycle: production, owner: team-billing, providesApis: [invoices]}}
""",
    "catalog/objects.yaml": f"""{ENTITY}kind: Resource
metadata: {{name: business-object-invoice}}
spec:
  type: business-object
  owner: finance
  x-governance:
    object: invoice
    systemOfRecord:
      default: billing
      fields:
        - {{path: tax, owner: billing, sensitivity: financial}}
        - {{path: total, owner: billing, sensitivity: financial}}
        - {{path: memo, owner: billing, sensitivity: none}}
---
{ENTITY}kind: Resource
metadata: {{name: workflow-posting, title: Invoice posting}}
spec:
  type: critical-workflow
  owner: finance
  x-governance:
    id: W3
    objects: [business-object-invoice]
    legalEntities: [US-01, DE-01]
    steps: [{{id: post, title: Posted, system: billing, contracts: [invoices], probe: invoice-posting}}]
    recovery: {{rto: PT4H, rpo: PT15M, procedure: ./w3.md, lastExercised: "2026-09-30"}}
""",
    "catalog/policies.yaml": """policy: v1
repository: scratch
owner: group:default/board
signoffs:
  breaking: {contract-owner: approve, hit-consumer: approve}
  financial: {group:default/finance: approve}
waivers: {max_days: {error: 90}, approvers: [finance]}
""",
}


def person(name: str, groups: str, key: str = "") -> str:
    """Return the catalog entry of one person."""
    keys = f', x-governance: {{signingKeys: ["{key.strip()}"]}}' if key else ""
    return (
        f"{ENTITY}kind: User\nmetadata: {{name: {name}}}\n"
        f"spec: {{profile: {{displayName: {name.title()}, email: {name}@x.example}}, memberOf: [{groups}]{keys}}}\n"
    )


def pact(body: dict[str, object], consumer: str = "erp-connector") -> str:
    """Return a pact that reads one invoice."""
    interaction = {
        "description": "reads an invoice",
        "request": {"method": "GET", "path": "/invoices/in_1"},
        "response": {"status": 200, "body": body},
    }
    value = {"consumer": {"name": consumer}, "provider": {"name": "invoices"}, "interactions": [interaction]}
    return json.dumps(value, indent=1)


PACT = "contracts/pacts/invoices/erp-connector.json"
HARNESS_YAML = "profile: standard\ncontracts: [contracts/apis/*/*/openapi.yaml]\n"


def people(keys: dict[str, str] | None = None) -> str:
    """Return everybody: bo proposes, ada owns billing, dana and ines are finance, kai is the ERP's, root is board."""
    rows = {
        "bo": "team-billing",
        "ada": "team-billing",
        "dana": "finance",
        "ines": "finance",
        "kai": "team-erp",
        "root": "board",
    }
    return "---\n".join(person(name, groups, (keys or {}).get(name, "")) for name, groups in rows.items())


def invoices(*edits: tuple[str, object]) -> str:
    """Return the contract with values set at dotted paths, or removed by None."""
    value = copy.deepcopy(INVOICES)
    for path, new in edits:
        *above, last = path.split(".")
        here = value
        for key in above:
            here = here.setdefault(key, {})
        if new is None:
            here.pop(last)
        else:
            here[last] = new
    return json.dumps(value, indent=1)


FIELDS = "components.schemas.Invoice.properties"
REQUIRED = "components.schemas.Invoice.required"
VERSION = ("info.version", "3.0.0")
NO_TAX = ((f"{FIELDS}.tax_amount", None), (REQUIRED, ["id", "total"]))


class Scratch:
    """A repository with `main`, and a branch `work` that starts there."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.git("init", "-q", "-b", "main")

    def git(self, *arguments: str, who: str = "bo", day: str = "2026-11-20", data: str | None = None) -> str:
        names = {"NAME": who.title(), "EMAIL": f"{who}@x.example", "DATE": f"{day}T09:00:00Z"}
        environment = {f"GIT_{role}_{key}": value for role in ("AUTHOR", "COMMITTER") for key, value in names.items()}
        done = subprocess.run(
            ["git", *arguments],
            cwd=self.root,
            env={**HARDENED, **environment},
            input=data,
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout.strip()

    def write(self, files: dict[str, str | bytes | None]) -> None:
        for name, content in files.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if content is None:
                path.unlink()
            else:
                path.write_bytes(content.encode() if isinstance(content, str) else content)

    def commit(self, files: dict[str, str | bytes | None], message: str = "change", **more: str) -> str:
        self.write(files)
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", message, **more)
        return self.git("rev-parse", "HEAD")

    def gate(self, base: str = "main", head: str = "HEAD", **more: object) -> GateReport:
        return gate(self.root, base, head, **{"now": NOW, **more})


def landscape(root: Path, *, keys: dict[str, str] | None = None, **files: str | None) -> Scratch:
    """Return a repository whose main holds the whole landscape and whose branch `work` is checked out."""
    scratch = Scratch(root)
    everything: dict[str, str | None] = {
        "harness.yaml": HARNESS_YAML,
        "README.md": "read me\n",
        CONTRACT: invoices(),
        PACT: pact({"id": "in_1", "tax_amount": 228}),
        "catalog/people.yaml": people(keys),
        **CATALOG,
        **{name.replace("__", "/"): content for name, content in files.items()},
    }
    scratch.commit({name: content for name, content in everything.items() if content is not None}, "landscape")
    scratch.git("checkout", "-q", "-b", "work")
    return scratch
