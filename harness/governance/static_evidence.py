"""What the contract files of a repository say about pairs that nobody verified: beside the answer, never an answer.

A static check reads the examples of a pact against a specification; it does not see whether the provider does what its
specification promises. So an unverified pair stays unknown, whatever is found here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from harness.compat.bundling import bundle
from harness.documents import Library
from harness.model import JSON, Contract, HarnessError, Level
from harness.model.deployments import Answer, Deployability, DeployRow
from harness.pacts.checking import Checked, PactChecker
from harness.pacts.report import specification_kind
from harness.registry.versions import version_key

PactOf = Callable[[str, str, str], dict[str, JSON] | None]
"""The content of a pact by consumer, provider and digest."""


def with_static_evidence(
    found: Deployability, library: Library, contracts: Iterable[Contract], pact_of: PactOf
) -> Deployability:
    """Return the same answer, its unverified rows telling how their pact compares with the contract files here."""
    listed = tuple(contracts)
    rows = tuple(_told(row, library, listed, pact_of) for row in found.rows)
    changed = {old.reason: new.reason for old, new in zip(found.rows, rows, strict=True)}
    return replace(found, rows=rows, reasons=tuple(changed.get(reason, reason) for reason in found.reasons))


def _told(row: DeployRow, library: Library, contracts: tuple[Contract, ...], pact_of: PactOf) -> DeployRow:
    if row.answer is not Answer.UNKNOWN or not row.sha or row.verification:
        return row
    content = pact_of(row.consumer, row.provider, row.sha)
    ours = [one for one in contracts if one.name == row.provider]
    if content is None or not ours:
        return row
    contract = max(ours, key=lambda one: (one.version == row.provider_version, version_key(one.version)))
    verdict = _verdict(content, contract, library)
    words = f"checked statically against {contract.name} {contract.version}, not verified: {verdict}"
    return replace(row, reason=f"{row.reason}; {words}")


def _verdict(content: dict[str, JSON], contract: Contract, library: Library) -> str:
    try:
        value = bundle(library.node(contract.path), library)
    except HarnessError as error:
        return f"could not be read ({error.message})"
    kind = specification_kind(value)
    if kind is None or not isinstance(value, dict):
        return "no specification of requests or messages"
    checked = PactChecker(**{kind: value}).check(content)
    failing = [one for one in checked.interactions if one.fails]
    if failing:
        return f"{len(failing)} of {len(checked.interactions)} interactions do not fit ({_why(failing[0])})"
    return "undecided" if checked.undecided or not checked.interactions else "every example fits"


def _why(one: Checked) -> str:
    return next(result.message for result in one.results if one.level(result) is Level.ERROR)
