"""All conventions over contracts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from harness.conventions import calls, endings, events, interactions, values
from harness.conventions.drafts import Convention, Subject
from harness.documents import Library, Node
from harness.model import Contract, ContractKind, Finding, UnreadableError
from harness.registry.versions import version_key

_EACH = 3
_WIDEST = 90  # of a title (harness.model.Finding)

CONVENTIONS: tuple[Convention, ...] = (
    calls.unauthenticated,
    calls.unrepeatable,
    calls.unpaged,
    calls.errors_of_their_own,
    calls.limits_untold,
    calls.untraceable,
    interactions.unsaid,
    interactions.writing_validations,
    interactions.unordered_posts,
    values.inexact_money,
    values.money_without_currency,
    values.unreadable_moments,
    values.unclassified,
    events.unversioned,
    events.uncorrelated,
    endings.without_sunset,
)


def check_conventions(name: str, root: Node, library: Library) -> tuple[Finding, ...]:
    """Return what a contract does not say or says unsafely, each with default level, by place.

    A contract whose references lead nowhere yields nothing: that is told where contracts are read.
    """
    try:
        subject = Subject(name, root, library, tuple(values.carried(root, library)))
        found = {finding: None for convention in CONVENTIONS for finding in convention(subject)}
    except UnreadableError:
        return ()
    return tuple(sorted(found, key=lambda one: (one.location.file or "", one.location.line or 0, one.rule, one.values)))


def brought(new: Iterable[Finding], old: Iterable[Finding]) -> Iterator[Finding]:
    """Yield what a new version brings: what the old one did not say either is a debt, and no reason to stop this one.

    More than three places of one rule are one finding, at the first of them.
    """
    known = {(one.rule, one.values) for one in old}
    groups: dict[str, list[Finding]] = {}
    for one in new:
        if (one.rule, one.values) not in known:
            groups.setdefault(one.rule, []).append(one)
    for found in groups.values():
        if len(found) <= _EACH:
            yield from found
            continue
        rest = "; ".join(one.title for one in found[1:_EACH])
        title = f"{found[0].title[: _WIDEST - 20]}, and {len(found) - 1} more"
        yield replace(found[0], title=title, detail=f"{found[0].title}; {rest}; and {len(found) - _EACH} more places.")


def newest(contracts: Iterable[Contract]) -> Iterator[Contract]:
    """Yield of each name the newest version: released ones are immutable, so only here can anything be mended.

    A retired contract is left out, and so is Avro, which none of the conventions is about.
    """
    latest: dict[str, Contract] = {}
    for contract in contracts:
        known = latest.get(contract.name)
        if known is None or version_key(known.version) <= version_key(contract.version):
            latest[contract.name] = contract
    yield from (one for one in latest.values() if one.lifecycle != "retired" and one.kind is not ContractKind.AVRO)
