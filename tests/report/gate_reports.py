"""Gate reports made by hand, one a decision, for the tests of what is rendered from them."""

from __future__ import annotations

from datetime import date

from harness.governance import ContractChange, GateReport, RequiredSignoff, Revision, Waived
from harness.impact import BusinessObjectImpact, ConsumerImpact, Hit, Impact, WorkflowImpact
from harness.model import (
    Basis,
    Bump,
    Change,
    ContentModel,
    ContractComparison,
    ContractKind,
    Decision,
    Direction,
    Finding,
    Level,
    Location,
    NotChecked,
    Side,
    Verdict,
    Witness,
)

FILE = "contracts/apis/billing-invoices/2.3.1/openapi.yaml"
POINTER = "/components/schemas/Invoice/properties/tax_amount"

WITNESS = Witness(
    instance={"id": "in_1NX2", "total": 142800, "tax_amount": 22800},
    valid_under=Side.OLD,
    invalid_under=Side.NEW,
    view="reader",
    error='a reader of 2.3.0 may use "tax_amount", which no 2.3.1 payload has',
    failing="/tax_amount",
    checked_with="jsonschema-rs 0.60.3",
    carrier="GET /invoices/{id} 200",
)
REMOVED = Change(
    rule="field-withdrawn",
    title="Invoice.tax_amount removed",
    verdict=Verdict.BREAKING,
    level=Level.ERROR,
    basis=Basis.PROJECTION,
    direction=Direction.SENT,
    side=Side.OLD,
    location=Location("contracts/apis/billing-invoices/2.3.0/openapi.yaml", POINTER, 388, 9),
    subject="Invoice.tax_amount",
    reached_from=("GET /invoices 200", "GET /invoices/{id} 200"),
    before={"type": "integer"},
    witness=WITNESS,
    settle="keep it, deprecated with a sunset, and publish 2.4.0",
    fingerprint="a3f8c21b9d04",
)
ADDED = Change(
    rule="field-added-optional",
    title="Invoice.footer added, optional",
    verdict=Verdict.COMPATIBLE,
    level=Level.INFO,
    basis=Basis.INCLUSION,
    direction=Direction.SENT,
    side=Side.NEW,
    location=Location(FILE, "/components/schemas/Invoice/properties/footer", 401, 9),
    subject="Invoice.footer",
    reached_from=("GET /invoices/{id} 200",),
    after={"type": "string"},
    fingerprint="b3f8c21b9d04",
)
UNPROVEN = Change(
    rule="pattern-changed",
    title="Invoice.memo pattern changed",
    verdict=Verdict.UNPROVEN,
    level=Level.WARNING,
    basis=Basis.PROJECTION,
    direction=Direction.SENT,
    side=Side.NEW,
    location=Location(FILE, "/components/schemas/Invoice/properties/memo", 395, 9),
    subject="Invoice.memo",
    reached_from=("GET /invoices/{id} 200",),
    before={"pattern": "^([A-Z]+)-\\1$"},
    after={"pattern": "^([A-Z]{2,})-\\1$"},
    reason="a back-reference is beyond any automaton; no counter-example in 20,000 tries",
    settle="drop the back-reference, or have the owner accept it",
    fingerprint="c3f8c21b9d04",
)


def comparison(*changes: Change, old: str = "2.3.0", new: str = "2.3.1", bump: Bump = Bump.MAJOR) -> ContractComparison:
    return ContractComparison(
        kind=ContractKind.OPENAPI,
        verdict=Verdict.worst([change.verdict for change in changes]),
        changes=changes,
        required_bump=bump,
        content_model=ContentModel.DECLARED,
        old_version=old,
        new_version=new,
        as_of=date(2026, 11, 22),
    )


def contract(compared: ContractComparison, declared: Bump) -> ContractChange:
    return ContractChange(
        name="billing-invoices",
        old_path=f"contracts/apis/billing-invoices/{compared.old_version}/openapi.yaml",
        new_path=f"contracts/apis/billing-invoices/{compared.new_version}/openapi.yaml",
        old_version=compared.old_version,
        new_version=compared.new_version,
        declared_bump=declared,
        comparison=compared,
    )


CONSUMERS = (
    ConsumerImpact(
        component="component:default/erp-connector",
        name="erp-connector",
        version="1.4.0",
        environments=("production",),
        owner="group:default/team-integration",
        hit=Hit.HIT,
        reason="reads tax_amount (3 interactions)",
        changes=("a3f8c21b9d04",),
    ),
    ConsumerImpact(
        "component:default/analytics-loader",
        "analytics-loader",
        "2.1.0",
        ("production",),
        "",
        Hit.NOT_HIT,
        "reads 4 fields, none changed",
    ),
    ConsumerImpact("component:default/crm", "crm", "", (), "group:default/team-crm", Hit.UNKNOWN, "no pact"),
)
IMPACT = Impact(
    consumers=CONSUMERS,
    workflows=(
        WorkflowImpact(
            ref="resource:default/workflow-invoice-posting",
            title="Invoice finalised to posted",
            owner="group:default/finance-systems",
            steps=("finalised", "posted"),
            rto="PT4H",
            rpo="PT15M",
            deadline="PT15M",
            procedure="catalog/recovery/w3-invoice-posting.md",
            last_exercised="2026-09-30",
            legal_entities=("DE-01", "US-01"),
        ),
    ),
    business_objects=(BusinessObjectImpact("resource:default/invoice", "invoice", "tax", "billing", "sox-key"),),
    legal_entities=("DE-01", "US-01"),
    owners=("group:default/team-billing",),
    finance_sensitive=True,
)
SIGNOFFS = (
    RequiredSignoff(
        "contract owner",
        "group:default/team-billing",
        ("Ada Kern",),
        "owns billing-invoices",
        "",
        "Ada Kern",
        "2026-11-22T10:02:00Z",
        settled=True,
    ),
    RequiredSignoff(
        "finance systems", "group:default/finance-systems", ("Dana Ruiz", "Ines Wolf"), "a finance field changes"
    ),
    RequiredSignoff("erp-connector", "group:default/team-integration", (), "reads what breaks", "a passing pact"),
)


def report(decision: Decision, **values: object) -> GateReport:
    told: dict[str, object] = {
        "decision": decision,
        "sentence": "1 change, compatible. billing-invoices 2.3.0 -> 2.4.0, minor as declared.",
        "change_id": "7c1e52aa90bd",
        "base": Revision("origin/main", "5d6e7f8" + "0" * 33),
        "merge_base": Revision("origin/main", "5d6e7f8" + "0" * 33),
        "head": Revision("HEAD", "1a2b3c4" + "0" * 33),
        "profile": "finance",
        "as_of": date(2026, 11, 22),
        "contracts": (contract(comparison(ADDED, new="2.4.0", bump=Bump.MINOR), Bump.MINOR),),
        "contracts_read": 37,
        "findings": (),
        "impact": Impact(),
        "required_signoffs": (),
        "waived": (),
        "way_out": (),
        "not_checked": (NotChecked("crm", "has no pact", "owner: team-crm"),),
        "author": "Bo Lind",
    }
    return GateReport(**(told | values))  # type: ignore[arg-type]


PASS = report(Decision.PASS)
BLOCKED = report(
    Decision.BLOCKED,
    sentence="Invoice.tax_amount removed; erp-connector 1.4.0 (production) reads it.",
    contracts=(contract(comparison(REMOVED, UNPROVEN, ADDED), Bump.PATCH),),
    impact=IMPACT,
    way_out=(
        "keep it, deprecated with a sunset, as 2.4.0",
        "team-integration moves to total_tax",
        "remove it in 3.0.0 after the sunset",
    ),
    required_signoffs=SIGNOFFS,
    findings=(
        Finding(
            "version-not-bumped",
            "billing-invoices needs 3.0.0, 2.3.1 is declared",
            Level.ERROR,
            Location(FILE, "/info/version", 4, 3),
        ),
    ),
    waived=(Waived("WVR-2026-014", "d3f8c21b9d04", "no consumer reads taxCode", "Dana Ruiz", date(2027, 2, 18)),),
    next_command="harness explain field-withdrawn",
)
NEEDS_SIGN_OFF = report(
    Decision.NEEDS_SIGN_OFF,
    sentence="Invoice.tax_amount changes type; it feeds the tax posting in DE-01 and US-01.",
    contracts=(contract(comparison(REMOVED, new="3.0.0"), Bump.MAJOR),),
    impact=IMPACT,
    required_signoffs=SIGNOFFS,
)
NO_CHANGE = report(
    Decision.PASS,
    sentence="no contract changed since origin/main (37 contracts)",
    contracts=(),
    change_id="",
    not_checked=(),
)
REPORTS = {"pass": PASS, "blocked": BLOCKED, "needs-sign-off": NEEDS_SIGN_OFF, "no-change": NO_CHANGE}
