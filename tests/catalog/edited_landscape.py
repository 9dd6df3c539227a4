"""The reference landscape with some files edited, and what the checks of the catalog say about it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import cache
from pathlib import Path

from harness.catalog import Catalog, check_catalog, read_catalog
from harness.documents import Library, MemoryTree
from harness.model import Finding
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
