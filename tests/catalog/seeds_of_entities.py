"""Violations seeded into systems, business objects and workflows."""

from __future__ import annotations

from edited_landscape import (
    INVOICE,
    POSTING_DATE,
    TAX,
    W3,
    Seed,
    added,
    edited,
    entity,
)

SEEDS: list[Seed] = [
    (
        "catalog-entity-refused",
        lambda: added("catalog/domains.yaml", entity("Domain", "x", "{type: 1, owner: revops}")),
        "catalog/domains.yaml",
        "",
        "refuse Domain x",
    ),
    (
        "catalog-duplicate-entity",
        lambda: added("catalog/domains.yaml", entity("Domain", "Record-To-Report", "{owner: revops}")),
        "catalog/domains.yaml",
        "",
        "record-to-report is defined twice",
    ),
    (
        "catalog-reference-dangling",
        lambda: edited("catalog/components.yaml", "consumesApis: [pricing,", "consumesApis: [pricin,"),
        "catalog/components.yaml",
        "/spec/consumesApis/0",
        "pricin",
    ),
    (
        "catalog-reference-dangling",
        lambda: edited("catalog/systems.yaml", "owner: group:team-billing", "owner: component:billing"),
        "catalog/systems.yaml",
        "/spec/owner",
        "which is a Component",
    ),
    (
        "catalog-reference-dangling",
        lambda: edited(W3, "system: erp-connector", "system: erp-elsewhere"),
        W3,
        "/spec/x-governance/steps/2/system",
        "erp-elsewhere",
    ),
    (
        "catalog-dependency-cycle",
        lambda: added(
            "catalog/components.yaml",
            entity(
                "Component",
                "loop",
                "{type: service, lifecycle: production, owner: revops, dependsOn: ['resource:ring']}",
            )
            + entity("Resource", "ring", "{type: cache, owner: revops, dependsOn: ['component:loop']}"),
        ),
        "catalog/components.yaml",
        "/spec/dependsOn/0",
        "component:default/loop depends on itself",
    ),
    (
        "catalog-dependency-cycle",
        lambda: added(
            "catalog/components.yaml",
            entity(
                "Component",
                "one",
                "{type: s, lifecycle: l, owner: ar, system: crm, dependsOn: ['component:tax-engine']}",
            )
            + entity(
                "Component", "two", "{type: s, lifecycle: l, owner: ar, system: tax, dependsOn: ['component:crm']}"
            ),
        ),
        "catalog/components.yaml",
        "/spec/dependsOn/0",
        "system:default/crm depends on itself",
    ),
    (
        "catalog-dependency-cycle",
        lambda: edited("catalog/systems.yaml", "  domain: ", "  dependsOn: ['system:crm']\n  domain: "),
        "catalog/systems.yaml",
        "/spec/dependsOn/0",
        "system:default/crm depends on itself",
    ),
    (
        "catalog-dependency-cycle",
        lambda: edited("catalog/groups.yaml", "  type: organization\n", "  type: organization\n  parent: ar\n"),
        "catalog/groups.yaml",
        "",
        "is a child of itself",
    ),
    (
        "catalog-extension-shape",
        lambda: edited(W3, "rto: PT4H", "rtoo: PT4H"),
        W3,
        "/spec/x-governance/recovery",
        "rtoo",
    ),
    (
        "sor-two-writers",
        lambda: edited(
            INVOICE,
            POSTING_DATE,
            POSTING_DATE + "\n        - {path: posting_date, owner: billing, states: [finalised]}",
        ),
        INVOICE,
        "/spec/x-governance/systemOfRecord/fields/48",
        'has two owners while "finalised": billing and erp',
    ),
    (
        "sor-two-writers",
        lambda: edited(INVOICE, "owner: tax-engine, states: [draft]", "owner: tax-engine, states: [draft, finalised]"),
        INVOICE,
        "",
        'invoice.tax has two owners while "finalised"',
    ),
    (
        "sor-two-writers",
        lambda: edited(INVOICE, "when: payment_terms=CARD", "when: 'payment_terms=CARD,NET30'"),
        INVOICE,
        "",
        "invoice.open has two owners",
    ),
    (
        "sor-second-writer",
        lambda: edited(INVOICE, "fields: [fx_rate]", "fields: [memo]"),
        "contracts/events/billing-events/2.1.0/asyncapi.yaml",
        "/components/messages/InvoiceFinalised",
        "billing announces invoice.fx_rate, owned by erp",
    ),
    (
        "sor-field-unowned",
        lambda: edited(INVOICE, "        - {path: memo, owner: billing, sensitivity: none}\n", ""),
        INVOICE,
        "/spec/x-governance/systemOfRecord/fields",
        "Nobody owns invoice.memo",
    ),
    (
        "sor-field-unowned",
        lambda: edited(
            INVOICE, "{path: memo, owner: billing, sensitivity: none}", "{path: memo, owner: '', sensitivity: none}"
        ),
        INVOICE,
        "/spec/x-governance/systemOfRecord/fields/10",
        "Nobody owns invoice.memo",
    ),
    (
        "sor-field-unowned",
        lambda: edited(
            INVOICE,
            "{path: tax_code, owner: billing, states: [finalised, paid, void]",
            "{path: tax_code, owner: billing, states: [finalised, paid]",
        ),
        INVOICE,
        "",
        "invoice.tax_code while void",
    ),
    (
        "sor-state-unowned",
        lambda: edited(INVOICE, "next: [paid, void, posted]", "next: [paid, void, lost]"),
        INVOICE,
        "/spec/x-governance/systemOfRecord/states/1",
        'leads to "lost"',
    ),
    (
        "workflow-step-without-contract",
        lambda: edited(W3, "contracts: [billing-events]", "contracts: []"),
        W3,
        "/spec/x-governance/steps/1",
        "W3 announced names no contract",
    ),
    (
        "workflow-step-without-contract",
        lambda: edited(W3, "contracts: [erp-postings]", "contracts: [erp-posting]"),
        W3,
        "/spec/x-governance/steps/3/contracts/0",
        '"erp-posting", which is not there',
    ),
    (
        "workflow-step-without-probe",
        lambda: edited(W3, "        probe: invoice-posting\n", ""),
        W3,
        "/spec/x-governance/steps/0",
        "W3 finalised names no probe",
    ),
    (
        "workflow-post-unordered",
        lambda: edited("catalog/workflows/w04-cash-application.yaml", "        orderingKey: bank line\n", ""),
        "catalog/workflows/w04-cash-application.yaml",
        "/spec/x-governance/steps/4",
        "transfer-booked posts without",
    ),
    (
        "workflow-step-order",
        lambda: edited(W3, "after: [announced]", "after: [elsewhere]"),
        W3,
        "/spec/x-governance/steps/2",
        '"elsewhere", which is no step',
    ),
    ("workflow-step-order", lambda: edited(W3, "after: [finalised]", "after: [posted]"), W3, "", "comes after itself"),
    (
        "workflow-without-recovery",
        lambda: edited(W3, "rpo: PT0S", 'rpo: ""'),
        W3,
        "/spec/x-governance/recovery/rpo",
        "W3 promises no rpo",
    ),
    (
        "workflow-without-recovery",
        lambda: edited(W3, "w03-invoice-posting.md", "w03.md"),
        W3,
        "/spec/x-governance/recovery/procedure",
        "w03.md is not there",
    ),
    (
        "workflow-time-unfit",
        lambda: edited(W3, "deadline: PT15M", "deadline: 15 min"),
        W3,
        "/spec/x-governance/steps/3/deadline",
        '"15 min"',
    ),
    (
        "workflow-time-unfit",
        lambda: edited(W3, "closeWindowRto: PT1H", "closeWindowRto: PT8H"),
        W3,
        "/spec/x-governance/recovery/closeWindowRto",
        "longer than rto",
    ),
    (
        "workflow-recovery-not-exercised",
        lambda: edited(W3, '"2026-10-21"', '"2026-04-21"'),
        W3,
        "/spec/x-governance/recovery/lastExercised",
        "last exercised on 2026-04-21, due every 180 days",
    ),
    (
        "workflow-recovery-not-exercised",
        lambda: edited(W3, '"2026-10-21"', '"2026-12-21"'),
        W3,
        "/spec/x-governance/recovery/lastExercised",
        "yet to come",
    ),
    (
        "mapping-row-invalid",
        lambda: edited(TAX, 'rate: "8.875", ', ""),
        TAX,
        "/spec/x-governance/rows/0",
        "US-NY has no rate",
    ),
]
