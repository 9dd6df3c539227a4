"""What impact is judged on: the catalog and the pacts of one revision, and the contracts that differ."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from harness.catalog import Catalog
from harness.impact.hits import Document
from harness.model import Change, ContractComparison
from harness.pacts import FieldUse, Operations, Pact, PactSet, field_uses, operations


@dataclass(frozen=True, slots=True)
class Landscape:
    """Catalog and pacts of one revision; empty where the revision has none."""

    catalog: Catalog = field(default_factory=lambda: Catalog(()))
    pacts: PactSet = field(default_factory=PactSet)


@dataclass(frozen=True, slots=True)
class ChangedContract:
    """One contract that differs, with the documents its changes point into.

    Attributes:
        name: Contract name.
        comparison: What changed; None where a side is missing or could not be read.
        old: The old document, None if the contract is new.
        new: The new document, None if the contract was removed.
    """

    name: str
    comparison: ContractComparison | None
    old: Document | None
    new: Document | None

    @property
    def documents(self) -> tuple[Document, ...]:
        """The sides that exist, old first."""
        return tuple(document for document in (self.old, self.new) if document is not None)

    @property
    def removed(self) -> bool:
        """Whether the contract is gone."""
        return self.new is None and self.old is not None

    @property
    def changes(self) -> tuple[Change, ...]:
        """Its changes; none where nothing could be compared."""
        return self.comparison.changes if self.comparison else ()

    def offered(self) -> Operations:
        """Operations and messages of both sides, the old first."""
        found = [operations(document.root.value) for document in self.documents]
        return Operations(
            tuple(dict.fromkeys(entry for offer in found for entry in offer.templates)),
            tuple(dict.fromkeys(entry for offer in reversed(found) for entry in offer.messages)),
            tuple(dict.fromkeys(entry for offer in found for entry in offer.prefixes)),
        )


def pacts_about(contract: str, landscape: Landscape) -> Iterator[tuple[Pact, bool]]:
    """Yield the pacts whose provider is `contract`, and whether they name it directly.

    A provider is a contract by name, an API entity of the catalog, or a component that provides the contract; in
    the last case interactions that fit no operation here may belong to another contract of the component.
    """
    entity = landscape.catalog.api_for_contract(contract)
    apis = {contract.lower()} | ({entity.name.lower(), entity.ref} if entity else set())
    providers = landscape.catalog.providers_of(entity.ref) if entity else ()
    components = {name for provider in providers for name in (provider.name.lower(), provider.ref)}
    for pact in landscape.pacts.pacts:
        if pact.provider.lower() in apis:
            yield pact, True
        elif pact.provider.lower() in components:
            yield pact, False


def uses_of(contract: ChangedContract, landscape: Landscape) -> dict[str, tuple[FieldUse, ...]]:
    """Return every field use of a contract in one revision, by consumer."""
    offered = contract.offered()
    found: dict[str, tuple[FieldUse, ...]] = {}
    for pact, direct in pacts_about(contract.name, landscape):
        uses = field_uses(pact, offered, contract.name)
        kept = tuple(use for use in uses if direct or use.matched)
        if kept or direct:
            found[pact.consumer] = (*found.get(pact.consumer, ()), *kept)
    return found
