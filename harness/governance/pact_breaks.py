"""Hold every pact on file against both versions of a changed contract: which interactions held and hold no longer?

The verdict of a change is proof over all payloads; this is the same question for the one payload a consumer wrote
down. An interaction that failed on the base already is not this branch's doing and is not said here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from harness.compat.bundling import bundle
from harness.documents import Library
from harness.governance.contracts import Compared, Loudness
from harness.governance.values import ContractChange, needed_from
from harness.impact import Document, Landscape
from harness.impact.landscape import pacts_about
from harness.model import Bump, Finding, HarnessError, Level, Location
from harness.pacts import Pact
from harness.pacts.checking import Checked, PactChecker
from harness.pacts.report import specification_kind

RULE = "pact-broken-by-change"


def pact_breaks(
    compared: Iterable[Compared], landscape: Landscape, library: Library, loudness: Loudness
) -> Iterator[Finding]:
    """Yield a finding for every pact with interactions that the old contract satisfies and the new one does not.

    Args:
        compared: Contracts that differ.
        landscape: Catalog and pacts of the base: a branch cannot take out the pact that it breaks.
        library: Of the base, which reads the pacts.
        loudness: How loud a rule is, given its default.
    """
    for one in compared:
        old, new = one.changed.old, one.changed.new
        pacts = list(pacts_about(one.changed.name, landscape))
        if old is None or new is None or not pacts:
            continue
        checkers = _checker(old), _checker(new)
        if checkers[0] is None or checkers[1] is None:
            continue
        for pact, _ in pacts:
            pairs = _pairs(pact, library, checkers[0], checkers[1])
            broken = tuple(after for before, after in pairs if after.fails and not before.fails)
            if broken:
                level = Level.WARNING if _announced(one.report) else loudness(RULE, Level.WARNING)
                yield _finding(one.changed.name, pact, broken, level)


def _announced(report: ContractChange) -> bool:
    """Whether the declared step announces a break: then the consumer is asked to sign, or for a new pact."""
    return report.declared_bump.covers(needed_from(report.old_version, Bump.MAJOR))


def _checker(document: Document) -> PactChecker | None:
    try:
        value: Any = bundle(document.root, document.library)
    except HarnessError:
        return None
    kind = specification_kind(value)
    return None if kind is None else PactChecker(**{kind: value})


def _pairs(pact: Pact, library: Library, old: PactChecker, new: PactChecker) -> Iterator[tuple[Checked, Checked]]:
    try:
        value = library.load(pact.path).value
    except HarnessError:
        return
    if isinstance(value, dict):
        yield from zip(old.check(value).interactions, new.check(value).interactions, strict=True)


def _finding(contract: str, pact: Pact, broken: Sequence[Checked], level: Level) -> Finding:
    consumer = f"{pact.consumer} {pact.version}".strip()
    many = f" in {len(broken)} interactions" if len(broken) > 1 else ""
    return Finding(
        rule=RULE,
        title=f"the pact of {consumer} with {contract} no longer holds{many}"[:90],
        level=level,
        location=Location(pact.path, broken[0].pointer),
        detail="; ".join(map(_why, broken)),
        remedy=f"Keep what {pact.consumer} reads, or merge its new pact first.",
        values=(contract, pact.consumer, *(one.description for one in broken)),
    )


def _why(broken: Checked) -> str:
    first = next(result for result in broken.results if broken.level(result) is Level.ERROR)
    return f"{first.message} ({first.code}), in the interaction: {broken.description}"
