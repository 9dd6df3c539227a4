"""What a change means for the business: fields of objects, systems of record, workflows; and who depends on a thing."""

import json

import pytest

from harness.catalog import read_catalog
from harness.documents import Library, MemoryTree
from harness.impact import ChangedContract, Document, Hit, Landscape, assess, impact_of
from harness.impact.versions import impact_of_versions
from harness.model import (
    Basis,
    Bump,
    Change,
    ContentModel,
    Contract,
    ContractComparison,
    ContractKind,
    Direction,
    Level,
    Location,
    NotFoundError,
    Side,
    UsageError,
    Verdict,
)
from harness.pacts import read_pacts

HEAD = "apiVersion: backstage.io/v1alpha1\n"
OBJECT = f"""{HEAD}kind: Resource
metadata: {{name: business-object-invoice}}
spec:
  type: business-object
  owner: finance
  x-governance:
    object: invoice
    systemOfRecord:
      default: billing
      fields:
        - {{path: tax, owner: tax-engine, sensitivity: sox-key}}
        - {{path: lines.net, owner: billing, sensitivity: financial}}
        - {{path: memo, owner: billing, sensitivity: none}}
"""
CATALOG = f"""{OBJECT}---
{HEAD}kind: API
metadata:
  name: invoices
  annotations: {{contract-harness.io/contract: invoices, contract-harness.io/finance-sensitivity: financial}}
spec: {{type: openapi, lifecycle: production, owner: team-billing, definition: x}}
---
{HEAD}kind: Component
metadata: {{name: billing}}
spec:
  {{type: service, lifecycle: production, owner: team-billing, providesApis: [invoices], dependsOn: ["component:psp"]}}
---
{HEAD}kind: Component
metadata: {{name: erp}}
spec: {{type: service, lifecycle: production, owner: team-erp, consumesApis: [invoices],
  x-governance: {{deployments: {{production: "1.4.0", sandbox: "1.5.0"}}}}}}
---
{HEAD}kind: Resource
metadata: {{name: environment-production}}
spec: {{type: environment, owner: team-erp, x-governance: {{name: production}}}}
---
{HEAD}kind: Resource
metadata: {{name: workflow-posting, title: Invoice posting}}
spec:
  type: critical-workflow
  owner: finance
  x-governance:
    objects: [business-object-invoice]
    legalEntities: [US-01]
    steps: [{{id: post, title: Posted, system: billing, contracts: [invoices], probe: p1}}]
    recovery: {{rto: PT4H, rpo: PT15M, procedure: ./w3.md, lastExercised: "2026-09-30"}}
"""
CONTRACT = {
    "openapi": "3.1.0",
    "info": {"title": "t", "version": "2.3.0"},
    "paths": {
        "/invoices/{id}": {
            "get": {
                "responses": {
                    "200": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Invoice"}}}}
                }
            }
        }
    },
    "components": {
        "schemas": {
            "Invoice": {
                "x-business-object": "invoice",
                "properties": {
                    "tax_amount": {"type": "integer", "x-canonical-field": "invoice.tax"},
                    "memo": {"type": "string"},
                    "mine": {"type": "string", "x-local": "only here"},
                    "lines": {"type": "array", "items": {"$ref": "#/components/schemas/Line"}},
                    "bonus": {"type": "integer", "x-classification": "financial"},
                    "rate": {"$ref": "#/components/schemas/Rate"},
                },
            },
            "Line": {"x-canonical-field": "invoice.lines", "properties": {"net": {"type": "integer"}}},
            "Rate": {"properties": {"value": {"type": "string"}}},
            "Problem": {"properties": {"detail": {"type": "string"}}},
        }
    },
}
S = "/components/schemas"
PACT = {
    "consumer": {"name": "erp"},
    "provider": {"name": "invoices"},
    "interactions": [
        {
            "description": "d",
            "request": {"method": "GET", "path": "/invoices/1"},
            "response": {"status": 200, "body": {"tax_amount": 1}},
        }
    ],
}


@pytest.fixture
def landscape():
    library = Library(MemoryTree({"catalog/c.yaml": CATALOG, "p.json": json.dumps(PACT)}))
    return Landscape(read_catalog(library, ("catalog/*.yaml",)), read_pacts(library, ["p.json"]))


def contract(pointer, verdict=Verdict.BREAKING):
    library = Library(MemoryTree({"c.json": json.dumps(CONTRACT)}))
    change = Change(
        rule="field-withdrawn",
        title="t",
        verdict=verdict,
        level=Level.ERROR,
        basis=Basis.PROJECTION,
        direction=Direction.SENT,
        side=Side.OLD,
        location=Location("c.json", pointer),
        reached_from=("GET /invoices/{id} 200",),
        fingerprint="f",
    )
    comparison = ContractComparison(ContractKind.OPENAPI, verdict, (change,), Bump.MAJOR, ContentModel.DECLARED)
    sides = [Document(side, library.node("c.json"), library) for side in Side]
    return ChangedContract("invoices", comparison, *sides)


@pytest.mark.parametrize(
    ("pointer", "field", "sensitivity", "owner"),
    [
        (f"{S}/Invoice/properties/tax_amount", "tax", "sox-key", "tax-engine"),
        (f"{S}/Invoice/properties/tax_amount/type", "tax", "sox-key", "tax-engine"),
        (f"{S}/Invoice/properties/memo", "memo", "none", "billing"),
        (f"{S}/Invoice/properties/lines", "lines", "financial", "billing"),
        (f"{S}/Line/properties/net", "lines.net", "financial", "billing"),
        # the contract's own mark counts where the catalog says nothing
        (f"{S}/Invoice/properties/bonus", "bonus", "financial", "billing"),
        # a shared part stands for the fields that refer to it
        (f"{S}/Rate/properties/value", "rate.value", "none", "billing"),
        (f"{S}/Invoice", "", "sox-key", "tax-engine, billing"),
    ],
)
def test_a_changed_place_is_a_field_of_a_business_object(landscape, pointer, field, sensitivity, owner):
    (found,) = assess([contract(pointer)], landscape, Landscape()).business_objects
    assert (found.name, found.field, found.sensitivity, found.system_of_record) == (
        "invoice",
        field,
        sensitivity,
        owner,
    )


def test_the_mark_counts_whichever_revision_still_bears_it(landscape):
    changed = contract(f"{S}/Invoice/properties/tax_amount")
    for base, head in ((landscape, Landscape()), (Landscape(), landscape)):
        assert assess([changed], base, head).finance_sensitive


def test_a_break_outside_of_every_object_is_as_sensitive_as_its_contract_and_a_safe_change_is_not(landscape):
    broken = assess([contract(f"{S}/Problem/properties/detail")], landscape, Landscape())
    assert [(found.name, found.sensitivity) for found in broken.business_objects] == [("invoices", "financial")]
    safe = assess([contract(f"{S}/Problem/properties/detail", Verdict.COMPATIBLE)], landscape, Landscape())
    assert safe.business_objects == ()


def test_workflows_come_with_what_was_promised_about_getting_back(landscape):
    impact = assess([contract(f"{S}/Invoice/properties/tax_amount")], landscape, Landscape())
    (flow,) = impact.workflows
    assert (flow.title, flow.rto, flow.rpo, flow.procedure) == ("Invoice posting", "PT4H", "PT15M", "catalog/w3.md")
    assert (impact.legal_entities, impact.probes) == (("US-01",), ("p1",))
    assert set(impact.owners) == {"group:default/finance", "group:default/team-billing", "group:default/team-erp"}


def ask(landscape, ref):
    library = Library(MemoryTree({"c.json": json.dumps(CONTRACT)}))
    contracts = (Contract("invoices", "2.3.0", ContractKind.OPENAPI, "c.json", "d"),)
    return impact_of(ref, library, contracts, landscape)


@pytest.mark.parametrize(
    ("ref", "hit"), [("invoices#/Invoice/tax_amount", Hit.HIT), ("invoices@2.3.0#/Invoice/memo", Hit.NOT_HIT)]
)
def test_a_field_is_asked_for_by_its_short_form(landscape, ref, hit):
    found = ask(landscape, ref)
    assert found.kind == "field"
    assert [(one.name, one.version, one.hit) for one in found.consumers] == [("erp", "1.4.0", hit)]
    assert [flow.title for flow in found.workflows] == ["Invoice posting"]


def test_a_contract_a_component_an_environment_and_an_object_are_asked_for_in_one_way(landscape):
    assert [one.reason for one in ask(landscape, "invoices").consumers] == ["reads 1 field"]
    component = ask(landscape, "component:billing")
    assert component.contracts == ("invoices",)
    assert "component:default/erp" in component.components
    assert ask(landscape, "production").components == ("component:default/erp",)
    assert [one.sensitivity for one in ask(landscape, "invoice.tax").business_objects] == ["sox-key"]
    assert ask(landscape, "invoice").contracts == ("invoices",)


@pytest.mark.parametrize("ref", ["invoces", "invoices@9.9.9", "invoices#/Nothing", "component:nobody"])
def test_what_is_not_there_is_named_with_what_is_near(landscape, ref):
    with pytest.raises(NotFoundError) as caught:
        ask(landscape, ref)
    assert caught.value.exit_code == 2
    assert caught.value.remedy


CHECKPOINT = f"""---
{HEAD}kind: Resource
metadata: {{name: checkpoint-c1, title: Invoices}}
spec:
  type: reconciliation-checkpoint
  owner: finance
  x-governance: {{id: C1, systems: [billing, erp], objects: [business-object-invoice], fields: [tax], every: PT1H}}
"""


@pytest.mark.parametrize(
    ("probe", "pointer", "probes", "unprobed", "compared", "uncompared"),
    [
        ("probe: p1", "tax_amount", (("p1", ("workflow-posting post",)),), (), ("invoice.tax",), ()),
        ("probe: ''", "tax_amount", (), ("workflow-posting post",), ("invoice.tax",), ()),
        ("probe: p1", "memo", (("p1", ("workflow-posting post",)),), (), None, ("invoice.memo",)),
    ],
)
def test_what_covers_a_change_is_named_and_what_does_not_too(probe, pointer, probes, unprobed, compared, uncompared):
    library = Library(MemoryTree({"catalog/c.yaml": CATALOG.replace("probe: p1", probe) + CHECKPOINT}))
    scape = Landscape(read_catalog(library, ("catalog/*.yaml",)))
    found = assess([contract(f"{S}/Invoice/properties/{pointer}")], scape, scape)
    assert found.components == ("component:default/billing", "component:default/erp")
    assert (found.coverage.probes, found.coverage.unprobed) == (probes, unprobed)
    assert [one.fields for one in found.coverage.checkpoints] == ([compared] if compared else [])
    assert found.coverage.uncompared == uncompared


def test_two_versions_side_by_side_are_judged_and_two_contracts_are_refused():
    fewer = json.loads(json.dumps(CONTRACT))
    del fewer["components"]["schemas"]["Invoice"]["properties"]["tax_amount"]
    files = {"1.json": json.dumps(CONTRACT), "2.json": json.dumps(fewer), "catalog/c.yaml": CATALOG}
    library = Library(MemoryTree(files))
    known = [
        Contract("invoices", "1.0.0", ContractKind.OPENAPI, "1.json", "d"),
        Contract("invoices", "2.0.0", ContractKind.OPENAPI, "2.json", "d"),
        Contract("other", "2.0.0", ContractKind.OPENAPI, "2.json", "d"),
    ]
    scape = Landscape(read_catalog(library, ("catalog/*.yaml",)))
    found = impact_of_versions("invoices@1.0.0", "invoices@2.0.0", library, known, scape)
    assert {(one.name, one.field) for one in found.business_objects} >= {("invoice", "tax")}
    assert [one.ref for one in found.workflows] == ["resource:default/workflow-posting"]
    with pytest.raises(UsageError, match="two contracts"):
        impact_of_versions("invoices@1.0.0", "other@2.0.0", library, known, scape)
    with pytest.raises(NotFoundError) as unknown:
        impact_of_versions("invoices@1.0.0", "invoices@9", library, known, scape)
    assert "invoices@2.0.0" in str(unknown.value.remedy)
