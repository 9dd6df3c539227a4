"""How a convention says that it is not kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TypeAlias

from harness.conventions.fields import Field
from harness.documents import Library, Node
from harness.model import Finding, Level

_WIDEST = 90  # of a title (harness.model.Finding)


@dataclass(frozen=True, slots=True)
class Subject:
    """One contract under a check.

    Attributes:
        name: Name of the contract.
        root: Its document.
        library: Follows its references.
        fields: Every field that it sends or takes on success, each place once for what stands around it.
    """

    name: str
    root: Node
    library: Library
    fields: tuple[Field, ...] = ()


Convention: TypeAlias = Callable[[Subject], Iterator[Finding]]


def draft(subject: Subject, rule: str, title: str, node: Node, remedy: str, *values: str) -> Finding:
    """Return a finding at `node`; `values` name it across versions, so they hold no line and no version."""
    found = Finding(rule, title, Level.WARNING, node.location, "", remedy, (subject.name, *values))
    if len(title) <= _WIDEST:
        return found
    return replace(found, title=title[: _WIDEST - 1] + "…", detail=title)
