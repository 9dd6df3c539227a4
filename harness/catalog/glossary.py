"""The semantic glossary: what a business word means here, and what other systems mean by it.

Read from `definition`, `keys` and `notToBeConfusedWith` of business objects; each answer knows its place.
"""

from __future__ import annotations

from dataclasses import dataclass

from harness.catalog.catalog import Catalog
from harness.catalog.entities import mapping, sequence, text


@dataclass(frozen=True, slots=True)
class Usage:
    """What one system means: `identifier` is how it names the thing, `counter_example` what it calls so and is not."""

    system: str
    identifier: str
    counter_example: str


@dataclass(frozen=True, slots=True)
class Term:
    """One business word; `place` is `file:line` of the definition, `canonical` the path of the canonical payload."""

    name: str
    definition: str
    owner: str
    canonical: str
    usages: tuple[Usage, ...]
    place: str


def glossary(catalog: Catalog) -> tuple[Term, ...]:
    """Return every business word with a definition, sorted."""
    found = []
    for entity in catalog.of_kind("resource", "business-object"):
        body = entity.governance
        keys = {name: text(value) for name, value in mapping(body.get("keys")).items()}
        others = {
            text(row.get("system")): text(row.get("means"))
            for row in map(mapping, sequence(body.get("notToBeConfusedWith")))
        }
        where = entity.at("spec", "x-governance", "definition")
        found.append(
            Term(
                name=text(body.get("object")) or entity.name,
                definition=text(body.get("definition")),
                owner=entity.owner,
                canonical=text(body.get("canonical")),
                usages=tuple(
                    Usage(name, keys.get(name, ""), others.get(name, "")) for name in sorted({*keys, *others})
                ),
                place=f"{where.file}:{where.line}",
            )
        )
    return tuple(sorted(found, key=lambda one: one.name))
