"""The screens of `harness catalog`: entries, one entry, owners, and what Backstage would refuse."""

from __future__ import annotations

from harness.catalog import Catalog, Entity
from harness.report.printable import printable
from harness.report.words import columns, count, listing, short_ref

NOBODY = "(nobody)"


def catalog_table(catalog: Catalog) -> str:
    """Return one line an entry, by kind: reference, title, owner."""
    rows = [
        (printable(e.ref), printable(e.title, 60), short_ref(e.owner))
        for e in sorted(catalog.entities, key=lambda e: e.ref)
    ]
    return "\n".join([*columns(rows), f"{count(len(rows), 'entry', 'entries')}"]) + "\n"


def entity_text(entity: Entity, catalog: Catalog) -> str:
    """Return one entry: what it is, whose it is, where it stands, what it uses and what uses it."""
    facts = [
        ("kind", f"{entity.kind} {entity.type}".strip()),
        ("owner", entity.owner or NOBODY),
        ("written in", str(entity.location)),
    ]
    facts += [(key, str(value)) for key, value in entity.governance.items() if isinstance(value, str | int)]
    lines = [f"{printable(entity.title)}   {printable(entity.ref)}"]
    lines += [f"  {row}" for row in columns([(printable(key), printable(value)) for key, value in facts])]
    for heading, pairs in (("uses", _out(entity, catalog)), ("used by", _in(entity, catalog))):
        if pairs:
            lines.append(f"  {heading}")
            lines += [f"    {row}" for row in columns([(relation, printable(ref)) for relation, ref in pairs])]
    lines += [f"  ✗ Backstage would refuse it: {printable(error, 300)}" for error in entity.refused]
    return "\n".join([*lines, f"Next: harness impact {printable(entity.ref)}"]) + "\n"


def _out(entity: Entity, catalog: Catalog) -> list[tuple[str, str]]:
    return sorted({(r.type, r.target or r.written) for r in catalog.relations_from(entity.ref)})


def _in(entity: Entity, catalog: Catalog) -> list[tuple[str, str]]:
    return sorted({(r.type, r.source) for r in catalog.relations_to(entity.ref)})


def entity_to_json(entity: Entity, catalog: Catalog) -> dict[str, object]:
    """Return one entry as JSON values."""
    return {
        "ref": entity.ref,
        "kind": entity.kind,
        "type": entity.type,
        "title": entity.title,
        "owner": entity.owner,
        "location": {"file": entity.location.file, "line": entity.location.line},
        "metadata": dict(entity.metadata),
        "spec": dict(entity.spec),
        "uses": [{"relation": relation, "ref": ref} for relation, ref in _out(entity, catalog)],
        "used_by": [{"relation": relation, "ref": ref} for relation, ref in _in(entity, catalog)],
        "refused": list(entity.refused),
    }


def owner_rows(catalog: Catalog) -> list[dict[str, object]]:
    """Return who owns what, by owner; `(nobody)` last."""
    owned: dict[str, list[str]] = {}
    for entity in catalog.entities:
        if entity.kind.lower() not in {"group", "user", "location"}:
            owned.setdefault(entity.owner or NOBODY, []).append(entity.ref)
    ordered = sorted(owned, key=lambda owner: (owner == NOBODY, owner))
    return [{"owner": owner, "owns": sorted(owned[owner])} for owner in ordered]


def owners_text(catalog: Catalog) -> str:
    """Return one block an owner, with its people."""
    lines: list[str] = []
    for row in owner_rows(catalog):
        owner, owns = str(row["owner"]), row["owns"]
        people = listing(printable(person.name) for person in catalog.members_of(owner)) if owner != NOBODY else ""
        refs = owns if isinstance(owns, list) else []
        lines.append(
            f"{printable(owner)}   {count(len(refs), 'entry', 'entries')}" + (f"   {people}" if people else "")
        )
        lines += [f"  {printable(ref)}" for ref in refs]
    return "\n".join(lines or ["Nothing in the catalog has an owner field."]) + "\n"


def validation_text(catalog: Catalog) -> str:
    """Return what a genuine Backstage would refuse, each at its place."""
    refused = [entity for entity in catalog.entities if entity.refused]
    lines = []
    for entity in refused:
        lines.append(f"{printable(entity.location)}   {printable(entity.ref)}")
        lines += [f"  ✗ {printable(error, 300)}" for error in entity.refused]
    lines += [f"? {printable(problem.message, 300)}" for problem in catalog.problems]
    total = count(len(catalog.entities), "entry", "entries")
    head = f"✗ Backstage would refuse {len(refused)} of {total}" if refused else f"✓ Backstage would accept {total}"
    return "\n".join([head, *lines]) + "\n"


def validation_to_json(catalog: Catalog) -> list[dict[str, object]]:
    """Return one row an entry: reference, place, whether it is valid, and why not."""
    return [
        {
            "ref": entity.ref,
            "file": entity.location.file,
            "line": entity.location.line,
            "valid": not entity.refused,
            "errors": list(entity.refused),
        }
        for entity in catalog.entities
    ]
