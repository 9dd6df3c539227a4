"""From pairs of contracts to what changed in each, levelled by the profile, and what is wrong with the step."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date

from harness.documents import Library
from harness.governance.loosening import mark_loosenings
from harness.governance.reading import unreadable_contracts
from harness.governance.values import ContractChange
from harness.impact import ChangedContract, Document, Hit, Impact
from harness.model import (
    Bump,
    Change,
    Contract,
    ContractComparison,
    Finding,
    HarnessError,
    Level,
    Location,
    Side,
    Verdict,
)
from harness.registry import Pair, declared_bump
from harness.rules import find
from harness.rules.record import Area, Aspect

Loudness = Callable[[str, Level], Level]
"""(rule, default level) -> level."""

_RELEASED = frozenset({"active", "deprecated", "retired"})


@dataclass(frozen=True, slots=True)
class Compared:
    """One pair after comparison.

    Attributes:
        report: What the report shows.
        changed: What impact looks at: without changes of mere text.
        findings: What is wrong with it, apart from what breaks.
        loosenings: Marks taken away.
        unreadable: Why it could not be compared; None if it could.
        owner: Owner as the document says, "" if it does not.
    """

    report: ContractChange
    changed: ChangedContract
    findings: tuple[Finding, ...] = ()
    loosenings: tuple[Finding, ...] = ()
    unreadable: Finding | None = None
    owner: str = ""


def compare_pair(pair: Pair, libraries: tuple[Library, Library], loudness: Loudness, as_of: date) -> Compared:
    """Compare one pair of contracts; a side that cannot be read is said and nothing else is lost.

    Args:
        pair: Old and new contract; one of them may be missing.
        libraries: Of merge-base and head.
        loudness: How loud a rule is, given its default.
        as_of: Day for sunset rules.
    """
    old, new = pair.old, pair.new
    error: HarnessError | None = None
    documents: list[Document | None] = [None, None]
    comparison = None
    try:
        documents = [
            _document(side, contract, library)
            for side, contract, library in zip((Side.OLD, Side.NEW), (old, new), libraries, strict=True)
        ]
        if documents[0] and documents[1]:
            comparison = _compare(documents[0], documents[1], as_of)
        elif new is not None:
            _read_whole(new, libraries[1])
    except HarnessError as problem:
        error = problem
    comparison = _levelled(comparison, loudness)
    old, new = _versioned(old, documents[0]), _versioned(new, documents[1])
    report = ContractChange(
        name=pair.name,
        old_path=old.path if old else "",
        new_path=new.path if new else "",
        old_version=old.version if old else "",
        new_version=new.version if new else "",
        declared_bump=declared_bump(old.version, new.version) if old and new else Bump.NONE,
        comparison=comparison,
        error=error.message if error else "",
    )
    return Compared(
        report=report,
        changed=ChangedContract(pair.name, _without_text(comparison), documents[0], documents[1]),
        findings=tuple(_step_findings(old, new, comparison, as_of, documents[0])),
        loosenings=tuple(_marks(documents)),
        unreadable=unreadable(pair.name, error, (new or old or _NOBODY).path) if error else None,
        owner=_said(documents[0] or documents[1], "x-owner-team"),
    )


_NOBODY = Contract("", "", None, "", "")  # type: ignore[arg-type]  # stands for neither side; only its path is read


def _document(side: Side, contract: Contract | None, library: Library) -> Document | None:
    return Document(side, library.node(contract.path), library) if contract else None


def _read_whole(contract: Contract, library: Library) -> None:
    """Follow every reference of a new contract: nothing compares it, so nothing else would notice.

    Raises:
        HarnessError: The first that leads nowhere.
    """
    for problem in unreadable_contracts(library, [contract.path]):
        raise problem


def _versioned(contract: Contract | None, document: Document | None) -> Contract | None:
    """Return the contract with the version its document declares, where a look at the bytes did not find one."""
    if contract is None or contract.version or document is None or not isinstance(document.root.value, dict):
        return contract
    info = document.root.value.get("info")
    return replace(contract, version=str(info.get("version", ""))) if isinstance(info, dict) else contract


def _compare(old: Document, new: Document, as_of: date) -> ContractComparison:
    from harness.compat import compare_nodes  # noqa: PLC0415  (start-up: only where something differs)

    return compare_nodes(old.root, new.root, old.library, new.library, as_of=as_of)


def _levelled(comparison: ContractComparison | None, loudness: Loudness) -> ContractComparison | None:
    if comparison is None:
        return None
    changes = (replace(change, level=loudness(change.rule, change.level)) for change in comparison.changes)
    return replace(comparison, changes=tuple(changes))


def raise_hits(report: ContractChange, impact: Impact) -> ContractChange:
    """Return the contract with every breaking change that hits a known consumer at level error.

    Who reads a field changes who is hit and the level, never the verdict.
    """
    if report.comparison is None:
        return report
    hit = {change for row in impact.consumers if row.hit is Hit.HIT for change in row.changes}
    changes = tuple(
        replace(change, level=Level.ERROR)
        if change.verdict is Verdict.BREAKING and change.level is Level.WARNING and change.fingerprint in hit
        else change
        for change in report.comparison.changes
    )
    return replace(report, comparison=replace(report.comparison, changes=changes))


def is_text(change: Change) -> bool:
    """Whether a change is of wording only: descriptions, titles, examples, tags."""
    rule = find(change.rule)
    return rule is not None and rule.aspect is Aspect.TEXT


def security_changes(report: ContractChange) -> frozenset[str]:
    """Return the fingerprints of changes of security."""
    changes = report.comparison.changes if report.comparison else ()
    return frozenset(
        change.fingerprint for change in changes if (rule := find(change.rule)) and rule.area is Area.SECURITY
    )


def _without_text(comparison: ContractComparison | None) -> ContractComparison | None:
    if comparison is None:
        return None
    return replace(comparison, changes=tuple(change for change in comparison.changes if not is_text(change)))


def _step_findings(
    old: Contract | None,
    new: Contract | None,
    comparison: ContractComparison | None,
    as_of: date,
    document: Document | None,
) -> Iterator[Finding]:
    if old is not None and new is None and not _may_go(document, as_of):
        yield Finding(
            rule="contract-removed",
            title=f"{old.name} {old.version} is removed while it is {_said(document, 'x-lifecycle') or 'in force'}",
            level=Level.ERROR,
            location=Location(old.path),
            remedy="Deprecate it with a sunset, retire it after that day, and remove it then.",
            values=(old.name, old.version),
        )
    changed = comparison is not None and any(not is_text(change) for change in comparison.changes)
    if old is None or new is None or not changed or old.version != new.version:
        return
    lifecycle = _said(document, "x-lifecycle")
    released = lifecycle in _RELEASED if old.in_place else lifecycle != "draft"
    if released:
        yield Finding(
            rule="released-version-edited",
            title=f"{old.name} {old.version} is released and is edited in place",
            level=Level.ERROR,
            location=Location(new.path, "/info/version"),
            remedy="Publish the change as a new version and leave the released one as it was.",
            values=(old.name, old.version),
        )
    elif old.in_place and comparison is not None and comparison.verdict is not Verdict.BREAKING:
        # where it breaks, the step that is missing is said already
        yield Finding(
            rule="version-not-bumped",
            title=f"{old.name} changes and still says version {old.version or '(none)'}",
            level=Level.WARNING,
            location=Location(new.path, "/info/version"),
            remedy="Raise the version, so that consumers can tell the two apart.",
            values=(old.name, old.version),
        )


def _may_go(document: Document | None, as_of: date) -> bool:
    """Whether a contract may be removed: a draft, a retired one, or a deprecated one after its sunset."""
    lifecycle = _said(document, "x-lifecycle")
    if lifecycle in {"draft", "retired"}:
        return True
    try:
        sunset = date.fromisoformat(_said(document, "x-sunset")[:10])
    except ValueError:
        return False
    return lifecycle == "deprecated" and sunset < as_of


def _said(document: Document | None, key: str) -> str:
    """What the old document says about itself, in `info` or at its root; "" if it does not."""
    value = document.root.value if document else None
    info = value.get("info") if isinstance(value, dict) else None
    for holder in (info, value):
        written = holder.get(key) if isinstance(holder, dict) else None
        if isinstance(written, str):
            return written
    return ""


def _marks(documents: list[Document | None]) -> Iterator[Finding]:
    old, new = documents
    if old is not None and new is not None:
        yield from mark_loosenings(old.root.document, new.root.document)


def unreadable(name: str, error: HarnessError, path: str) -> Finding:
    """Return the finding for something that could not be read."""
    return Finding(
        rule="contract-unreadable",
        title=f"{name} cannot be read: {error.message}",
        level=Level.ERROR,
        location=error.location or Location(path),
        remedy=error.remedy,
        values=(name, path),
    )
