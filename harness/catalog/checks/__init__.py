"""Everything that can be wrong with a catalog, each check a rule of `harness.rules.catalog`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from harness.catalog.catalog import Catalog
from harness.catalog.checks import bindings as canonical
from harness.catalog.checks import contracts as with_contracts
from harness.catalog.checks import cycles, extracts, flows, names, ownership, places_and_people, shapes, tables, writers
from harness.catalog.checks.context import Check, Context
from harness.catalog.collector import collector_paused
from harness.documents import Library
from harness.model import Contract, ContractKind, Finding

CHECKS: tuple[Check, ...] = (
    names.refused,
    names.duplicates,
    names.dangling,
    cycles.cyclic,
    cycles.promotion_cycle,
    shapes.misshapen,
    ownership.two_writers,
    ownership.unowned,
    writers.second_writers,
    flows.steps_without_contract,
    flows.steps_without_probe,
    flows.unordered_postings,
    flows.step_order,
    flows.recovery_missing,
    flows.times_unfit,
    flows.not_exercised,
    tables.rows_invalid,
    tables.ambiguous,
    tables.gaps,
    tables.expired,
    tables.incomplete,
    tables.weights,
    canonical.bindings,
    extracts.extracts,
    places_and_people.unknown_entities,
    places_and_people.unknown_currencies,
    places_and_people.writable_production,
    places_and_people.calendars,
    places_and_people.keys,
    places_and_people.same_mail,
    with_contracts.apis_without_contract,
    with_contracts.contracts_without_api,
    with_contracts.apis_without_provider,
)

_WIDEST = 90  # of a title (harness.model.Finding)


def check_catalog(
    catalog: Catalog,
    contracts: Iterable[Contract | str] | None = None,
    *,
    library: Library | None = None,
    as_of: date | None = None,
) -> tuple[Finding, ...]:
    """Return everything wrong with a catalog, loudest first, then by place.

    Args:
        catalog: What `read_catalog` returned; files it could not read are in `catalog.problems`.
        contracts: Contracts of the same revision, or their names; None leaves them out of the question. Of plain
            schemas no API entry is expected.
        library: Documents of the same revision, to look for procedures and canonical payloads.
        as_of: The day on which exercises and mapping rows are judged; None judges neither.
    """
    known = None if contracts is None else {_name(one): _is_api(one) for one in contracts}
    files = frozenset() if library is None else frozenset(library.tree.entries())
    context = Context(catalog, known, library, as_of, files)
    with collector_paused():
        found = {_clipped(finding): None for check in CHECKS for finding in check(context)}
    return tuple(sorted(found, key=lambda one: (one.level.rank, _place(one), one.rule, one.values)))


def _clipped(finding: Finding) -> Finding:
    """Return the finding with a title of one line; what is cut off stays in the detail."""
    if len(finding.title) <= _WIDEST:
        return finding
    detail = f"{finding.title}. {finding.detail}".strip()
    return replace(finding, title=finding.title[: _WIDEST - 1] + "…", detail=detail)


def _name(contract: Contract | str) -> str:
    return contract if isinstance(contract, str) else contract.name


def _is_api(contract: Contract | str) -> bool:
    return isinstance(contract, str) or contract.kind in {ContractKind.OPENAPI, ContractKind.ASYNCAPI}


def _place(finding: Finding) -> tuple[str, int, int, str]:
    where = finding.location
    return where.file or "", where.line or 0, where.column or 0, where.pointer
