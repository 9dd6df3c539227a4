"""The contracts of one tree. Nothing is parsed to list them, and nothing is listed before somebody asks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from typing import NamedTuple

from harness.documents import Entry, EntryKind, Library
from harness.documents.globs import matches
from harness.model import Contract, ContractKind, HarnessError, Location, NotFoundError, UnreadableError, UsageError
from harness.registry.candidates import is_candidate
from harness.registry.config import Config
from harness.registry.inline import definitions, may_hold_definitions
from harness.registry.naming import name_of
from harness.registry.sniffing import Sniffed, is_pact, sniff
from harness.registry.versions import version_key

_KIND_SUFFIX = {
    ContractKind.OPENAPI: "",
    ContractKind.ASYNCAPI: "-events",
    ContractKind.JSONSCHEMA: "-schema",
    ContractKind.AVRO: "-avro",
}
_TELLING = re.compile(r"(?:^|/)(?:openapi|asyncapi|swagger)[^/]*\Z|(?:^|/)(?:contracts|apis|events|schemas)/")


class Listed(NamedTuple):
    """A contract file as found."""

    path: str
    name: str
    version: str
    home: str
    in_place: bool
    sniffed: Sniffed


class Registry:
    """Every contract of a tree, with what is wrong about the set of them."""

    def __init__(self, library: Library, config: Config) -> None:
        """Take the tree's library; see `read_registry`."""
        self.library = library
        self.config = config
        self._problems: list[HarnessError] = []

    @cached_property
    def listed(self) -> tuple[Listed, ...]:
        """The contract files, by path; names are unique per language."""
        return tuple(sorted(_named_apart(list(self._find()))))

    @cached_property
    def contracts(self) -> tuple[Contract, ...]:
        """Every version of every contract, by name, then version, lowest first."""
        found = [self._contract(item) for item in self.listed]
        return tuple(
            sorted(
                (contract for contract in found if contract is not None),
                key=lambda one: (one.name, version_key(one.version), one.path),
            )
        )

    @cached_property
    def problems(self) -> tuple[HarnessError, ...]:
        """What is wrong: one name twice, a version that contradicts its folder, links among the contracts."""
        contracts = self.contracts  # noqa: F841  (reading them collects what cannot be read)
        problems = [*self._problems, *_clashes(self.listed), *_wrong_versions(self.listed)]
        return tuple(sorted(problems, key=lambda one: (str(one.location), one.message)))

    @property
    def paths(self) -> tuple[str, ...]:
        """The files that hold contracts, sorted."""
        return tuple(item.path for item in self.listed)

    def get(self, name: str, version: str | None = None) -> Contract:
        """Return one contract; without a version, the highest one.

        Raises:
            NotFoundError: There is none of that name, or not in that version; near names are offered.
        """
        return find(self.contracts, name, version)

    def versions(self, name: str) -> tuple[Contract, ...]:
        """Return the versions of a contract, lowest first; empty where there is none of that name."""
        return tuple(contract for contract in self.contracts if contract.name == name)

    def _find(self) -> Iterator[Listed]:
        for path, entry in self.library.tree.entries().items():
            if not self._is_watched(path):
                continue
            if entry.kind is not EntryKind.FILE:
                self._note_link(path, entry)
                continue
            yield from self._in_file(path)

    def _is_watched(self, path: str) -> bool:
        if matches(path, self.config.exclude):
            return False
        return matches(path, self.config.contracts) if self.config.contracts else is_candidate(path)

    def _in_file(self, path: str) -> Iterator[Listed]:
        try:
            data = self.library.tree.read(path)
        except UnreadableError as error:
            if self.config.contracts or _TELLING.search(path):
                self._problems.append(error)
            return
        if is_pact(data):
            return
        if b"\0" in data and (self.config.contracts or _TELLING.search(path)):
            self._note_unreadable(path)  # UTF-16 and the like, in which nothing can be found by its bytes
            return
        sniffed = sniff(data, path)
        if sniffed is not None:
            named = name_of(path)
            version = named.version or sniffed.version
            yield Listed(path, sniffed.name or named.name, version, named.home, named.in_place, sniffed)
        elif may_hold_definitions(data):
            for inline in definitions(data, path):
                self.library.add(inline.document, inline.key)
                yield Listed(inline.key, inline.name, inline.sniffed.version, inline.key, True, inline.sniffed)  # noqa: FBT003  (a field)

    def _note_unreadable(self, path: str) -> None:
        try:
            self.library.load(path)
        except HarnessError as error:
            self._problems.append(error)

    def _note_link(self, path: str, entry: Entry) -> None:
        if self.config.contracts or _TELLING.search(path):
            what = "a symbolic link" if entry.kind is EntryKind.SYMLINK else "a submodule"
            self._problems.append(
                UnreadableError(
                    f"{what} where a contract is expected; it is not followed",
                    location=Location(path),
                    remedy="Put the file itself here, or exclude the path in harness.yaml.",
                )
            )

    def _contract(self, item: Listed) -> Contract | None:
        try:
            digest = self.library.digest(item.path)
        except HarnessError as error:
            self._problems.append(error)
            return None
        return Contract(item.name, item.version, item.sniffed.kind, item.path, digest, item.in_place)


def read_registry(library: Library, config: Config) -> Registry:
    """Return the registry of one tree; files are read when it is first asked."""
    return Registry(library, config)


def find(contracts: tuple[Contract, ...], name: str, version: str | None) -> Contract:
    """Return the contract of that name and version; see `Registry.get`."""
    import difflib  # noqa: PLC0415  (only for the message)

    named = [contract for contract in contracts if contract.name == name]
    if not named:
        near = difflib.get_close_matches(name, sorted({contract.name for contract in contracts}), 1)
        hint = f' Did you mean "{near[0]}"?' if near else ""
        raise NotFoundError(f'no contract "{name}".{hint}', remedy="" if near else "harness check lists what is found.")
    if version is None:
        return named[-1]
    for contract in named:
        if contract.version == version:
            return contract
    known = ", ".join(contract.version or "(none)" for contract in named)
    raise NotFoundError(f'{name} has no version "{version}"', remedy=f"Versions here: {known}.")


def _named_apart(items: list[Listed]) -> Iterator[Listed]:
    """Give an event contract beside an API of the same name its own name: `billing` and `billing-events`."""
    kinds: dict[str, set[ContractKind]] = {}
    for item in items:
        kinds.setdefault(item.name, set()).add(item.sniffed.kind)
    for item in items:
        order = list(_KIND_SUFFIX)
        first = min(kinds[item.name], key=order.index)
        suffix = "" if item.sniffed.kind is first else _KIND_SUFFIX[item.sniffed.kind]
        yield item._replace(name=item.name + suffix)


def _clashes(listed: tuple[Listed, ...]) -> Iterator[HarnessError]:
    """One name in two places makes every answer about that name ambiguous (threats G15)."""
    homes: dict[str, Listed] = {}
    for item in listed:
        first = homes.setdefault(item.name, item)
        if first.home != item.home:
            yield UsageError(
                f'the name "{item.name}" is taken by {first.path}',
                location=Location(item.path),
                remedy="Rename one folder, or give one of them x-contract-harness: {name: ...}.",
            )


def _wrong_versions(listed: tuple[Listed, ...]) -> Iterator[HarnessError]:
    for item in listed:
        written = item.sniffed.version
        place = Location(item.path, "/info/version", item.sniffed.line or None, 1 if item.sniffed.line else None)
        if item.sniffed.version_is_number:
            yield UsageError(
                f"version {written} is written as a number, which other tools read as {_as_number(written)}",
                location=place,
                remedy=f'Quote it: version: "{written}".',
            )
        elif not item.in_place and written and written.removeprefix("v") != item.version.removeprefix("v"):
            yield UsageError(
                f"the document says version {written}, its folder says {item.version}",
                location=place,
                remedy="Make them equal.",
            )


def _as_number(text: str) -> str:
    try:
        return str(float(text))
    except ValueError:
        return "something else"
