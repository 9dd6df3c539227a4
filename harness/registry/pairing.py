"""Which contracts differ between two trees, and what each is to be compared with."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from harness.documents import Entry, EntryKind, Library
from harness.documents.references import file_references, target
from harness.model import Contract, HarnessError, json_equal
from harness.registry.candidates import SUFFIXES
from harness.registry.inline import may_hold_definitions
from harness.registry.registry import Registry
from harness.registry.sniffing import sniff
from harness.registry.versions import version_key

_MANY = 500
_HIDING = (b"%", b"\\u00", b"\\U0000", b"\\x")
_ALIKE = 0.5


@dataclass(frozen=True, slots=True)
class Pair:
    """A contract that differs: `old` is None where it is new, `new` is None where it is gone."""

    name: str
    old: Contract | None
    new: Contract | None


def pair(old: Registry, new: Registry) -> tuple[Pair, ...]:
    """Return the contracts that differ, by name and version.

    A new version is paired with the highest lower one of `old`; an edited version with itself; a contract kept in
    place with its former state, also under another path. What was only renamed or reformatted is no pair. A file that
    a contract refers to counts as part of it.

    Cost follows the difference: where no changed file is a contract or named by one, nothing is parsed.
    """
    changed = _changed(old, new)
    if not changed or not _concerns_contracts(changed, old, new):
        return ()
    before, after = _by_name(old.contracts), _by_name(new.contracts)
    pairs: list[Pair] = []
    for name in sorted(before.keys() & after.keys()):
        pairs += _versions(name, before[name], after[name])
    gone = {name: before[name] for name in before.keys() - after.keys()}
    come = {name: after[name] for name in after.keys() - before.keys()}
    pairs += _renamed(gone, come, old.library, new.library)
    kept = [one for one in pairs if not _is_same(one, old.library, new.library)]
    return tuple(sorted(kept, key=_order))


def case_renames(old: Iterable[str], new: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """Return (old, new) paths that differ in case or Unicode form alone: one file on some machines, two on others."""
    before, after = set(old), set(new)
    gone = {_folded(path): path for path in before - after}
    return tuple(sorted((gone[_folded(path)], path) for path in after - before if _folded(path) in gone))


def _folded(path: str) -> str:
    return unicodedata.normalize("NFC", path).casefold()


def _order(one: Pair) -> tuple[object, ...]:
    contract = one.new or one.old
    assert contract is not None  # noqa: S101  (a pair has a side)
    return one.name, version_key(contract.version), one.new is None


def _changed(old: Registry, new: Registry) -> frozenset[str]:
    before, after = old.library.tree.entries(), new.library.tree.entries()
    return frozenset(path for path in before.keys() | after.keys() if before.get(path) != after.get(path))


def _concerns_contracts(changed: frozenset[str], old: Registry, new: Registry) -> bool:
    """Whether a changed path is a contract, or any possible contract names it in a reference."""
    if len(changed) > _MANY:
        return True
    for path in changed:
        if path.endswith(SUFFIXES) and any(_is_contract(side.library, path) for side in (old, new)):
            return True
    both = frozenset(new.library.tree.entries().items())  # what is equal in both trees is looked into once
    return _refer_to(new.library, changed, frozenset()) or _refer_to(old.library, changed, both)


def _is_contract(library: Library, path: str) -> bool:
    entry = library.tree.entries().get(path)
    if entry is None or entry.kind is not EntryKind.FILE:
        return entry is not None
    try:
        data = library.tree.read(path)
    except HarnessError:
        return True  # said when it is listed
    return sniff(data, path) is not None or may_hold_definitions(data)


def _refer_to(library: Library, changed: frozenset[str], known: frozenset[tuple[str, Entry]]) -> bool:
    """Whether any data file, apart from those known, refers to one of the changed files."""
    names = [path.rpartition("/")[2].encode("utf-8", "surrogateescape") for path in changed]
    return any(
        entry.kind is EntryKind.FILE
        and path.endswith(SUFFIXES)
        and (path, entry) not in known
        and _may_name(library, path, names)
        and bool(library.direct_references(path) & changed)
        for path, entry in library.tree.entries().items()
    )


def _may_name(library: Library, path: str, names: list[bytes]) -> bool:
    """Whether a file holds one of the names, or an escape that could hide one; far cheaper than its references."""
    try:
        data = library.tree.read(path)
    except HarnessError:
        return False
    return any(name in data for name in names) or any(sign in data for sign in _HIDING)


def _by_name(contracts: tuple[Contract, ...]) -> dict[str, dict[str, Contract]]:
    found: dict[str, dict[str, Contract]] = {}
    for contract in contracts:
        found.setdefault(contract.name, {})["" if contract.in_place else contract.version] = contract
    return found


def _versions(name: str, before: dict[str, Contract], after: dict[str, Contract]) -> Iterator[Pair]:
    if "" in before and "" not in after:  # moved from one file in place to folders of versions
        newest = max(after.values(), key=lambda one: version_key(one.version))
        yield Pair(name, before[""], newest)
        return
    for version, contract in after.items():
        yield Pair(name, before.get(version) or _predecessor(before, contract), contract)
    for version, contract in before.items():
        if version not in after:
            yield Pair(name, contract, None)


def _predecessor(before: dict[str, Contract], contract: Contract) -> Contract | None:
    if contract.in_place:  # moved from folders of versions to one file in place
        return max(before.values(), key=lambda one: version_key(one.version))
    lower = [one for one in before.values() if version_key(one.version) < version_key(contract.version)]
    return max(lower, key=lambda one: version_key(one.version), default=None)


def _renamed(
    gone: dict[str, dict[str, Contract]], come: dict[str, dict[str, Contract]], old: Library, new: Library
) -> list[Pair]:
    """Pair names that vanished with names that appeared where the content is alike; the old name is kept (G14)."""
    pairs: list[Pair] = []
    for name in sorted(gone):
        best = max(
            ((_likeness(gone[name], come[other], old, new), other) for other in sorted(come)),
            default=(0.0, ""),
        )
        if best[0] >= _ALIKE:
            pairs += _versions(name, gone[name], come.pop(best[1]))
        else:
            pairs += [Pair(name, contract, None) for contract in gone[name].values()]
    for name, versions in come.items():
        pairs += [Pair(name, None, contract) for contract in versions.values()]
    return pairs


def _likeness(before: dict[str, Contract], after: dict[str, Contract], old: Library, new: Library) -> float:
    """Return the share of lines that the newest versions have in common, 1.0 for equal contents."""
    one = max(before.values(), key=lambda contract: version_key(contract.version))
    other = max(after.values(), key=lambda contract: version_key(contract.version))
    if one.kind is not other.kind:
        return 0.0
    if {contract.digest for contract in before.values()} & {contract.digest for contract in after.values()}:
        return 1.0
    lines = [_lines(old, one.path), _lines(new, other.path)]
    return len(lines[0] & lines[1]) / max(len(lines[0] | lines[1]), 1)


def _lines(library: Library, path: str) -> frozenset[bytes]:
    try:
        data = library.tree.read(path.partition("#")[0])
    except HarnessError:
        return frozenset()
    return frozenset(line.strip() for line in data.splitlines() if len(line.strip()) > 1)


def _is_same(one: Pair, old: Library, new: Library) -> bool:
    """Whether a pair differs in nothing that a reader of the contract could see."""
    if one.old is None or one.new is None:
        return False
    if one.old.digest == one.new.digest and (one.old.path == one.new.path or not old.references(one.old.path)):
        return True  # the digest covers every file it refers to; only a moved file could mean other files
    try:
        return _same_value(one.old.path, one.new.path, old, new)
    except HarnessError:
        return False  # said when it is compared


def _same_value(old_path: str, new_path: str, old: Library, new: Library) -> bool:
    """Compare the parsed values of two files, and of the files they refer to, pairwise."""
    waiting, seen = [(old_path, new_path)], set()
    while waiting:
        paths = waiting.pop()
        if paths in seen:
            continue
        seen.add(paths)
        before, after = old.load(paths[0]), new.load(paths[1])
        if before.digest != after.digest and not json_equal(before.value, after.value):
            return False
        waiting += [(target(before.path, ref)[0], target(after.path, ref)[0]) for ref in file_references(before.value)]
    return True
