"""Every rule of the catalog: the clean landscape is silent, and each violation is found, named and located."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import cache
from pathlib import Path

import pytest

from harness.catalog import Catalog, check_catalog, read_catalog
from harness.documents import Library, MemoryTree
from harness.model import Finding, Level
from harness.rules import all_rules
from harness.rules.record import Area

ROOT = Path(__file__).parents[2]
AS_OF = date(2026, 11, 22)
RULES = {rule.id: rule for rule in all_rules() if rule.area is Area.CATALOG}
FILES = {
    str(path.relative_to(ROOT)): path.read_bytes()
    for folder in ("catalog", "contracts")
    for path in sorted((ROOT / folder).rglob("*"))
    if path.is_file()
}
CONTRACTS = sorted(
    path.name
    for folder in ("apis", "events")
    for path in (ROOT / "contracts" / folder).iterdir()
    if list(path.glob("*/openapi.yaml")) or list(path.glob("*/asyncapi.yaml"))
)


@cache
def clean() -> tuple[Catalog, Library]:
    library = Library(MemoryTree(FILES))
    return read_catalog(library), library


def findings(files: dict[str, bytes], as_of: date | None = AS_OF) -> tuple[Finding, ...]:
    """Check the landscape with some files edited; only those are read again, the rest is as it was read once."""
    catalog, library = clean()
    changed = [path for path in files if files[path] != FILES.get(path)]
    edited_catalog = read_catalog(Library(MemoryTree(files)), [path for path in changed if path.endswith(".yaml")])
    assert [problem.message for problem in (*catalog.problems, *edited_catalog.problems)] == []
    kept = tuple(entity for entity in catalog.entities if entity.file not in changed)
    both = Catalog((*kept, *edited_catalog.entities))
    if any(path.startswith("contracts/") or path.endswith(".csv") for path in changed):
        library = Library(MemoryTree(files))
    return check_catalog(both, CONTRACTS, library=library, as_of=as_of)


def edited(path: str, old: str, new: str, times: int = 1) -> dict[str, bytes]:
    text = FILES[path].decode()
    assert text.count(old) >= 1, f"{old!r} is not in {path}"
    return {**FILES, path: text.replace(old, new, times).encode()}


def added(path: str, text: str) -> dict[str, bytes]:
    return {**FILES, path: FILES.get(path, b"") + text.encode()}


def entity(kind: str, name: str, spec: str) -> str:
    return f"---\napiVersion: backstage.io/v1alpha1\nkind: {kind}\nmetadata: {{name: {name}}}\nspec: {spec}\n"


W3 = "catalog/workflows/w03-invoice-posting.yaml"
INVOICE = "catalog/business-objects/invoice.yaml"
SKUS = "catalog/mappings/skus.yaml"
TAX = "catalog/mappings/tax-codes.yaml"
FX = "catalog/mappings/fx-rates.yaml"
PEOPLE = "catalog/people.yaml"
DE_CALENDAR = "catalog/close-calendar/de-01.yaml"
ENVIRONMENTS = "catalog/environments.yaml"
SOLD = "catalog/mappings/extracts/billing-skus.csv"
ITEMS = "catalog/mappings/extracts/erp-items.csv"
BILLED = "catalog/bindings/billing-invoice.yaml"
BILLING_API = "contracts/apis/billing-invoices/2.3.0/openapi.yaml"
MEMO = "memo: { type: string, maxLength: 500, "
POSTING_DATE = "{path: posting_date, owner: erp, sensitivity: sox-key}"
DANAS_KEY = next(
    line.split("[")[1].rstrip("]")
    for line in FILES[PEOPLE].decode().splitlines()
    if "dana-ruiz@" in line and "ssh-" in line
)
INESS_KEY = next(
    line.split("[")[1].rstrip("]")
    for line in FILES[PEOPLE].decode().splitlines()
    if "ines-wolf@" in line and "ssh-" in line
)
Seed = tuple[str, Callable[[], dict[str, bytes]], str, str, str]
"""Rule, edited landscape, file, pointer, words of the title."""

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


def test_the_clean_landscape_is_silent() -> None:
    assert [(finding.rule, finding.title, str(finding.location)) for finding in findings(FILES)] == []


@pytest.mark.parametrize("number", range(len(SEEDS)), ids=[f"{n}-{seed[0]}" for n, seed in enumerate(SEEDS)])
def test_a_seeded_violation_is_found_named_and_located(number: int) -> None:
    rule, edit, file, pointer, words = SEEDS[number]
    files = edit()
    found = [finding for finding in findings(files) if finding.rule == rule]
    finding = next((one for one in found if words in one.title), None)
    assert finding is not None, found
    assert finding.location.file == file
    assert finding.location.pointer == pointer or not pointer
    assert finding.remedy
    assert len(finding.title) <= 90
    assert finding.level is RULES[rule].level
    assert shows(finding, files[file].decode())


def shows(finding: Finding, text: str) -> bool:
    """Whether the line of a finding shows the named member, its holder, or the item of a list."""
    where = finding.location
    if where.line is None:
        return finding.rule == "catalog-contract-unclaimed"
    line = text.splitlines()[where.line - 1]
    tokens = [token.replace("~1", "/") for token in where.pointer.split("/")[1:]]
    return not tokens or any(token in line for token in tokens[-3:]) or line.lstrip().startswith("- ")


def test_every_rule_of_the_catalog_has_a_seed_and_every_seed_a_rule() -> None:
    assert {seed[0] for seed in SEEDS} == set(RULES)


def test_nothing_expires_without_a_day_to_judge_on() -> None:
    files = edited(W3, '"2026-10-21"', '"2016-04-21"')
    assert findings(files, None) == ()


def test_findings_are_the_same_in_the_same_order_every_time_and_loudest_first() -> None:
    files = {
        **edited(W3, '"2026-10-21"', '"2026-04-21"'),
        INVOICE: edited(INVOICE, "owner: erp", "owner: nobody")[INVOICE],
    }
    first, second = findings(files), findings(dict(reversed(files.items())))
    assert first == second
    assert [finding.level for finding in first] == sorted((f.level for f in first), key=lambda level: level.rank)
    assert first[-1].level is Level.WARNING
