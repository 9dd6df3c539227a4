"""Impact of the step between two versions of one contract that stand side by side in one revision."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from harness.compat import compare_nodes
from harness.documents import Library
from harness.impact.hits import Document
from harness.impact.joining import assess
from harness.impact.landscape import ChangedContract, Landscape
from harness.impact.running import RunningPact, with_running
from harness.impact.values import Impact
from harness.model import Contract, NotFoundError, Side, UsageError


def impact_of_versions(  # noqa: PLR0913  (all but the last two are the question)
    old: str,
    new: str,
    library: Library,
    contracts: Iterable[Contract],
    landscape: Landscape,
    as_of: date | None = None,
    *,
    running: Iterable[RunningPact] = (),
) -> Impact:
    """Return who and what moving from one version to another touches.

    Args:
        old: `NAME@VERSION`.
        new: `NAME@VERSION` of the same contract.
        library: Reads the contracts.
        contracts: Every version of every contract of the revision.
        landscape: Catalog and pacts of the revision.
        as_of: Day for sunset rules.
        running: What the versions that run ask, from the history.

    Raises:
        NotFoundError: There is no such version.
        UsageError: The two name different contracts.
    """
    listed = tuple(contracts)
    one, other = _version(old, listed), _version(new, listed)
    if one.name != other.name:
        raise UsageError(f"{one.name} and {other.name} are two contracts.", remedy=f"Name two versions of {one.name}.")
    roots = library.node(one.path), library.node(other.path)
    comparison = compare_nodes(*roots, library, library, as_of=as_of)
    documents = (Document(Side.OLD, roots[0], library), Document(Side.NEW, roots[1], library))
    changed = ChangedContract(one.name, comparison, *documents)
    found = assess([changed], landscape, landscape)
    return with_running(found, [changed], running, landscape)


def _version(ref: str, contracts: tuple[Contract, ...]) -> Contract:
    name, _, version = ref.partition("@")
    found = next((one for one in contracts if one.name == name and one.version == version), None)
    if found is None:
        known = [f"{one.name}@{one.version}" for one in contracts if one.name == name]
        raise NotFoundError(
            f'no version "{ref}"', remedy=f"There is {', '.join(known)}." if known else "harness check lists contracts."
        )
    return found
