"""Hold every pact on file against both versions of a changed contract: which interactions held and hold no longer?

The verdict of a change is proof over all payloads; this is the same question for the one payload a consumer wrote
down. An interaction that failed on the base already is not this branch's doing and is not said here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from harness.compat.bundling import bundle
from harness.documents import Library
from harness.governance.contracts import Compared, Loudness
from harness.impact import Document, Landscape
from harness.impact.landscape import pacts_about
from harness.model import Finding, HarnessError, Level, Location
from harness.pacts import Pact
from harness.pacts.checking import Checked, PactChecker
from harness.pacts.report import specification_kind

RULE = "pact-broken-by-change"


def pact_breaks(
    compared: Iterable[Compared], landscape: Landscape, library: Library, loudness: Loudness
) -> Iterator[Finding]:
    """Yield a finding for every interaction that the old contract satisfies and the new one does not.

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
            for before, after in _pairs(pact, library, checkers[0], checkers[1]):
                if after.fails and not before.fails:
                    yield _finding(one.changed.name, pact, after, loudness(RULE, Level.WARNING))


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


def _finding(contract: str, pact: Pact, after: Checked, level: Level) -> Finding:
    first = next(result for result in after.results if result.level is Level.ERROR)
    consumer = f"{pact.consumer} {pact.version}".strip()
    return Finding(
        rule=RULE,
        title=f"the pact of {consumer} with {contract} holds on the base and no longer here"[:90],
        level=level,
        location=Location(pact.path, after.pointer),
        detail=f"{first.message} ({first.code}), in the interaction: {after.description}",
        remedy=f"Keep what {pact.consumer} reads, or merge its new pact first.",
        values=(contract, pact.consumer, after.description),
    )
