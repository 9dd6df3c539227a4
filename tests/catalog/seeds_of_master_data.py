"""Violations seeded into mappings, bindings, people, environments and calendars."""

from __future__ import annotations

from edited_landscape import (
    BILLED,
    BILLING_API,
    DANAS_KEY,
    DE_CALENDAR,
    ENVIRONMENTS,
    FX,
    INESS_KEY,
    ITEMS,
    MEMO,
    PEOPLE,
    SKUS,
    SOLD,
    TAX,
    W3,
    Seed,
    edited,
)

SEEDS: list[Seed] = [
    (
        "mapping-row-invalid",
        lambda: edited(TAX, "valid_to: null", 'valid_to: "2025-01-01"'),
        TAX,
        "/spec/x-governance/rows/0/valid_to",
        "ends before it begins",
    ),
    (
        "mapping-ambiguous",
        lambda: edited(FX, 'valid_to: "2027-01-31"', 'valid_to: "2027-02-01"'),
        FX,
        "/spec/x-governance/rows/1",
        "USD / EUR has two rows from 2027-01-31",
    ),
    (
        "mapping-ambiguous",
        lambda: edited(SKUS, "- billing: PRO-SEAT", "- billing: PRO-ANNUAL"),
        SKUS,
        "/spec/x-governance/rows/1",
        "PRO-ANNUAL / direct has two rows",
    ),
    (
        "mapping-gap",
        lambda: edited(FX, 'valid_to: "2027-01-31"', 'valid_to: "2027-01-30"'),
        FX,
        "/spec/x-governance/rows/1",
        "no row from 2027-01-30 to 2027-01-31",
    ),
    (
        "mapping-expired",
        lambda: edited(TAX, "valid_to: null", 'valid_to: "2026-11-22"'),
        TAX,
        "/spec/x-governance/rows/0",
        "US-NY has no row since 2026-11-22",
    ),
    (
        "mapping-incomplete",
        lambda: edited("catalog/mappings/product-list.yaml", "{sku: SETUP,", "{sku: SET-UP,"),
        SKUS,
        "/spec/x-governance/covers/0",
        'does not map "SET-UP" of product-list',
    ),
    (
        "mapping-weights-unfit",
        lambda: edited(SKUS, '{item: IT-ANALYTICS, weight: "60000"}', '{item: IT-PRO, weight: "60000"}'),
        SKUS,
        "/spec/x-governance/rows/2/erp/1",
        "SUITE-ANNUAL / direct names IT-PRO twice",
    ),
    (
        "mapping-weights-unfit",
        lambda: edited(SKUS, 'weight: "45000"', 'weight: "0"'),
        SKUS,
        "/spec/x-governance/rows/2/erp/2",
        "IT-SUPPORT no weight",
    ),
    (
        "catalog-legal-entity-unknown",
        lambda: edited(W3, "US-01, DE-01", "US-01, DE-02"),
        W3,
        "/spec/x-governance/legalEntities/1",
        "DE-02",
    ),
    (
        "catalog-currency-unknown",
        lambda: edited("catalog/legal-entities.yaml", "currency: JPY", "currency: YEN"),
        "catalog/legal-entities.yaml",
        "/spec/x-governance/currency",
        "YEN",
    ),
    (
        "environment-promotion-cycle",
        lambda: edited(
            ENVIRONMENTS, "    kind: sandbox\n", "    kind: sandbox\n    promotionFrom: environment-production\n"
        ),
        ENVIRONMENTS,
        "/spec/x-governance/promotionFrom",
        "promoted from itself",
    ),
    (
        "environment-production-writable",
        lambda: edited(ENVIRONMENTS, "probes: read-only", "probes: full"),
        ENVIRONMENTS,
        "/spec/x-governance/probes",
        "may write in production",
    ),
    (
        "close-calendar-unfit",
        lambda: edited(DE_CALENDAR, 'end: "2027-03-01"', 'end: "2027-02-28"'),
        DE_CALENDAR,
        "/spec/x-governance/periods/4",
        "2027-03 does not begin where 2027-02 ends",
    ),
    (
        "person-key-type",
        lambda: edited(PEOPLE, DANAS_KEY, DANAS_KEY.replace("ssh-ed25519", "ssh-rsa")),
        PEOPLE,
        "/spec/x-governance/signingKeys/0",
        "Dana Ruiz has a key of type ssh-rsa",
    ),
    (
        "person-key-shared",
        lambda: edited(PEOPLE, INESS_KEY, DANAS_KEY.rpartition(" ")[0] + " ines@elsewhere"),
        PEOPLE,
        "/spec/x-governance/signingKeys/0",
        "Ines Wolf has the key of Dana Ruiz",
    ),
    (
        "person-duplicate",
        lambda: edited(PEOPLE, "email: ines-wolf@", "email: Dana-Ruiz@"),
        PEOPLE,
        "/spec/profile/email",
        "one mail address",
    ),
    (
        "catalog-contract-missing",
        lambda: edited(
            "catalog/apis.yaml", "contract-harness.io/contract: pricing", "contract-harness.io/contract: prices"
        ),
        "catalog/apis.yaml",
        "/metadata/annotations/contract-harness.io~1contract",
        '"prices", which is not there',
    ),
    (
        "catalog-contract-unclaimed",
        lambda: edited("catalog/apis.yaml", "    contract-harness.io/contract: tax\n", ""),
        "catalog/apis.yaml",
        "",
        'names the contract "tax"',
    ),
    (
        "catalog-api-unprovided",
        lambda: edited("catalog/components.yaml", "providesApis: [tax, tax-events]", "providesApis: [tax]"),
        "catalog/apis.yaml",
        "",
        "No component provides api:default/tax-events",
    ),
    *(
        ("mapping-extract-differs", lambda path=path, old=old, new=new: edited(path, old, new), SKUS, "", words)
        for path, old, new, words in (
            (SOLD, "SETUP\n", "SETUP\nPRO-MONTHLY\n", "PRO-MONTHLY is in the export and mapped by no row"),
            (SOLD, "SETUP\n", "", "SETUP is mapped and no longer in the export"),
            (SOLD, "SETUP\n", "SETUP\nSETUP\n", "SETUP stands 2 times"),
            (SOLD, "sku\n", "article\n", 'has no column "sku"'),
            (ITEMS, "IT-SUPPORT\n", "", "IT-SUPPORT is mapped and no longer"),
        )
    ),
    (
        "binding-dangling",
        lambda: edited(BILLED, "from: subtotal", "from: sub_total"),
        BILLED,
        "/spec/x-governance/fields/2",
        "the payload has no sub_total",
    ),
    (
        "binding-dangling",
        lambda: edited(BILLED, "2.3.0/openapi.yaml", "9.9.9/openapi.yaml"),
        BILLED,
        "/spec/x-governance/payload",
        "cannot be read",
    ),
    (
        "binding-dangling",
        lambda: edited(BILLED, "by: identity, otherwise: exclusive", "by: magic"),
        BILLED,
        "/spec/x-governance/fields/4",
        '"magic" is no transformation',
    ),
    (
        "binding-incomplete",
        lambda: edited(BILLED, ", otherwise: exclusive", ""),
        BILLED,
        "/spec/x-governance/fields/4",
        "billing may leave out price_mode",
    ),
    (
        "binding-incomplete",
        lambda: edited(BILLED, "legal_entity, currency,", "legal_entity,"),
        BILLED,
        "/spec/x-governance",
        "invoice.currency must be there",
    ),
    (
        "binding-type-unfit",
        lambda: edited(BILLED, "from: subtotal}", "from: subtotal, by: minor-to-major}"),
        BILLED,
        "/spec/x-governance/fields/2",
        "which net refuses",
    ),
    (
        "binding-type-unproven",
        lambda: {
            **edited(BILLED, "from: subtotal}", "from: subtotal}\n      - {to: seller_tax_id, from: memo}"),
            BILLING_API: edited(BILLING_API, MEMO, MEMO + "pattern: '^(a|b)\\1$', ")[BILLING_API],
        },
        BILLED,
        "/spec/x-governance/fields/3",
        "is not known",
    ),
    (
        "binding-field-lost",
        lambda: edited(BILLED, "purchase_order, memo,", "memo,"),
        BILLED,
        "/spec/x-governance/payload",
        "billing sends purchase_order, and nobody takes it",
    ),
    (
        "binding-field-lost",
        lambda: edited(
            "catalog/bindings/erp-payment-applied.yaml", "belongs to the open item, which its own event carries", " "
        ),
        "catalog/bindings/erp-payment-applied.yaml",
        "/spec/x-governance/dropped/0",
        "dropped without a reason",
    ),
    (
        "binding-enum-partial",
        lambda: edited(
            BILLED,
            "{to: price_mode, from: price_mode, by: identity,",
            "{to: price_mode, from: price_mode, by: enum-map, cases: {exclusive: exclusive},",
        ),
        BILLED,
        "/spec/x-governance/fields/4",
        "knows no inclusive",
    ),
    (
        "binding-enum-partial",
        lambda: edited(
            BILLED,
            "{to: price_mode, from: price_mode, by: identity,",
            "{to: price_mode, from: price_mode, by: lookup, mapping: mapping-tax-codes, key: reason, column: price,",
        ),
        BILLED,
        "/spec/x-governance/fields/4",
        "knows no exclusive, inclusive",
    ),
]
