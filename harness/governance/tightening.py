"""Compare two policies: what a branch may add at once, and what it loosens.

The trusted policy is the base's. A branch may only add restrictions: what it adds holds at once, what it takes
away is named, needs a sign-off of its own, and holds from the next merge (threats.md, section 3).
"""

from __future__ import annotations

from dataclasses import replace

from harness.governance.policy import Part, Policy, Row
from harness.model import Level

PROFILE_ORDER = ("starter", "standard", "finance")


def tighten(base: Policy, head: Policy) -> Policy:
    """Return the stricter of both, point by point; name and owner stay the base's."""
    head_rows = set(head.rows) if head.found else set()
    approving = {(row.kind, row.group) for row in (*base.rows, *head_rows) if row.part is Part.APPROVE}
    rows = {
        row for row in (*base.rows, *head_rows) if row.part is Part.APPROVE or (row.kind, row.group) not in approving
    }
    kinds = {kind for kind, _ in (*base.quorum, *head.quorum)}
    days = {
        level: min(base.days_of(level), head.days_of(level)) if head.found else base.days_of(level) for level in Level
    }
    approvers = base.waiver_approvers
    if head.found and approvers:
        approvers = tuple(group for group in approvers if group in head.waiver_approvers)
    return replace(
        base,
        rows=tuple(sorted(rows, key=lambda row: (row.kind, row.part, row.group))),
        quorum=tuple(sorted((kind, max(base.quorum_of(kind), head.quorum_of(kind))) for kind in kinds)),
        waiver_days=tuple(sorted(days.items(), key=lambda entry: entry[0].rank)),
        waiver_approvers=approvers,
        unknown_consumers=base.unknown_consumers or head.unknown_consumers,
    )


def loosenings(old: Policy, new: Policy) -> tuple[str, ...]:
    """Say, one clause each, what `new` asks for less than `old`."""
    found = [f"{_row(row)} no longer" for row in _missing(old, new)]
    found.extend(
        f"{new.quorum_of(kind)} instead of {number} people sign a {kind} change"
        for kind, number in old.quorum
        if new.quorum_of(kind) < number
    )
    found.extend(
        f"a waiver of level {level} may run {new.days_of(level)} instead of {old.days_of(level)} days"
        for level in Level
        if new.days_of(level) > old.days_of(level)
    )
    wider = set(new.waiver_approvers) - set(old.waiver_approvers)
    found.extend(f"{group} may approve waivers" for group in sorted(wider))
    if old.unknown_consumers and not new.unknown_consumers:
        found.append("consumers without a pact are not asked any more")
    if new.owner != old.owner and old.owner:
        found.append(f"the owner of the repository becomes {new.owner or 'nobody'}")
    if new.repository != old.repository and old.repository:
        found.append("the repository is renamed, so earlier sign-offs no longer count")
    return tuple(found)


def stricter_profile(base: str, head: str) -> str:
    """Return the stricter of two profiles; an unknown one counts as the loosest."""
    return max(base, head, key=lambda name: PROFILE_ORDER.index(name) if name in PROFILE_ORDER else -1)


def _missing(old: Policy, new: Policy) -> list[Row]:
    kept = {(row.kind, row.group): row.part for row in new.rows}
    order = list(Part)
    return [
        row
        for row in old.rows
        if (row.kind, row.group) not in kept or order.index(kept[row.kind, row.group]) > order.index(row.part)
    ]


def _row(row: Row) -> str:
    group = row.group.rpartition("/")[2]
    return (
        f"{group} {row.part}s a {row.kind} change"
        if row.part is not Part.CONSULT
        else (f"{group} is consulted about a {row.kind} change")
    )
