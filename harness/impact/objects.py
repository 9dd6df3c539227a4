"""From changed places to fields of business objects: system of record and sensitivity, of base and head together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from harness.catalog import BusinessField, BusinessObject, Catalog
from harness.impact.hits import Document
from harness.impact.marks import Mark, marks_at
from harness.impact.values import BusinessObjectImpact
from harness.model import Change, Verdict

SENSITIVITIES = ("none", "financial", "sox-key")


def objects_of(
    contract: str, change: Change, documents: tuple[Document, ...], catalogs: tuple[Catalog, ...]
) -> tuple[BusinessObjectImpact, ...]:
    """Return the fields of business objects that one change touches.

    A change that is proved safe touches the field it stands at and nothing around it; one that is not touches
    everything below its place too. One that is not proved safe and has no mark is as sensitive as the catalog says
    its whole contract is.
    """
    marks = sorted({mark for document in documents for mark in _marks(change, document)})
    if change.verdict is Verdict.COMPATIBLE:
        marks = [mark for mark in marks if mark.field]
    elif not marks:
        return _of_contract(contract, change, catalogs)
    return tuple(
        replace(field_impact(mark, catalogs), change=change.fingerprint, verdict=change.verdict) for mark in marks
    )


def _of_contract(contract: str, change: Change, catalogs: tuple[Catalog, ...]) -> tuple[BusinessObjectImpact, ...]:
    entities = [found for catalog in catalogs if (found := catalog.api_for_contract(contract))]
    words = [word for entity in entities if (word := entity.annotation("finance-sensitivity"))]
    sensitivity = max((rank(word) for word in words), default=0)
    if not sensitivity:
        return ()
    impact = BusinessObjectImpact(
        entities[0].ref, contract, "", "", SENSITIVITIES[sensitivity], change.fingerprint, change.verdict
    )
    return (impact,)


def _marks(change: Change, document: Document) -> tuple[Mark, ...]:
    place = change.location if change.side is document.side else change.counterpart
    return marks_at(document.library, document.root, place, _required_names(change)) if place else ()


def _required_names(change: Change) -> tuple[str, ...]:
    lists = [
        {str(item) for item in side} if isinstance(side, list) else set() for side in (change.before, change.after)
    ]
    return tuple(sorted(lists[0] ^ lists[1]))


def field_impact(mark: Mark, catalogs: Iterable[Catalog]) -> BusinessObjectImpact:
    """Return who owns a field and how sensitive it is, by the strictest of the catalogs."""
    known = [found for catalog in catalogs for found in catalog.business_objects() if found.name == mark.object]
    fields = [field for found in known for field in _fields(found, mark.field)]
    ranks = [SENSITIVITIES.index(field.sensitivity) for field in fields if field.sensitivity in SENSITIVITIES]
    ranks += [SENSITIVITIES.index("financial")] * any(field.sensitivity not in SENSITIVITIES for field in fields)
    ranks += [SENSITIVITIES.index("financial")] * mark.financial
    owners = [field.owner for field in fields if field.owner] or [found.default_owner for found in known]
    return BusinessObjectImpact(
        ref=known[0].ref if known else "",
        name=mark.object,
        field=mark.field,
        system_of_record=", ".join(dict.fromkeys(owner.rpartition("/")[2] for owner in owners if owner)),
        sensitivity=SENSITIVITIES[max(ranks, default=0)],
    )


def _fields(found: BusinessObject, path: str) -> Iterator[BusinessField]:
    """Yield what is said about a field, its parents, and everything below it; the whole object for ""."""
    if not path:
        yield from found.fields
        return
    yield from found.fields_at(path)
    yield from (field for field in found.fields if field.path.startswith(path + "."))


def rank(sensitivity: str) -> int:
    """0 for none, 1 for financial, 2 for sox-key; an unknown word counts as financial."""
    return SENSITIVITIES.index(sensitivity) if sensitivity in SENSITIVITIES else 1
