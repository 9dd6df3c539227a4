"""What a check may look at."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from harness.catalog.catalog import Catalog
from harness.catalog.entities import Entity
from harness.documents import Library
from harness.model import Finding, Location


@dataclass(frozen=True, slots=True)
class Context:
    """The catalog and what it is held against.

    Attributes:
        catalog: What is checked.
        contracts: Contracts of the same revision by name, and whether each is an API or event contract; None:
            contracts are not compared.
        library: Documents of the same revision; None: files the catalog names are not looked for.
        files: Paths of the same revision, listed once.
        as_of: The day expiry is judged on; None: nothing expires. Never the clock.
    """

    catalog: Catalog
    contracts: Mapping[str, bool] | None = None
    library: Library | None = None
    as_of: date | None = None
    files: frozenset[str] = frozenset()

    def entity(self, ref: str) -> Entity:
        """Return the entity behind a view; a view is only made of an entity that is there."""
        found = self.catalog.get(ref)
        if found is None:
            raise LookupError(ref)
        return found

    def at(self, ref: str, *tokens: str | int) -> Location:
        """Return a place below `spec.x-governance` of the entity behind a view."""
        return self.entity(ref).at("spec", "x-governance", *tokens)

    def has_file(self, path: str) -> bool:
        """Whether a path is in the revision; True where files are not looked for."""
        return self.library is None or path in self.files


Check: TypeAlias = Callable[[Context], Iterator[Finding]]
